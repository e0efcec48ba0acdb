"""The report of each segment of the customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from partnerkpi.columns import arrivals, taken
from partnerkpi.errors import RecordsMissingError, UnknownNameError
from partnerkpi.reports.customers import products_held
from partnerkpi.reports.sources import lift_report
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Rows
    from partnerkpi.columns import Portfolio
    from partnerkpi.kpi import Kpi
    from partnerkpi.reports.assembly import Report
    from partnerkpi.reports.sources import Sources

__all__ = ["Segments", "segments_of"]


class Segments(Mapping["str | None", "Report"]):
    """Reports by segment, each counted from its own customers only.

    Segments come by code point, ``None`` (customers without any, and callers whom the portfolio
    does not hold) last.

    Attributes:
        key: What the customers were segmented by.
        overlapping: Whether a customer may be in several segments, so that they do not add up.
    """

    __slots__ = ("_reports", "key", "overlapping")

    key: str
    overlapping: bool

    def __init__(
        self, key: str, reports: Mapping[str | None, Report], *, overlapping: bool
    ) -> None:
        """Hold the reports."""
        self.key = key
        self.overlapping = overlapping
        self._reports = MappingProxyType(dict(reports))

    def __getitem__(self, segment: str | None) -> Report:
        """Return the report of a segment.

        Raises:
            UnknownNameError: there is no such segment; names the nearest.
        """
        if segment not in self._reports:
            known = [each for each in self._reports if each is not None]
            kind = f"segment by {self.key}"
            raise UnknownNameError(kind, str(segment), known)

        return self._reports[segment]

    def __contains__(self, segment: object) -> bool:
        return segment in self._reports

    def __iter__(self) -> Iterator[str | None]:
        """Go through the segments."""
        return iter(self._reports)

    def __len__(self) -> int:
        """Return how many segments there are."""
        return len(self._reports)

    def __repr__(self) -> str:
        note = ", overlapping" if self.overlapping else ""

        return f"<{len(self)} segments by {self.key}{note}>"


def segments_of(
    whole: Report, key: str, sources: Sources, figures: tuple[Kpi[Any], ...]
) -> Segments:
    """The report of each segment by a key."""
    from partnerkpi.reports.assembly import finish

    if whole.state is None:
        msg = "the customers' records behind this report are not here: it was read from a document"
        raise RecordsMissingError(msg)
    memberships = [_membership(source, key, whole, sources) for source in sources.bound]
    parts: dict[str | None, list[Portfolio]] = {None: []} if sources.has_strangers else {}
    for source, (rows, codes, labels, _) in zip(sources.bound, memberships, strict=True):
        for label, part in _cut(source, rows, codes, labels):
            parts.setdefault(label, []).append(part)
    reports: dict[str | None, Report] = {}
    for label in sorted(parts, key=lambda label: (label is None, label or "")):
        theirs = sources.of_customers(parts[label], strangers=label is None)
        state = lift_report(theirs, whole.as_of, whole.policy, figures, whole.state.limits)
        reports[label] = finish(state, figures, theirs)

    return Segments(key, reports, overlapping=any(overlapping for *_, overlapping in memberships))


_SEGMENT_KEY = "segment key"

Membership = tuple["Rows", "Codes", "tuple[str, ...]", bool]


def _membership(source: Portfolio, key: str, whole: Report, sources: Sources) -> Membership:
    """Which customers are in which segments: pairs of row and code, the labels, the overlap."""
    known = {"tag": _by_tag, "product": _by_product, "managed_by": _by_manager}
    if key in known:
        return known[key](source, whole)
    columns = source.customer_columns
    name = key.removeprefix("attr.")
    if name in columns.attributes:
        column = columns.attributes[name]
        return np.arange(len(source)), column.codes, tuple(column.labels), False
    if any(name in each.customer_columns.attributes for each in sources.bound):
        return np.arange(len(source)), np.full(len(source), -1), (), False

    names = [*known, *columns.attributes]
    raise UnknownNameError(_SEGMENT_KEY, key, names)


def _by_tag(source: Portfolio, _: Report) -> Membership:
    tags = source.customer_columns.tags

    return _with_rest(source, tags.rows, tags.texts.codes, tuple(tags.texts.labels))


def _by_product(source: Portfolio, whole: Report) -> Membership:
    at = snapshot(source, whole.as_of, whole.policy)
    rows, codes, labels = products_held(at, np.arange(len(source), dtype=np.intp))

    return _with_rest(source, rows, codes, tuple(labels))


def _by_manager(source: Portfolio, _: Report) -> Membership:
    external = source.customer_columns.external

    return np.arange(len(source)), external.astype(np.int8), ("partner", "external"), False


def _with_rest(source: Portfolio, rows: Rows, codes: Codes, labels: tuple[str, ...]) -> Membership:
    """Overlapping segments, and one more for the customers that are in none."""
    alone = np.ones(len(source), np.bool_)
    alone[rows] = False
    rest = np.flatnonzero(alone)
    all_codes = np.concatenate([codes.astype(np.int64), np.full(len(rest), -1)])

    return np.concatenate([rows, rest]), all_codes, labels, True


def _cut(
    source: Portfolio, rows: Rows, codes: Codes, labels: tuple[str, ...]
) -> Iterator[tuple[str | None, Portfolio]]:
    """The portfolio of each segment; altogether one pass over the rows."""
    arrival = arrivals(source)
    order = np.lexsort((rows, codes))
    codes, rows = codes[order], rows[order]
    edges = [*np.flatnonzero(np.diff(codes, prepend=-2)).tolist(), len(codes)]
    for start, stop in pairwise(edges):
        code = int(codes[start])
        yield (labels[code] if code >= 0 else None), taken(source, rows[start:stop], arrival)
