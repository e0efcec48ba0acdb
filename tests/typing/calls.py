"""Right and wrong uses of calls: records, doors, columns, de-duplication; only checked.

A wrong use names the refusal of mypy and of pyright on its line: an ignore that refuses nothing is
itself an error for both.
"""

from datetime import UTC, datetime
from typing import assert_type

import numpy as np

import partnerkpi as pk
from partnerkpi.call_models import CallId, RecordId

AT = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)

# Records: ids may be plain text, and have types of their own.
leg = pk.CallLeg(call_id="k", customer_id="c", started_at=AT, duration_ms=1, answered=True)
entry = pk.QueueCall(
    call_id=CallId("k"), customer_id="c", queue_id="Q", entered_at=AT, wait_ms=1, outcome="answered"
)
assert_type(leg.record_id, RecordId | None)
assert_type(leg.features, tuple[str, ...])
assert_type(leg.latency_ms, float | None)
assert_type(entry.outcome, pk.Outcome)
assert_type(entry.talk_ms, int | None)
leg.call_id = "k"  # type: ignore[misc, assignment]  # pyright: ignore[reportAttributeAccessIssue]
pk.CallLeg(call_id="k")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
pk.QueueCalls.from_records([leg])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]

# Doors give column sets of their own kind, whole or in batches.
calls = pk.read_calls("calls.csv", lenient=True)
queue_calls = pk.read_queue_calls("calls.jsonl.gz", form="jsonl")
assert_type(calls, pk.Calls)
assert_type(queue_calls, pk.QueueCalls)
assert_type([*pk.queue_calls_in_batches("queue_calls.csv", rows=10)], list[pk.QueueCalls])
assert_type(pk.calls_from_rows([{"call_id": "k-1"}]), pk.Calls)
coded = pk.Coded(np.array([0]), ["k-1"])
assert_type(pk.queue_calls_from_columns({"call_id": coded}), pk.QueueCalls)
pk.read_calls("calls.csv", form="xml")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# Rows, joined, cut and compared, stay what they are.
assert_type(calls.records[0], pk.CallLeg)
assert_type(queue_calls.records[1:], list[pk.QueueCall])
assert_type(calls.take(np.array([0])), pk.Calls)
assert_type(pk.QueueCalls.concatenate([queue_calls, queue_calls.part(0, 1)]), pk.QueueCalls)
pk.Calls.concatenate([queue_calls])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]

# De-duplication keeps the kind.
kept, duplicates = pk.deduplicated(queue_calls)
assert_type(kept, pk.QueueCalls)
assert_type(duplicates.count, int)
pk.deduplicated([leg])  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]

# Inputs: each of the three may be missing.
inputs = pk.read_inputs("export/")
assert_type(inputs.portfolio, pk.Portfolio | None)
assert_type(inputs.queue_calls, pk.QueueCalls | None)
pk.write(calls, "calls.csv")
pk.write(inputs, "export/")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
