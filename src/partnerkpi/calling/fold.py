"""Count rows of calls that come in batches, more of them than fit the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    TypeAlias,
    overload,
    runtime_checkable,
)

from attrs import define, field, frozen

from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.calling._sieves import ByRecordId, Open, Sieve, Window
from partnerkpi.calling.legs import state as legs
from partnerkpi.calling.legs.columns import LegSource
from partnerkpi.calling.queues import state as queues
from partnerkpi.errors import Fault
from partnerkpi.policy import Policy

if TYPE_CHECKING:
    from partnerkpi.calling.legs.state import LegState
    from partnerkpi.calling.queues.state import QueueState

__all__ = ["Within", "fold", "within"]

_Progress: TypeAlias = Callable[[int], None]


@runtime_checkable
class Scanned(Protocol):
    """What ``scan`` gives: batches that can leave out what is not counted."""

    kind: type
    lenient: bool

    def counted(self, *, duplicates: bool) -> Iterator[Any]:
        """The rows in batches that are quickly counted."""
        ...


_MICROSECOND = timedelta(microseconds=1)
#: How many rows are gathered at a time before they are sorted.
_ROOM = 1 << 22


def _duration(value: timedelta) -> timedelta:
    good: bool = isinstance(value, timedelta)
    if not good or value < timedelta(0):
        msg = f"expected a timedelta that is not negative, found {value!r}"
        raise ValueError(msg)

    return value


@frozen
class Within:
    """Duplicates are looked for among rows that begin within a duration of each other.

    Attributes:
        duration: How much earlier than any row before it a row may begin.
    """

    duration: timedelta = field(converter=_duration)


def within(duration: timedelta) -> Within:
    """Look for duplicates among rows that begin within a duration of each other.

    Args:
        duration: How much earlier than any row before it a row may begin; not negative.

    Raises:
        ValueError: no duration, or a negative one.

    Example:
        >>> within(timedelta(hours=6))
        Within(duration=datetime.timedelta(seconds=21600))
    """
    return Within(duration)


Duplication: TypeAlias = Literal["none", "by_record_id"] | Within


@overload
def fold(
    batches: Iterable[QueueCalls],
    *,
    as_of: datetime,
    policy: Policy | None = None,
    duplicates: Duplication = "none",
    lenient: bool = False,
    rows: type[QueueCalls] | None = None,
    progress: _Progress | None = None,
) -> QueueState: ...
@overload
def fold(
    batches: Iterable[Calls],
    *,
    as_of: datetime,
    policy: Policy | None = None,
    duplicates: Duplication = "none",
    lenient: bool = False,
    rows: type[Calls] | None = None,
    progress: _Progress | None = None,
) -> LegState: ...
def fold(
    batches: Iterable[QueueCalls] | Iterable[Calls],
    *,
    as_of: datetime,
    policy: Policy | None = None,
    duplicates: Duplication = "none",
    lenient: bool = False,
    rows: type[QueueCalls | Calls] | None = None,
    progress: _Progress | None = None,
) -> QueueState | LegState:
    """Count call legs or queue calls batch by batch, with little memory beyond the state.

    The result is that of all rows at once, however they are cut and, but for ``within``, in
    whatever order they come. Memory does not grow with rows, but with what the state holds
    (customers, queues, weeks, different users and calls, different waits of each queue in the last
    two weeks) and with what duplicates ask for:

    * ``none``: the caller vouches that no two rows share a record id; nothing more is kept.
    * ``by_record_id``: one row of each record id of a customer is kept to the end: about 70 bytes
      and the texts of record id and call id, and twice that for a moment when duplicates are
      dropped. Exact for any rows.
    * ``within(duration)``: rows are kept as long as duplicates of them may come. Rows have to come
      in the order in which they begin, give or take the duration; one that begins earlier than
      that below an earlier row is a fault. Rows with the same record id that begin further than
      the duration apart are not known for duplicates: a source that corrects instants so much
      needs ``by_record_id``.

    Args:
        batches: Column sets, gone through once; all of one kind. A ``scan`` need not be told
            ``rows``.
        as_of: A timezone-aware instant; nothing is counted by any clock.
        policy: Windows and thresholds; the defaults if not given.
        duplicates: How rows that share a record id are found.
        lenient: Leave rows out that come too late; the state then carries the faults. If not, they
            are raised, all at once, when the last batch has come.
        rows: Which kind of rows there are; needed only where no batch may come.
        progress: Told after each batch how many rows have come so far.

    Raises:
        InstantError: the instant is naive or out of range.
        InputError: rows came too late; carries every fault with its place.
        CountOverflowError: a sum is beyond 64 bits.
        TypeError: batches of different kinds, or none and no ``rows``.

    Example:
        >>> from datetime import datetime, timezone
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> fold([QueueCalls.from_records([])], as_of=when).last.offered().tolist()
        []
    """
    if isinstance(batches, Scanned):
        rows, batches = rows or batches.kind, batches.counted(duplicates=duplicates != "none")
    each: Iterator[Any] = iter(batches)
    first = next(each, None)
    kind = _kind_of(rows if first is None else type(first))
    folding = _Folding.of(kind, kind.terms(as_of, policy), duplicates)
    done = 0
    batch, first = first, None
    while batch is not None:
        folding.add(batch)
        done += len(batch)
        # Let go before the next one comes.
        batch = None
        if progress is not None:
            progress(done)
        batch = next(each, None)
    state: QueueState | LegState = folding.state(lenient=lenient)

    return state


@frozen
class _Kind:
    """What is done with one kind of rows.

    Attributes:
        rows: The kind.
        began: The column that tells when a row begins.
        terms: Makes the terms at an instant.
        tally: Makes a tally under terms.
        source: What the tally takes of rows.
        state: Makes the state of a tally.
    """

    rows: type
    began: str
    terms: Callable[[datetime, Policy | None], Any]
    tally: Callable[[Any], Any]
    source: Callable[[Any], Any]
    state: Callable[..., Any]


_KINDS: Mapping[type, _Kind] = MappingProxyType(
    {
        QueueCalls: _Kind(
            QueueCalls,
            "entered",
            queues.QueueTerms.at,
            lambda terms: queues.tally_of(terms, _ROOM),
            lambda calls: calls,
            queues.state_of,
        ),
        Calls: _Kind(Calls, "started", legs.LegTerms.at, legs.tally_of, LegSource, legs.state_of),
    }
)


def _kind_of(rows: type | None) -> _Kind:
    if rows is None or rows not in _KINDS:
        found = "none" if rows is None else rows.__name__
        msg = f"expected batches of QueueCalls or Calls, or to be told rows; found {found}"
        raise TypeError(msg)

    return _KINDS[rows]


@define(eq=False)
class _Folding:
    """What is counted so far, and what waits for its duplicates."""

    kind: _Kind
    terms: Any
    tally: Any
    sieve: Sieve
    late: FaultLog
    told: list[Fault] = field(factory=list)
    told_count: int = 0

    @staticmethod
    def of(kind: _Kind, terms: Any, duplicates: Duplication) -> _Folding:
        late = FaultLog()

        return _Folding(kind, terms, kind.tally(terms), _sieve(kind, duplicates, late), late)

    def add(self, batch: Any) -> None:
        found: type = type(batch)
        if found is not self.kind.rows:
            msg = f"expected batches of {self.kind.rows.__name__}, found {found.__name__}"
            raise TypeError(msg)
        self.told += batch.faults[: FAULT_CAP - len(self.told)]
        self.told_count += batch.fault_count
        for rows in self.sieve.passed(batch):
            self.tally.add(self.kind.source(rows))

    def state(self, *, lenient: bool) -> Any:
        if not lenient:
            self.late.refuse()
        for rows in self.sieve.rest():
            self.tally.add(self.kind.source(rows))
        late, count = self.late.taken()
        faults = ((*self.told, *late), self.told_count + count)

        return self.kind.state(self.tally, self.terms, self.sieve.duplicates(), None, faults)


def _sieve(kind: _Kind, duplicates: Duplication, late: FaultLog) -> Sieve:
    if isinstance(duplicates, Within):
        return Window(kind.rows, kind.began, duplicates.duration // _MICROSECOND, late)
    if duplicates not in ("none", "by_record_id"):
        msg = f"duplicates must be 'none', 'by_record_id' or within(...), not {duplicates!r}"
        raise ValueError(msg)

    return Open() if duplicates == "none" else ByRecordId(kind.rows)
