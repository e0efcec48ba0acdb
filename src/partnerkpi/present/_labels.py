"""Machinery: every label of a page that is no definition, by its key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["LABELS"]

#: In English. Names in braces are filled in by whoever asks, with texts that are formatted already.
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The page and its parts.
        "report": "Partner report",
        "as_of": "as of {when}",
        "contents": "Contents",
        "skip": "Skip to the figures",
        "made_by": "Made with partnerkpi. Every figure holds at the instant above, under the policy"
        " above.",
        "meaning": "What these figures mean",
        "overview": "Overview",
        "customers": "Customers",
        "customers_sentence": "All {count}, also those without Meetings or Calling licenses, by id;"
        " the badge is the most urgent status.",
        "licenses": "Licenses",
        "show_product": "Show",
        "meetings": "Meetings",
        "calling": "Calling",
        "meetings_licenses": "Meetings licenses",
        "calling_licenses": "Calling licenses",
        "distribution_trend": "License distribution trend",
        "distribution_trend_sentence": "At the end of each completed week, over the subscriptions"
        " active then.",
        "calls": "Calls",
        "usage": "Usage",
        "usage_sentence": "Users by usage volume, in each completed week.",
        "quality": "Quality",
        "quality_sentence": "Call legs by quality, in each completed week.",
        "queues": "Call queues",
        "queues_sentence": "All queues, in each completed week.",
        "queue_customers": "Customers with call queues",
        "queue_list": "Queues",
        "own_figures": "Further figures",
        "data": "Data",
        "policy": "Policy",
        "figure": "Figure",
        # Facts.
        "week": "Week",
        "from_to": "from {start} to {end}",
        "unobserved_lines": "License lines without an observation",
        "count_zero": "they count 0",
        "duplicate_calls": "Duplicate rows of call legs",
        "duplicate_queue_calls": "Duplicate rows of queue calls",
        "left_out": "left out",
        "tied_calls": "Contradictions among call legs",
        "tied_queue_calls": "Contradictions among queue calls",
        "tied": "duplicates reported at one instant that say different things",
        # Values.
        "undefined": "undefined",
        "undefined_because": "undefined: {reason}",
        "part_of": "{part} of {whole}",
        "divided": "{sum} / {count}",
        "missing_note": "{missing}: not known, or not defined for this row.",
        # Tables.
        "none": "none",
        "showing": "Showing {shown} of {rows}.",
        "showing_last": "Showing the last {shown} of {rows}.",
        "found": "{shown} of {rows} rows",
        "find": "Find",
        "status": "Status",
        "any_status": "any",
        "among_shown": "Sorting and finding look at the rows shown.",
        "bar": "{part}: {count}",
        # Bars beside the numbers of a row, and pictures above a table.
        "seats": "Used, assigned, available",
        "used": "Used",
        "assigned": "Assigned",
        "unassigned": "Available",
        "available": "Available",
        "overage": "Overage",
        "total": "Total licenses",
        "parts": "Distribution",
        "share": "Share",
        "good": "Good",
        "poor": "Poor",
        "unknown": "Unknown",
        "light": "Light",
        "moderate": "Moderate",
        "heavy": "Heavy",
        "picture": "{title}: {series}, by week",
    }
)
