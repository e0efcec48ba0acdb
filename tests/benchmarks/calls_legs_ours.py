"""Call legs counted by partnerkpi: every call of it that these benchmarks make.

What is timed: the rows counted in one pass, the three sections said, and the columns of the tables
taken in the order of the customers' codes; rows are neither put in order nor made objects.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import numpy as np

from partnerkpi._arrays import NEVER
from partnerkpi._text import Text
from partnerkpi.call_columns import Calls
from partnerkpi.calling.legs import (
    LegState,
    LegTerms,
    finish_features,
    finish_quality,
    finish_usage,
    leg_state,
)
from partnerkpi.calling.legs.columns import LegSource
from partnerkpi.calling.legs.state import state_of, tally_of
from partnerkpi.calling.legs.usage_facts import UsageFacts
from partnerkpi.columns import CodedText, TextLists
from partnerkpi.deduplication import Duplicates
from tests.benchmarks.calls_legs_answers import LegAnswers
from tests.benchmarks.calls_legs_data import END, ENDPOINTS, FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.benchmarks.calls_legs_data import LegTable

__all__ = ["Labels", "answers", "columns", "folded", "labels", "whole"]

_WHEN = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=END)


@attrs.frozen(eq=False)
class Labels:
    """The tables of labels that columns share."""

    none: Text
    customers: Text
    users: Text
    calls: Text
    endpoints: Text
    features: Text


def labels(table: LegTable) -> Labels:
    """The texts of the codes."""
    customers, users, calls = (
        Text.from_numpy(np.arange(n)) for n in (table.customers, table.users, table.calls)
    )
    return Labels(
        none=Text.from_strings([]),
        customers=customers,
        users=users,
        calls=calls,
        endpoints=Text.from_strings(ENDPOINTS),
        features=Text.from_strings(FEATURES),
    )


def columns(table: LegTable, known: Labels) -> Calls:
    """The columns as the doors would make them."""
    missing = np.full(len(table), -1, np.int8)
    return Calls(
        record=CodedText(missing, known.none),
        reported=np.full(len(table), NEVER),
        call=CodedText(table.call, known.calls),
        customer=CodedText(table.customer, known.customers),
        user=CodedText(table.user, known.users),
        started=table.started,
        duration=table.duration,
        answered=np.ones(len(table), np.bool_),
        endpoint=CodedText(table.endpoint, known.endpoints),
        loss=table.loss,
        latency=table.latency,
        jitter=table.jitter,
        features=TextLists(table.listed, CodedText(table.feature, known.features)),
    )


def whole(calls: Calls) -> LegState:
    """Count all rows."""
    return leg_state(calls, as_of=_WHEN, duplicates="none")


def folded(batches: Iterable[Calls], clock: Callable[[], float]) -> tuple[LegState, float]:
    """Count batches one after the other; only the counting is timed."""
    terms, seconds = LegTerms.at(_WHEN), 0.0
    tally = tally_of(terms)
    for batch in batches:
        start = clock()
        tally.add(LegSource(batch))
        seconds += clock() - start
    start = clock()
    state = state_of(tally, terms, Duplicates(), None)

    return state, seconds + clock() - start


def answers(calls: Calls, known: Labels) -> LegAnswers:
    """Count all rows, and say the sections."""
    return said(whole(calls), known)


def said(state: LegState, known: Labels) -> LegAnswers:
    """The sections of a state whose customers are those of the labels."""
    customers = len(known.customers)
    state = state.with_queues(known.customers.take(np.arange(customers // 2)))
    say = state.terms.say
    usage, quality = finish_usage(state.usage, say), finish_quality(state.quality, say)
    features = finish_features(state.features, say)
    assert features is not None
    facts = usage._facts
    assert isinstance(facts, UsageFacts)
    weeks = zip(usage.trend, quality.trend, strict=True)
    trend = [
        (*(w.legs, w.duration_ms, w.active_users, w.light, w.moderate, w.heavy), *_counts(q))
        for w, q in weeks
    ]
    last = (facts.active[-1], state.usage.duration[-1], facts.user_legs[-1])
    by_name = {row.feature: row.calls for row in features.rows}

    return LegAnswers(
        np.array(trend),
        facts.legs,
        np.column_stack([*last, state.quality.by_customer[-1]]),
        state.quality.by_endpoint[-1],
        np.array([features.calls.value, *(by_name.get(name, 0) for name in FEATURES)]),
    )


def _counts(week: object) -> tuple[int, ...]:
    return tuple(getattr(week, name) for name in ("unknown", "good", "poor"))
