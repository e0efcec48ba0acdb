"""Statistics of call quality, which the platform has added up already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi._instants import instant_text
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import MergeError
from partnerkpi.webex._answer_cells import Cells
from partnerkpi.webex._reading import Kind, read_payload

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from partnerkpi.webex._loading import PayloadSource
    from partnerkpi.webex.payloads import Payload

__all__ = ["WebexQualityStatistics", "good_calls_share", "quality_statistics"]


@frozen(kw_only=True)
class WebexQualityStatistics:
    """How good the calls of a period were, as ``GET /analytics/callQualityStats`` gives it.

    The platform calls a session good when every measurement that it has meets its limit; a
    measurement that is missing does not make it poor. That is not the rule by which this library
    judges call legs, so these shares are never compared or added to those of
    ``partnerkpi.calling``. Averages are shown as they came: they cannot be added up.

    Attributes:
        start: Where the period begins.
        end: Where it ends.
        location: The location; ``None`` where all are meant.
        calls: Calls in all.
        calls_with_media: Of these, those in which anybody was heard or seen: the base of shares.
        good_calls: Of these, the good ones.
        sessions: Media sessions.
        good_sessions: Of these, the good ones.
        jitter_ms: Average audio jitter of call legs.
        latency_ms: Average audio latency of call legs.
        packet_loss_percent: Average audio packet loss of call legs.

    Example:
        >>> metrics = {
        ...     "totalCalls": 9,
        ...     "totalCallsWithMedia": 8,
        ...     "totalGoodQualityCallsWithMedia": 6,
        ...     "totalMediaSessions": 16,
        ...     "totalGoodMediaSessions": 14,
        ... }
        >>> answer = {"startTime": "2026-08-10", "endTime": "2026-08-16", "metrics": metrics}
        >>> found = quality_statistics(answer)[0]
        >>> found.good_calls_share.value, found.good_sessions_share.value
        (0.75, 0.875)
        >>> print(found)
        all locations, 2026-08-10T00:00:00Z to 2026-08-16T00:00:00Z: 6 of 8 calls with media good
    """

    start: datetime
    end: datetime
    location: str | None = None
    calls: int
    calls_with_media: int
    good_calls: int
    sessions: int
    good_sessions: int
    jitter_ms: float | None = None
    latency_ms: float | None = None
    packet_loss_percent: float | None = None

    def __str__(self) -> str:
        good = f"{self.good_calls} of {self.calls_with_media} calls with media good"

        return f"{_where(self)}, {instant_text(self.start)} to {instant_text(self.end)}: {good}"

    @property
    def good_calls_share(self) -> Ratio:
        """Good calls, of the calls with media; undefined without any."""
        return Ratio(self.good_calls, self.calls_with_media)

    @property
    def good_sessions_share(self) -> Ratio:
        """Good media sessions, of all of them; undefined without any."""
        return Ratio(self.good_sessions, self.sessions)


def quality_statistics(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexQualityStatistics]:
    """Read statistics of call quality.

    Args:
        sources: Answers: parsed JSON, bytes or text of JSON, paths (gzipped or not), streams.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> len(quality_statistics({"items": []}))
        0
    """
    return read_payload(_STATISTICS, sources, _statistics, lenient=lenient, max_faults=max_faults)


def good_calls_share(statistics: Iterable[WebexQualityStatistics]) -> Ratio:
    """Good calls of the calls with media, over several periods or locations: sum over sum.

    Args:
        statistics: Of different periods or locations.

    Raises:
        MergeError: two of one location overlap in time, or one of all locations and another one
            do: calls would count twice.

    Example:
        >>> good_calls_share([]).value is None
        True
    """
    found = sorted(statistics, key=lambda each: each.start)
    for turn, each in enumerate(found):
        for other in found[turn + 1 :]:
            if other.start >= each.end:
                break
            if each.location == other.location or None in (each.location, other.location):
                msg = f"statistics of {_said(each)} and of {_said(other)} overlap"
                raise MergeError(msg)

    return Ratio(
        sum(each.good_calls for each in found), sum(each.calls_with_media for each in found)
    )


def _said(one: WebexQualityStatistics) -> str:
    return f"{_where(one)} from {instant_text(one.start)} to {instant_text(one.end)}"


def _where(one: WebexQualityStatistics) -> str:
    return "all locations" if one.location is None else one.location


_STATISTICS = Kind("quality statistics", "statistics of one period", "metrics")
_LATER = "an end after the start"


def _statistics(cells: Cells) -> WebexQualityStatistics | None:
    start, end = cells.instant("startTime"), cells.instant("endTime")
    if not (cells.faulty or start < end):
        cells.fault("endTime", _LATER, end.isoformat())
    location = cells.text_or_none("location")
    found = cells.inner("metrics", lambda part: _metrics(part, start, end, location))
    if found is None and not cells.faulty:
        cells.fault("metrics", "an object", "nothing")

    return found


def _metrics(
    cells: Cells, start: datetime, end: datetime, location: str | None
) -> WebexQualityStatistics:
    for part, whole in _PARTS:
        if not cells.count(part) <= cells.count(whole) and not cells.faulty:
            cells.fault(part, f"at most {whole} ({cells.count(whole)})", str(cells.count(part)))

    return WebexQualityStatistics(
        start=start,
        end=end,
        location=location,
        calls=cells.count("totalCalls"),
        calls_with_media=cells.count("totalCallsWithMedia"),
        good_calls=cells.count("totalGoodQualityCallsWithMedia"),
        sessions=cells.count("totalMediaSessions"),
        good_sessions=cells.count("totalGoodMediaSessions"),
        jitter_ms=cells.number_or_none("avgCallLegAudioJitter"),
        latency_ms=cells.number_or_none("avgCallLegAudioLatency"),
        packet_loss_percent=cells.number_or_none("avgCallLegAudioPacketLoss"),
    )


_PARTS = (
    ("totalCallsWithMedia", "totalCalls"),
    ("totalGoodQualityCallsWithMedia", "totalCallsWithMedia"),
    ("totalGoodMediaSessions", "totalMediaSessions"),
)
