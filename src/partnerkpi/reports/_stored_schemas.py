"""Machinery: pieces of JSON Schemas for what was counted of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerkpi.calling.queues.columns import OUTCOMES, WITH_WAITS
from partnerkpi.io._schema import array, either, null, record, ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerkpi.io._schema import Schema

__all__ = ["stored_calling", "stored_definitions"]


def stored_calling() -> Schema:
    """What was counted of calls, or null."""
    parts: Schema = {
        name: either(ref(f"stored_{name}"), null()) for name in ("legs", "queues", "seats")
    }

    return either(record(parts), null())


def _columns(names: Iterable[str]) -> Schema:
    return record(dict.fromkeys(names, array(ref("count"))))


def stored_definitions() -> Schema:
    """What the stored form of calls refers to."""
    ids = array(ref("text"), uniqueItems=True)
    weeks = array(array(ref("count")), minItems=2)
    rows: Schema = {
        "duplicates": record({"count": ref("count"), "ties": ref("count")}),
        "faults": array(ref("fault")),
        "fault_count": ref("count"),
    }
    seats = {"customer_id": ids, "customer": array(ref("text"))}
    lines: Schema = {"has_line": array({"type": "boolean"}), "assigned": weeks, "total": weeks}

    return {
        "fault": _fault(),
        "cells": _cells(),
        "stored_legs": record({**_legs(ids, weeks), **rows}),
        "stored_queues": record({**_queues(weeks), **rows}, {"summed": {"type": "boolean"}}),
        "stored_seats": record({**seats, **lines}),
    }


def _fault() -> Schema:
    text: Schema = {"type": "string"}
    place: Schema = {
        "source": text,
        "path": either(text, null()),
        "line": either({"type": "integer"}, null()),
        "column": either(text, null()),
    }

    return record({**place, "expected": text, "found": text})


def _legs(ids: Schema, weeks: Schema) -> Schema:
    counts = _columns(("good", "poor", "unknown"))
    recent = array(counts, minItems=2, maxItems=2)
    quality: Schema = {
        "weeks": counts,
        **dict.fromkeys(("customers", "endpoints", "without_endpoint"), recent),
        "endpoint_types": ids,
    }
    call = ("week", "customer", "call")
    features: Schema = {
        "calls": ids,
        "features": ids,
        "seen": _columns(call),
        "used": _columns((*call, "feature")),
        "queues": either(ids, null()),
    }

    return {
        "customers": ids,
        "legs": weeks,
        "duration_ms": weeks,
        "users": ids,
        "user_legs": _columns(("week", "customer", "user", "legs")),
        "quality": record(quality),
        "features": record(features),
    }


def _cells() -> Schema:
    entries = _columns(("cell", "wait_ms", "calls"))
    waits = record({outcome.value: entries for outcome in WITH_WAITS})

    return record(
        {
            "calls": _columns(outcome.value for outcome in OUTCOMES),
            "wait_ms": _columns(("answered", "abandoned")),
            "waits": either(waits, null()),
        }
    )


def _queues(weeks: Schema) -> Schema:
    hours = _columns(("queue", "hour", "calls"))
    kinds = record(dict.fromkeys(("not_abandoned", "abandoned", "waiting"), hours))
    names = record(dict.fromkeys(("customer_id", "queue_id"), array(ref("text"))))

    return {
        "names": names,
        "weeks": ref("cells"),
        "last": ref("cells"),
        "previous": either(ref("cells"), null()),
        "profile": either(record({"offered": weeks, "hours": kinds}), null()),
    }
