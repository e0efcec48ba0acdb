"""The detailed call history: CSV exports, answers of the API and webhooks, to call legs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from attrs import define, evolve, field, frozen

from partnerkpi._arrays import reduced
from partnerkpi._call_intake import CallIntake
from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi._frozen import Frozen
from partnerkpi.call_columns import Calls
from partnerkpi.deduplication import Duplicates
from partnerkpi.webex._call_doors import opened_history
from partnerkpi.webex._call_facts import LegFacts, Legs, joined_facts
from partnerkpi.webex._call_headings import KNOWN_VALUES, squeezed
from partnerkpi.webex._call_legs import facts_of, leg_columns, read_categories
from partnerkpi.webex._call_repeats import sole
from partnerkpi.webex.queue_legs import made_of, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi.errors import Fault
    from partnerkpi.io._files import Source
    from partnerkpi.webex._call_values import Category, Records
    from partnerkpi.webex.queue_legs import LegQueueCalls, QueueNaming

__all__ = ["CallHistory", "HistoryForm", "HistorySource", "call_history", "call_history_in_batches"]

HistoryForm: TypeAlias = Literal["csv", "json", "jsonl"]
HistorySource: TypeAlias = "Source | bytes | Iterable[Mapping[str, object]]"

_BATCH = 1 << 18


def _by_heading(counts: Mapping[str, Mapping[str, int]]) -> Mapping[str, Mapping[str, int]]:
    return Frozen({name: Frozen(each) for name, each in counts.items()})


def _counts(counts: Mapping[str, int]) -> Mapping[str, int]:
    return Frozen(counts)


@frozen(eq=False, kw_only=True)
class CallHistory:
    """Call legs of a detailed call history, and what was met while it was read.

    Attributes:
        calls: The call legs, in the order in which they came.
        records: How many records came.
        left_out: How many of them are not among the legs because they are faulty.
        duplicates: Records left out because another one with their report id counts.
        replaced: How many of those were reported earlier than the one that counts.
        ignored_columns: For each heading or key that is not documented how many records have it.
        unknown_values: By heading, for each value that is not documented how many legs have it;
            the values are kept.
        faults: What is wrong, up to the cap.
        fault_count: How many faults there were in truth.
        facts: What the legs of queue calls say beside that, for ``queue_calls``.
    """

    calls: Calls
    records: int = 0
    left_out: int = 0
    duplicates: Duplicates = field(factory=Duplicates)
    replaced: int = 0
    ignored_columns: Mapping[str, int] = field(factory=dict, converter=_counts)
    unknown_values: Mapping[str, Mapping[str, int]] = field(factory=dict, converter=_by_heading)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    facts: LegFacts = field(repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many call legs there are."""
        return len(self.calls)

    def queue_calls(
        self, *, queues: QueueNaming = "name", lenient: bool = False, max_faults: int = FAULT_CAP
    ) -> LegQueueCalls:
        """The calls into queues that these legs show.

        See ``queue_calls_from_legs`` for the rules, and for what legs cannot tell.

        Args:
            queues: Whether a queue is known by its name and location, or by its UUID.
            lenient: Leave entries out that are faulty; the result then carries the faults.
            max_faults: How many faults are carried; all are counted.

        Raises:
            InputError: an entry is faulty; carries every fault with its place.
        """
        log = FaultLog(max_faults)
        made = made_of(Legs(self.calls, self.facts), queues, log)
        if not lenient:
            log.refuse()

        return told(made, log)


def call_history(
    source: HistorySource,
    *,
    form: HistoryForm | None = None,
    lenient: bool = False,
    max_faults: int = FAULT_CAP,
) -> CallHistory:
    r"""Read a detailed call history: every record is the call leg of one party.

    Headings are compared without regard to case, blanks, underscores and hyphens, so exports of
    any age, answers of the API (``Report ID``) and webhooks (``reportId``) are read alike; an empty
    value, ``NA``, and null of JSON are nothing given. What becomes of a record:

    * ``record_id`` is the report id, ``reported_at`` the report time. Of records of an organization
      with one report id the one that was reported last counts.
    * ``call_id`` is the correlation id, which ties the legs of one call.
    * ``customer_id`` is the organization's UUID, as it is written.
    * ``user_id`` is the user's UUID, of legs of users and workspaces (``PERSONS``) alone: legs of
      queues, hunt groups and other services count as legs, not as users.
    * ``started_at`` is the start time, with or without T and Z; both are UTC.
    * ``duration_ms`` is the duration, whole seconds as a number or as text, in milliseconds; of a
      leg that was not answered none is 0.
    * ``answered`` is ``Answered``; where it is not given, whether the answer indicator says
      ``Yes``. ``Yes-PostRedirection`` is somebody else's answer.
    * ``endpoint_type`` is by the table ``CLIENT_TYPES``; another client type stays as it is.
    * ``features`` are by the table ``FEATURES``.
    * There are no measurements of quality in a call history.

    Start time, correlation id, organization and direction have to be given. Columns that are not
    needed are not looked at; those that are not documented are counted. Reasons, types and outcomes
    are open sets: a value that is not documented is kept, and counted.

    Args:
        source: A path, a binary stream, bytes, or records that are already parsed; gzipped or not.
        form: ``csv``, ``json`` (an object with ``items``, or an array) or ``jsonl`` (in each line a
            record or a payload); without it, it is told by the first bytes.
        lenient: Leave faulty records out; the result then carries the faults. If not, faults are
            raised, all at once.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: the source is faulty; carries every fault with its file, line and heading.
        OSError: the file cannot be opened.

    Example:
        >>> header = b"Start time,Duration,Answered,Correlation ID,Org UUID,Direction,User type\n"
        >>> record = b'"2026-03-02T09:00:00.000Z","36","true","k-1","o-1","ORIGINATING","User"\n'
        >>> history = call_history(header + record)
        >>> history.calls.records[0].duration_ms
        36000
    """
    reading = _Reading(lenient, FaultLog(max_faults))
    for _ in reading.parts(source, form):
        pass

    return _without_repeats(reading.finish())


def call_history_in_batches(
    source: HistorySource,
    *,
    rows: int = _BATCH,
    form: HistoryForm | None = None,
    lenient: bool = False,
    max_faults: int = FAULT_CAP,
) -> Iterator[CallHistory]:
    r"""Read a detailed call history a bounded number of records at a time.

    Records with one report id may be in different batches, so none is left out here: ``fold``
    finds duplicates among ``history.calls``, and ``queue_calls_from_legs`` among those it is given.

    Args:
        source: As for ``call_history``; it is opened when the first batch is asked for.
        rows: After how many records a batch is handed out; it has somewhat more.
        form: As for ``call_history``.
        lenient: As for ``call_history``; each batch carries what was met since the one before.
        max_faults: How many faults a batch, or the error, carries; all are counted.

    Yields:
        Histories of records that follow each other, none for a source without records.

    Raises:
        InputError: the source is faulty. After the first fault no batch comes any more, and at the
            end of the source the error carries all of them.
        OSError: the file cannot be opened.

    Example:
        >>> header = b"Start time,Duration,Answered,Correlation ID,Org UUID,Direction,User type\n"
        >>> record = b'"2026-03-02T09:00:00.000Z","36","true","k-1","o-1","ORIGINATING","User"\n'
        >>> [len(batch) for batch in call_history_in_batches(header + 3 * record, rows=2)]
        [3]
    """
    reading = _Reading(lenient, FaultLog(max_faults))
    for _ in reading.parts(source, form):
        if reading.waiting >= rows and not reading.hopeless:
            yield reading.finish()
    if reading.waiting or reading.log.count:
        yield reading.finish()


@define
class _Reading:
    """Records as they come, and the history of them."""

    lenient: bool
    log: FaultLog
    waiting: int = 0
    _intake: CallIntake = field(factory=CallIntake)
    _facts: list[LegFacts] = field(factory=list)
    _sizes: list[int] = field(factory=list)
    _left_out: int = 0
    _ignored: dict[str, int] = field(factory=dict)
    _unknown: dict[str, dict[str, int]] = field(factory=dict)

    @property
    def hopeless(self) -> bool:
        """Whether all that is left to do is to tell the other faults."""
        return not self.lenient and self.log.count > 0

    def parts(self, source: HistorySource, form: HistoryForm | None) -> Iterator[None]:
        """Take up the records, some at a time."""
        with self.log.refusing(), opened_history(source, form, self.log) as history:
            for records in history.parts:
                self._add(records)
                self._tell(*history.told(len(records)))
                yield
            self._tell(*history.told(0))

    def _tell(self, ignored: dict[str, int], rejected: int) -> None:
        for name, count in ignored.items():
            self._ignored[name] = self._ignored.get(name, 0) + count
        self.waiting += rejected
        self._left_out += rejected

    def _add(self, records: Records) -> None:
        found = read_categories(records)
        columns, facts = leg_columns(records, found), facts_of(records, found)
        bad = int(np.count_nonzero(records.bad))
        self.waiting += len(records)
        self._left_out += bad
        if self.hopeless:
            self._intake, self._facts, self._sizes = CallIntake(), [], []
            return
        self._count_unknown(found, records)
        self._intake.add(columns, records.bad)
        self._sizes.append(len(records) - bad)
        if bad:
            facts = facts.among(np.flatnonzero(~records.bad), len(records))
        self._facts.append(facts)

    def _count_unknown(self, found: Mapping[str, Category], records: Records) -> None:
        for heading, known in KNOWN_VALUES.items():
            column = found.get(heading)
            if column is None or all(is_known(each, known) for each in column.labels if each):
                continue
            for value, count in column.counts(records.bad).items():
                if not is_known(value, known):
                    counts = self._unknown.setdefault(heading, {})
                    counts[value] = counts.get(value, 0) + count

    def finish(self) -> CallHistory:
        """The history of the records taken since the last one, and of the faults met since.

        Raises:
            InputError: there are faults, and reading is strict.
        """
        if not self.lenient:
            self.log.refuse()
        faults, count = self.log.taken()
        told: dict[str, Any] = {"faults": faults, "fault_count": count}
        columns = self._intake.columns()
        calls = Calls(**columns, **told) if columns else Calls.from_records([])
        facts = joined_facts([LegFacts.none(), *self._facts], [0, *self._sizes])
        made = CallHistory(
            calls=calls,
            records=self.waiting,
            left_out=self._left_out,
            ignored_columns=self._ignored,
            unknown_values=self._unknown,
            facts=facts,
            **told,
        )
        self._facts, self._sizes, self.waiting, self._left_out = [], [], 0, 0
        self._ignored, self._unknown = {}, {}

        return made


def is_known(value: str, known: frozenset[str]) -> bool:
    """Whether a value is documented."""
    name = squeezed(value)

    return name in known or ("explicitidxxx" in known and name.startswith("explicitid"))


def _without_repeats(history: CallHistory) -> CallHistory:
    kept, facts, duplicates, replaced = sole(history.calls, history.facts)
    if kept is None:
        return history
    calls = evolve(history.calls.take(kept), faults=history.faults, fault_count=history.fault_count)

    return evolve(history, calls=calls, facts=facts, duplicates=duplicates, replaced=replaced)
