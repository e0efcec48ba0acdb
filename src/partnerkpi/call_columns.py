"""Call columns: what call legs and calls into queues are in memory, and records from and to them.

Rows stand in the order they came. Ids are coded: a row holds the position of its id among the
different ones. What is missing: an instant that was not given is ``NEVER``, a text that was not
given has the code -1, a measurement that was not made is NaN, a talk time that is not known -1.

Columns come out of doors or out of records, and are checked there; put together by hand they are
taken as they are, labels that repeat included.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

import numpy as np
from attrs import Factory, field, frozen

from partnerkpi._arrays import (
    NEVER,
    lock_codes,
    lock_counts,
    lock_mask,
    lock_measures,
    lock_micros,
    reduced,
)
from partnerkpi._arrow import (
    Exporting,
    coded_array,
    codes_array,
    flags_array,
    instants_array,
    lists_array,
    numbers_array,
    text_array,
)
from partnerkpi._call_records import leg_columns, queue_call_columns
from partnerkpi._call_runs import WeekRun, week_runs
from partnerkpi._coded_columns import (
    column_names,
    joined_codes,
    joined_lists,
    same_lists,
    same_texts,
)
from partnerkpi._instants import to_datetime
from partnerkpi.call_models import CallId, CallLeg, Outcome, QueueCall, QueueId, RecordId, UserId
from partnerkpi.columns import CodedText, TextLists
from partnerkpi.models import CustomerId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from partnerkpi._arrays import Codes, Counts, Mask, Measures, Micros, Rows
    from partnerkpi.errors import Fault

__all__ = ["CallRecords", "Calls", "QueueCalls"]

_Record = TypeVar("_Record")
_Rows = TypeVar("_Rows", "Calls", "QueueCalls")

_OUTCOMES = tuple(Outcome)


class CallRecords(Sequence[_Record], Generic[_Record]):
    """Rows of calls as typed records, each made when asked for.

    Example:
        >>> QueueCalls.from_records([]).records
        <0 records>
    """

    __slots__ = ("_make", "_size")

    def __init__(self, size: int, make: Callable[[int], _Record]) -> None:
        """Look at so many rows, each of which can be made a record."""
        self._size = size
        self._make = make

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._size

    @overload
    def __getitem__(self, place: int) -> _Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[_Record]: ...
    def __getitem__(self, place: int | slice) -> _Record | list[_Record]:
        """Return the record at a position, or a list of those in a range."""
        rows = range(self._size)[place]

        return list(map(self._make, rows)) if isinstance(rows, range) else self._make(rows)

    def __iter__(self) -> Iterator[_Record]:
        """Go through the records, making one at a time."""
        return map(self._make, range(self._size))

    def __repr__(self) -> str:
        return f"<{len(self)} records>"


@frozen(eq=False, kw_only=True)
class QueueCalls(Exporting):
    """Calls into queues: one row per entry of a call into a queue.

    Equal ones have equal records in the same order.

    Attributes:
        record: Record ids; the key of de-duplication within a customer, if given.
        reported: When each row was reported, microseconds UTC; ``NEVER`` if not said.
        call: Call ids.
        customer: Customer ids.
        queue: Queue ids.
        entered: When the call entered the queue, microseconds UTC.
        wait: From entering the queue to the outcome, in milliseconds.
        outcome: What became of it: positions in ``tuple(Outcome)``, ``uint8``.
        talk: How long was talked, in milliseconds, -1 if not known.
        faults: What lenient reading left out, or kept as ``unknown``, up to the cap of the door.
        fault_count: How many faults there were in truth.
        runs: The rows as runs of one week each, and what these count, as far as they stand by week:
            a part of the layout, made with it.

    Example:
        >>> from datetime import datetime, timezone
        >>> entered = datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc)
        >>> ids = {"call_id": "k-1", "customer_id": "c-1", "queue_id": "Q1"}
        >>> one = QueueCall(**ids, entered_at=entered, wait_ms=19_999, outcome="answered")
        >>> calls = QueueCalls.from_records([one])
        >>> len(calls), calls.records[0] == one
        (1, True)
    """

    record: CodedText
    reported: Micros = field(converter=lock_micros)
    call: CodedText
    customer: CodedText
    queue: CodedText
    entered: Micros = field(converter=lock_micros)
    wait: Counts = field(converter=lock_counts)
    outcome: Codes = field(converter=lock_codes)
    talk: Counts = field(converter=lock_counts)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    runs: tuple[WeekRun, ...] = field(
        default=Factory(
            lambda self: week_runs(self.entered, self.wait, self.outcome), takes_self=True
        ),
        init=False,
        repr=False,
    )

    @staticmethod
    def from_records(records: Iterable[QueueCall]) -> QueueCalls:
        """Make columns of typed records.

        Raises:
            TypeError: something that is no ``QueueCall``.

        Example:
            >>> len(QueueCalls.from_records([]))
            0
        """
        return QueueCalls(**queue_call_columns(records))

    @staticmethod
    def concatenate(parts: Iterable[QueueCalls]) -> QueueCalls:
        """The rows of several column sets, one after the other, and their faults.

        Example:
            >>> len(QueueCalls.concatenate([QueueCalls.from_records([])] * 2))
            0
        """
        return _joined([QueueCalls.from_records([]), *parts])

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.entered)

    def __eq__(self, other: object) -> bool:
        return _equal(self, other) if isinstance(other, QueueCalls) else NotImplemented

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    @property
    def records(self) -> CallRecords[QueueCall]:
        """The rows as typed records, each made when asked for."""
        return CallRecords(len(self), self._record)

    def take(self, rows: Rows) -> QueueCalls:
        """The column set of some rows, in the order asked for; it carries no faults.

        Raises:
            TypeError: a mask, or anything else but row numbers.

        Example:
            >>> len(QueueCalls.from_records([]).take(np.array([], np.intp)))
            0
        """
        return _taken(self, rows)

    def part(self, start: int, stop: int) -> QueueCalls:
        """The rows from ``start`` up to ``stop``, not copied; it carries no faults.

        Example:
            >>> len(QueueCalls.from_records([]).part(0, 10))
            0
        """
        return _part(self, start, stop)

    @property
    def nbytes(self) -> int:
        """The bytes that the columns take."""
        return _bytes_of(self)

    def _arrow_columns(self) -> Mapping[str, Any]:
        return {
            **_arrow_origin(self),
            "queue_id": _arrow_codes(self.queue),
            "entered_at": instants_array(self.entered),
            "wait_ms": numbers_array(self.wait),
            "outcome": coded_array(self.outcome, _OUTCOMES),
            "talk_ms": numbers_array(self.talk, self.talk >= 0),
        }

    def _record(self, row: int) -> QueueCall:
        talk = int(self.talk[row])

        return QueueCall(
            **_origin(self, row),
            queue_id=QueueId(self.queue[row] or ""),
            entered_at=to_datetime(int(self.entered[row])),
            wait_ms=int(self.wait[row]),
            outcome=_OUTCOMES[int(self.outcome[row])],
            talk_ms=None if talk < 0 else talk,
        )


@frozen(eq=False, kw_only=True)
class Calls(Exporting):
    """Call legs: one row per party of a call.

    Equal ones have equal records in the same order.

    Attributes:
        record: Record ids; the key of de-duplication within a customer, if given.
        reported: When each row was reported, microseconds UTC; ``NEVER`` if not said.
        call: Call ids; they tie the legs of one call of a customer.
        customer: Customer ids.
        user: User ids, unique within a customer; code -1 if none was given.
        started: When the leg started, microseconds UTC.
        duration: How long it lasted, in milliseconds.
        answered: Whether it was answered.
        endpoint: Endpoint types; code -1 if none was given.
        loss: Packet loss in percent; NaN if not measured.
        latency: Latency in milliseconds; NaN if not measured.
        jitter: Jitter in milliseconds; NaN if not measured.
        features: Codes of the features the leg used, each once, by code point.
        faults: What lenient reading left out, up to the cap of the door.
        fault_count: How many faults there were in truth.

    Example:
        >>> from datetime import datetime, timezone
        >>> started = datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc)
        >>> ids = {"call_id": "k-1", "customer_id": "c-1", "user_id": "u-1"}
        >>> leg = CallLeg(**ids, started_at=started, duration_ms=61_000, answered=True)
        >>> calls = Calls.from_records([leg])
        >>> len(calls), calls.records[0] == leg
        (1, True)
    """

    record: CodedText
    reported: Micros = field(converter=lock_micros)
    call: CodedText
    customer: CodedText
    user: CodedText
    started: Micros = field(converter=lock_micros)
    duration: Counts = field(converter=lock_counts)
    answered: Mask = field(converter=lock_mask)
    endpoint: CodedText
    loss: Measures = field(converter=lock_measures)
    latency: Measures = field(converter=lock_measures)
    jitter: Measures = field(converter=lock_measures)
    features: TextLists
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0

    @staticmethod
    def from_records(records: Iterable[CallLeg]) -> Calls:
        """Make columns of typed records.

        Raises:
            TypeError: something that is no ``CallLeg``.

        Example:
            >>> len(Calls.from_records([]))
            0
        """
        return Calls(**leg_columns(records))

    @staticmethod
    def concatenate(parts: Iterable[Calls]) -> Calls:
        """The rows of several column sets, one after the other, and their faults.

        Example:
            >>> len(Calls.concatenate([Calls.from_records([])] * 2))
            0
        """
        return _joined([Calls.from_records([]), *parts])

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.started)

    def __eq__(self, other: object) -> bool:
        return _equal(self, other) if isinstance(other, Calls) else NotImplemented

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    @property
    def records(self) -> CallRecords[CallLeg]:
        """The rows as typed records, each made when asked for."""
        return CallRecords(len(self), self._record)

    def take(self, rows: Rows) -> Calls:
        """The column set of some rows, in the order asked for; it carries no faults.

        Raises:
            TypeError: a mask, or anything else but row numbers.

        Example:
            >>> len(Calls.from_records([]).take(np.array([], np.intp)))
            0
        """
        return _taken(self, rows)

    def part(self, start: int, stop: int) -> Calls:
        """The rows from ``start`` up to ``stop``, not copied; it carries no faults.

        Example:
            >>> len(Calls.from_records([]).part(0, 10))
            0
        """
        return _part(self, start, stop)

    @property
    def nbytes(self) -> int:
        """The bytes that the columns take."""
        return _bytes_of(self)

    def _arrow_columns(self) -> Mapping[str, Any]:
        labels, places = self.features.texts.labels, self.features.texts.codes
        features = text_array(labels.take(places))

        return {
            **_arrow_origin(self),
            "user_id": _arrow_codes(self.user),
            "started_at": instants_array(self.started),
            "duration_ms": numbers_array(self.duration),
            "answered": flags_array(self.answered),
            "endpoint_type": _arrow_codes(self.endpoint),
            "packet_loss_percent": numbers_array(self.loss, ~np.isnan(self.loss)),
            "latency_ms": numbers_array(self.latency, ~np.isnan(self.latency)),
            "jitter_ms": numbers_array(self.jitter, ~np.isnan(self.jitter)),
            "features": lists_array(self.features.rows, features, len(self)),
        }

    def _record(self, row: int) -> CallLeg:
        user = self.user[row]

        return CallLeg(
            **_origin(self, row),
            user_id=None if user is None else UserId(user),
            started_at=to_datetime(int(self.started[row])),
            duration_ms=int(self.duration[row]),
            answered=bool(self.answered[row]),
            endpoint_type=self.endpoint[row],
            packet_loss_percent=_measured(self.loss[row]),
            latency_ms=_measured(self.latency[row]),
            jitter_ms=_measured(self.jitter[row]),
            features=self.features[row],
        )


def _arrow_origin(rows: Calls | QueueCalls) -> dict[str, Any]:
    return {
        "record_id": _arrow_codes(rows.record),
        "reported_at": instants_array(rows.reported, rows.reported != NEVER),
        "call_id": _arrow_codes(rows.call),
        "customer_id": _arrow_codes(rows.customer),
    }


def _arrow_codes(column: CodedText) -> Any:
    return codes_array(column.codes, column.labels)


def _origin(rows: Calls | QueueCalls, row: int) -> dict[str, Any]:
    record = rows.record[row]

    return {
        "record_id": None if record is None else RecordId(record),
        "reported_at": _moment(rows.reported[row]),
        "call_id": CallId(rows.call[row] or ""),
        "customer_id": CustomerId(rows.customer[row] or ""),
    }


def _moment(micros: np.int64) -> datetime | None:
    return None if micros == NEVER else to_datetime(int(micros))


def _measured(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _columns_of(rows: Calls | QueueCalls) -> dict[str, Any]:
    return {name: getattr(rows, name) for name in column_names(type(rows))}


def _taken(rows: _Rows, wanted: Rows) -> _Rows:
    if wanted.dtype.kind not in "iu":
        msg = f"expected row numbers, found an array of {wanted.dtype}"
        raise TypeError(msg)
    columns = {name: column.take(wanted) for name, column in _columns_of(rows).items()}

    return type(rows)(**columns)


def _part(rows: _Rows, start: int, stop: int) -> _Rows:
    cut = range(len(rows))[start:stop]
    columns = {
        name: _cut(column, cut.start, cut.stop) for name, column in _columns_of(rows).items()
    }

    return type(rows)(**columns)


def _cut(column: Any, start: int, stop: int) -> Any:
    if isinstance(column, CodedText):
        return CodedText(column.codes[start:stop], column.labels)
    if isinstance(column, TextLists):
        first, last = np.searchsorted(column.rows, [start, stop]).tolist()
        return TextLists(column.rows[first:last] - start, _cut(column.texts, first, last))

    return column[start:stop]


def _joined(parts: Sequence[_Rows]) -> _Rows:
    filled = [part for part in parts if len(part)] or parts[:1]
    sizes = [len(part) for part in filled]
    columns = {
        name: _joined_column([getattr(part, name) for part in filled], sizes)
        for name in _columns_of(parts[0])
    }
    faults = tuple(fault for part in parts for fault in part.faults)

    return type(parts[0])(
        **columns, faults=faults, fault_count=sum(part.fault_count for part in parts)
    )


def _joined_column(columns: Sequence[Any], sizes: Sequence[int]) -> Any:
    if isinstance(columns[0], CodedText):
        return joined_codes(columns)
    if isinstance(columns[0], TextLists):
        return joined_lists(columns, sizes)

    return np.concatenate(columns)


def _equal(mine: Calls | QueueCalls, theirs: Calls | QueueCalls) -> bool:
    others = _columns_of(theirs)

    return all(_same(column, others[name]) for name, column in _columns_of(mine).items())


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, CodedText):
        return same_texts(mine, theirs)
    if isinstance(mine, TextLists):
        return same_lists(mine, theirs)

    return np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")


def _bytes_of(rows: Calls | QueueCalls) -> int:
    return sum(map(_size, _columns_of(rows).values()))


def _size(column: Any) -> int:
    if isinstance(column, CodedText):
        return int(column.codes.nbytes) + column.labels.nbytes
    if isinstance(column, TextLists):
        return int(column.rows.nbytes) + _size(column.texts)

    return int(column.nbytes)
