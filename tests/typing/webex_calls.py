"""Right and wrong uses of call histories, queue calls of legs and statistics; only checked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import assert_type

from partnerkpi import webex
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.calling import QueueState

SUNDAY = datetime(2026, 11, 15, tzinfo=UTC)

history = webex.call_history("history.csv")
assert_type(history, webex.CallHistory)
assert_type(history.calls, Calls)
assert_type(history.ignored_columns["Mood"], int)
assert_type(history.unknown_values["Client type"]["PIGEON"], int)
webex.call_history([{"Report ID": "r-1"}], form="json", lenient=True)
webex.call_history(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
webex.call_history(b"", form="xml")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

batches = webex.call_history_in_batches(b"", rows=10)
assert_type(batches, Iterator[webex.CallHistory])
found = history.queue_calls(queues="uuid")
assert_type(found, webex.LegQueueCalls)
assert_type(found.calls, QueueCalls)
assert_type(found.rules[webex.QueueRule.AGENT], int)
history.queue_calls(queues="id")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
parts = webex.queue_calls_from_legs(batches, gap=timedelta(hours=1))
assert_type(parts, Iterator[webex.LegQueueCalls])

statistics = webex.queue_statistics(
    b"", customer_id="o-1", unit="minutes", start=SUNDAY, end=SUNDAY + timedelta(days=7)
)
assert_type(statistics.rows[0], webex.QueueStatisticsRow)
assert_type(statistics.rows[0].hold_ms, int | None)
assert_type(statistics.state(as_of=SUNDAY), QueueState)
webex.queue_statistics(b"", unit=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
