"""The calling part of a report document, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partnerkpi._instants import instant_text, to_datetime
from partnerkpi.calling.figures import WeekSayer
from partnerkpi.calling.sections import Calling
from partnerkpi.io._cells import came
from partnerkpi.reports._calling_legs import read_features, read_quality, read_usage
from partnerkpi.reports._calling_queues import read_queues
from partnerkpi.reports._strict import SKIP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi.reports._calling_frames import CallReading

__all__ = ["DUPLICATES", "read_calling"]

_SECTIONS: Final = ("usage", "quality", "features", "queues")
#: For each table of calls how many rows were left out, how many of them contradict the one that
#: counts, and the section that is null without the table.
DUPLICATES: Final = (
    ("duplicate_calls", "tied_calls", "usage"),
    ("duplicate_queue_calls", "tied_queue_calls", "queues"),
)


def read_calling(
    reading: CallReading, value: object, counted: Mapping[str, object]
) -> Calling | None:
    """The calling part; ``None`` where there is none, or it is faulty.

    Args:
        reading: Reads and compares.
        value: What stands under ``calling``.
        counted: What the document tells of the data.
    """
    if value is None:
        _check_given(reading, {}, counted)
        return None
    record = reading.reader.record("calling", value, ("week", *_SECTIONS))
    _check_week(reading, record["week"])
    given = {name: record[name] for name in _SECTIONS}
    _check_given(reading, given, counted)
    say = WeekSayer(to_datetime(reading.terms.micros), reading.terms.policy)

    def has(name: str) -> bool:
        return given[name] is not None

    usage = read_usage(reading, "calling.usage", given["usage"], say) if has("usage") else None
    quality = (
        read_quality(reading, "calling.quality", given["quality"], say, usage)
        if has("quality")
        else None
    )
    features = (
        read_features(reading, "calling.features", given["features"], say, usage)
        if has("features")
        else None
    )
    queues = read_queues(reading, "calling.queues", given["queues"], say) if has("queues") else None

    return Calling(
        weeks=reading.weeks, usage=usage, quality=quality, features=features, queues=queues
    )


def _check_week(reading: CallReading, value: object) -> None:
    record = reading.reader.record("calling.week", value, ("start", "end"))
    if reading.terms.sound:
        weeks = reading.weeks
        for name, micros in (("start", weeks.last_start), ("end", weeks.end)):
            expected = instant_text(to_datetime(micros))
            reading.reader.same(f"calling.week.{name}", record[name], expected)


def _check_given(
    reading: CallReading, given: Mapping[str, object], counted: Mapping[str, object]
) -> None:
    """Sections are null together with what they are counted from."""
    for name, tied, section in DUPLICATES:
        reading.null_with(f"data.{name}", counted[name], given.get(section), f"calling.{section}")
        _check_ties(reading, f"data.{tied}", counted[tied], counted[name])
    if not given:
        return
    usage, queues = given["usage"], given["queues"]
    if usage is None and queues is None:
        reading.reader.fault("calling", "null, as there are no calls", "neither usage nor queues")
    reading.null_with("calling.quality", given["quality"], usage, "calling.usage")
    both = None if usage is None or queues is None else usage
    reading.null_with("calling.features", given["features"], both, "calling.usage or queues")


def _check_ties(reading: CallReading, path: str, ties: object, left_out: object) -> None:
    if isinstance(ties, int) and isinstance(left_out, int):
        reading.within(path, ties, 0, left_out, "rows, as duplicates were left out")
    elif ties is not None and ties is not SKIP and left_out is None:
        reading.reader.fault(path, "no such key, as there are no calls", came(ties))
