"""Frozen records of calls: call legs and calls into queues.

Building one by hand checks as strictly as reading one from a file: no coercion, all faults of the
record at once. Instants are timezone-aware and become UTC; durations and waits are whole
milliseconds.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from attrs import field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi._record_fields import measured, refuse, text_set, utc, utc_or_none
from partnerkpi.models import CustomerId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = ["CallId", "CallLeg", "Outcome", "QueueCall", "QueueId", "RecordId", "UserId"]

RecordId = NewType("RecordId", str)
CallId = NewType("CallId", str)
UserId = NewType("UserId", str)
QueueId = NewType("QueueId", str)

_WHOLE_PERCENT = 100.0


class Outcome(StrEnum):
    """What became of a call in a queue.

    ``waiting`` is still in the queue and not offered yet; ``unknown`` is anything else that the
    source said.

    Example:
        >>> Outcome("timed_out")
        <Outcome.TIMED_OUT: 'timed_out'>
    """

    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    VOICEMAIL = "voicemail"
    OVERFLOWED = "overflowed"
    TIMED_OUT = "timed_out"
    CALLBACK = "callback"
    WAITING = "waiting"
    UNKNOWN = "unknown"


def _record_id(value: str | None) -> RecordId | None:
    return None if value is None else RecordId(value)


def _call_id(value: str) -> CallId:
    return CallId(value)


def _customer_id(value: str) -> CustomerId:
    return CustomerId(value)


def _user_id(value: str | None) -> UserId | None:
    return None if value is None else UserId(value)


def _queue_id(value: str) -> QueueId:
    return QueueId(value)


def _outcome(value: Outcome | str) -> Outcome:
    return rules.member_of(Outcome, value)


@frozen(kw_only=True)
class CallLeg:
    """The leg of one party of a call.

    Attributes:
        record_id: The id of the row at its source, unique within the customer; rows that share
            one are the same leg reported again. ``None`` if the source gives none.
        reported_at: When the source reported it; ``None`` precedes every instant.
        call_id: The call; it ties the legs of one call of a customer.
        customer_id: The customer; always text.
        user_id: The user, unique within the customer; ``None`` if the leg is nobody's.
        started_at: When it started.
        duration_ms: How long it lasted, in milliseconds, 0 to 2**53 - 1.
        answered: Whether it was answered.
        endpoint_type: What was called with or rang, such as ``desk_phone``; any text.
        packet_loss_percent: Packet loss, 0 to 100; ``None`` if it was not measured.
        latency_ms: Latency in milliseconds, not negative; ``None`` if it was not measured.
        jitter_ms: Jitter in milliseconds, not negative; ``None`` if it was not measured.
        features: The codes of the features it used, such as ``call_queue``; any texts. They are a
            set: each is kept once, by code point.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> from datetime import datetime, timezone
        >>> leg = CallLeg(
        ...     call_id="k-1",
        ...     customer_id="c-1",
        ...     started_at=datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc),
        ...     duration_ms=61_000,
        ...     answered=True,
        ...     features=["voicemail", "call_park", "voicemail"],
        ... )
        >>> leg.features
        ('call_park', 'voicemail')
    """

    record_id: RecordId | None = field(default=None, converter=_record_id)
    reported_at: datetime | None = field(default=None, converter=utc_or_none)
    call_id: CallId = field(converter=_call_id)
    customer_id: CustomerId = field(converter=_customer_id)
    user_id: UserId | None = field(default=None, converter=_user_id)
    started_at: datetime = field(converter=utc)
    duration_ms: int
    answered: bool
    endpoint_type: str | None = None
    packet_loss_percent: float | None = field(default=None, converter=measured)
    latency_ms: float | None = field(default=None, converter=measured)
    jitter_ms: float | None = field(default=None, converter=measured)
    features: tuple[str, ...] = field(default=(), converter=text_set)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty call leg."""
        refuse("CallLeg", _of_leg(self))


@frozen(kw_only=True)
class QueueCall:
    """One entry of a call into a queue.

    Attributes:
        record_id: The id of the row at its source, unique within the customer; rows that share
            one are the same entry reported again. ``None`` if the source gives none.
        reported_at: When the source reported it; ``None`` precedes every instant.
        call_id: The call.
        customer_id: The customer; always text.
        queue_id: The queue, unique within the customer.
        entered_at: When the call entered the queue.
        wait_ms: From entering the queue to the outcome, in milliseconds, 0 to 2**53 - 1.
        outcome: What became of it.
        talk_ms: How long was talked, in milliseconds; ``None`` if not known.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> from datetime import datetime, timezone
        >>> entry = QueueCall(
        ...     call_id="k-1",
        ...     customer_id="c-1",
        ...     queue_id="Q1",
        ...     entered_at=datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc),
        ...     wait_ms=19_999,
        ...     outcome="answered",
        ... )
        >>> entry.outcome
        <Outcome.ANSWERED: 'answered'>
        >>> QueueCall(
        ...     **dict.fromkeys(("call_id", "customer_id", "queue_id"), "x"),
        ...     entered_at=entry.entered_at,
        ...     wait_ms=-1,
        ...     outcome="answered",
        ... )
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 1 fault in the input
        QueueCall, wait_ms: expected a count from 0 to 9007199254740991, found -1
    """

    record_id: RecordId | None = field(default=None, converter=_record_id)
    reported_at: datetime | None = field(default=None, converter=utc_or_none)
    call_id: CallId = field(converter=_call_id)
    customer_id: CustomerId = field(converter=_customer_id)
    queue_id: QueueId = field(converter=_queue_id)
    entered_at: datetime = field(converter=utc)
    wait_ms: int
    outcome: Outcome = field(converter=_outcome)
    talk_ms: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty queue call."""
        refuse("QueueCall", _of_queue_call(self))


def _of_leg(leg: CallLeg) -> Iterator[rules.Finding]:
    yield from _of_origin(leg)
    yield from _optional_text("user_id", leg.user_id)
    yield from rules.instant_faults("started_at", leg.started_at, optional=False)
    yield from rules.count_faults("duration_ms", leg.duration_ms)
    yield from rules.boolean_faults("answered", leg.answered)
    yield from _optional_text("endpoint_type", leg.endpoint_type)
    yield from rules.measure_faults("packet_loss_percent", leg.packet_loss_percent, _WHOLE_PERCENT)
    yield from rules.measure_faults("latency_ms", leg.latency_ms, math.inf)
    yield from rules.measure_faults("jitter_ms", leg.jitter_ms, math.inf)
    yield from _of_features(leg.features)


def _of_queue_call(call: QueueCall) -> Iterator[rules.Finding]:
    yield from _of_origin(call)
    yield from rules.text_faults("queue_id", call.queue_id)
    yield from rules.instant_faults("entered_at", call.entered_at, optional=False)
    yield from rules.count_faults("wait_ms", call.wait_ms)
    yield from rules.member_faults("outcome", call.outcome, Outcome)
    if call.talk_ms is not None:
        yield from rules.count_faults("talk_ms", call.talk_ms)


def _of_origin(row: CallLeg | QueueCall) -> Iterator[rules.Finding]:
    yield from _optional_text("record_id", row.record_id)
    yield from rules.instant_faults("reported_at", row.reported_at, optional=True)
    yield from rules.text_faults("call_id", row.call_id)
    yield from rules.text_faults("customer_id", row.customer_id)


def _optional_text(path: str, value: object) -> Iterator[rules.Finding]:
    if value is not None:
        yield from rules.text_faults(path, value)


def _of_features(features: object) -> Iterator[rules.Finding]:
    if not isinstance(features, (tuple, list, set, frozenset)):
        yield "features", "a list of texts", shown(features)
        return
    for position, code in enumerate(features):
        yield from rules.text_faults(f"features[{position}]", code)
