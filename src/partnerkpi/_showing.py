"""Machinery: what shows itself in a notebook."""

from __future__ import annotations

__all__ = ["Shown"]


class Shown:
    """Shows itself where an object of a notebook's cell is displayed."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from partnerkpi.reports.showing import shown_html

        return shown_html(self)

    def _repr_mimebundle_(self, **_asked: object) -> dict[str, str]:
        """As text and as HTML, whichever the notebook prefers."""
        from partnerkpi.reports.showing import shown_html, shown_text

        return {"text/plain": shown_text(self), "text/html": shown_html(self)}
