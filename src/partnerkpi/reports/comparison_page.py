"""A comparison as a page: neutral blocks, which any presentation lays out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Column, Unit
from partnerkpi.present import Block, Listing, Page, average, percent, said_cell
from partnerkpi.present.formats import MISSING, said_instant
from partnerkpi.reports.calling_figures import SHARE_PREFIX

if TYPE_CHECKING:
    from partnerkpi.kpi import Value
    from partnerkpi.reports.comparison import (
        CallingChange,
        Change,
        Comparison,
        Moves,
        ProductChange,
    )

__all__ = ["page_of"]

_IDS_SHOWN: Final = 10
_CELLS: Final = itemgetter(slice(None))
_FIGURE_COLUMNS: Final = (
    Column("figure", "Figure", Unit.TEXT, "What the figure is called."),
    Column("earlier", "Earlier", Unit.COUNT, "Its value in the earlier report."),
    Column("later", "Later", Unit.COUNT, "Its value in the later report."),
    Column("difference", "Change", Unit.COUNT, "The later value, less the earlier one."),
)
_MOVE_COLUMNS: Final = (
    Column("group", "Status", Unit.TEXT, "The status."),
    Column("entered", "Entered", Unit.TEXT, "Customers that have it now and had it not."),
    Column("left", "Left", Unit.TEXT, "Customers that had it and have it no longer."),
)
_BADGE_COLUMNS: Final = (
    Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
    Column("earlier", "Earlier badge", Unit.TEXT, "The most urgent status in the earlier report."),
    Column("later", "Later badge", Unit.TEXT, "The most urgent status in the later report."),
)


def page_of(comparison: Comparison) -> Page:
    """The comparison as blocks: the overview, the customers, then every section."""
    instants = (said_instant(basis.as_of) for basis in (comparison.earlier, comparison.later))

    return Page("What changed", " to ".join(instants), tuple(_blocks(comparison)))


def _blocks(comparison: Comparison) -> Iterator[Block]:
    if comparison.has_portfolio:
        yield from _portfolio(comparison)
    if comparison.calling is not None:
        yield from _calling(comparison.calling)
    if comparison.figures:
        own = _figures(list(comparison.figures.values()))
        yield Block(title="Further figures", level=1, listing=own)


def _portfolio(comparison: Comparison) -> Iterator[Block]:
    lines = comparison.unobserved_lines
    overview = [*comparison.overview.values(), lines]
    yield Block(title="Overview", level=1, listing=_figures(overview))
    yield Block(
        title="Customers",
        level=1,
        facts=(
            ("New", _ids(comparison.customers.entered)),
            ("Gone", _ids(comparison.customers.left)),
        ),
    )
    yield _statuses(comparison)
    yield _badges(comparison)
    for code, product in comparison.licenses.items():
        yield from _product(code, product)


def _calling(calling: CallingChange) -> Iterator[Block]:
    ends = f"{said_instant(calling.earlier_end)} to {said_instant(calling.later_end)}"
    yield Block(title="Calls", level=1, facts=(("Latest week", ends),))
    for name, section in calling.sections.items():
        if section is not None:
            yield Block(
                title=_spoken(name).capitalize(),
                facts=() if name == "features" else _moves(section.customers),
                listing=_figures(list(section.figures.values()), _titles(section.figures)),
            )


def _titles(figures: Mapping[str, Change]) -> list[str]:
    """What figures are called; shares of features by the feature's code."""
    return [
        f"{change.definition.title}: {name.removeprefix(SHARE_PREFIX)}"
        if name.startswith(SHARE_PREFIX)
        else change.definition.title
        for name, change in figures.items()
    ]


def _figures(changes: Sequence[Change], titles: Sequence[str] | None = None) -> Listing:
    called = titles or [change.definition.title for change in changes]
    rows = [
        (
            title,
            said_cell(_told(change.earlier), change.definition.unit),
            said_cell(_told(change.later), change.definition.unit),
            _difference(change),
        )
        for title, change in zip(called, changes, strict=True)
    ]

    return Listing(
        "Every figure, and the change from earlier to later.", _FIGURE_COLUMNS, rows, _CELLS
    )


def _told(value: Value) -> Value:
    undefined = isinstance(value, Ratio) and not value.denominator

    return None if undefined else value


def _difference(change: Change) -> str:
    """Later minus earlier with its sign; shares in percentage points."""
    gap = change.difference
    if gap is None:
        return MISSING
    if not isinstance(gap, Ratio):
        return f"{gap:+,}" if gap else "0"
    shares = change.definition.unit is Unit.SHARE
    said = f"{percent(gap).removesuffix('%')} points" if shares else average(gap)

    return said if gap.numerator <= 0 else f"+{said}"


def _statuses(comparison: Comparison) -> Block:
    rows = [
        (_spoken(status.value), _ids(moves.entered), _ids(moves.left))
        for status, moves in comparison.statuses.items()
        if moves
    ]
    sentence = "Customers that have a status now and had it not, and the reverse."

    return Block(title="Statuses", listing=Listing(sentence, _MOVE_COLUMNS, rows, _CELLS))


def _badges(comparison: Comparison) -> Block:
    rows = [(each.customer_id, each.earlier, each.later) for each in comparison.badges]
    sentence = "Customers that show another status as their most urgent one."

    return Block(title="Badges", listing=Listing(sentence, _BADGE_COLUMNS, rows, _CELLS))


def _product(code: str, product: ProductChange) -> Iterator[Block]:
    week = product.distribution_trend
    ends = f"{said_instant(week.earlier_end)} to {said_instant(week.later_end)}"
    yield Block(title=f"Licenses: {_spoken(code)}", level=1, facts=(("Latest week", ends),))
    yield Block(title="Distribution trend", listing=_figures(list(week.figures.values())))
    for name, section in product.sections.items():
        yield Block(
            title=_spoken(name).capitalize(),
            facts=_moves(section.customers),
            listing=_figures(list(section.figures.values())),
        )


def _moves(moves: Moves) -> tuple[tuple[str, str], ...]:
    return (("Entered", _ids(moves.entered)), ("Left", _ids(moves.left)))


def _ids(ids: tuple[str, ...]) -> str:
    """How many customers, and the first of them."""
    if not ids:
        return "nobody"
    further = len(ids) - _IDS_SHOWN
    shown = ", ".join(ids[:_IDS_SHOWN])

    return f"{len(ids):,}: {shown}" + (f" and {further:,} more" if further > 0 else "")


def _spoken(name: str) -> str:
    return name.replace("_", " ")
