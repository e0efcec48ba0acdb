"""Machinery: what pages say that no definition says, by key, in English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from partnerkpi.kpi import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LABELS", "UNITS"]

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # A report and its parts.
        "report": "Partner report",
        "as_of": "as of {when}",
        "overview": "Overview",
        "customers": "Customers",
        "customers_sentence": "All {count}, also those without Meetings or Calling licenses, by"
        " id; the badge is the most urgent status.",
        "meetings_licenses": "Meetings licenses",
        "calling_licenses": "Calling licenses",
        "product_licenses": "{product} licenses",
        "distribution_trend": "License distribution trend",
        "distribution_trend_sentence": "At the end of each completed week, over the subscriptions"
        " active then.",
        "calls": "Calls",
        "week": "Week",
        "from_to": "from {start} to {end}",
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
        "contents": "Contents",
        "skip": "Skip to the figures",
        "made_by": "Made with partnerkpi. Every figure holds at the instant above, under the policy"
        " above.",
        "meaning": "What these figures mean",
        "show_product": "Show",
        "meetings": "Meetings",
        "calling": "Calling",
        "figure": "Figure",
        # What is to be known about the data.
        "unobserved_lines": "License lines without an observation",
        "duplicate_calls": "Duplicate rows of call legs",
        "duplicate_queue_calls": "Duplicate rows of queue calls",
        "tied_calls": "Contradictions among call legs",
        "tied_queue_calls": "Contradictions among queue calls",
        "count_zero": "they count 0",
        "left_out": "left out",
        "tied": "duplicates reported at one instant that say different things",
        "count_with_note": "{count} ({note})",
        # Values.
        "missing": "n/a",
        "none": "none",
        "yes": "yes",
        "no": "no",
        "undefined": "undefined",
        "undefined_because": "undefined: {reason}",
        "share_with_parts": "{value} ({part} of {whole})",
        "mean_with_parts": "{value} ({part} / {whole})",
        # Words that the fields of records hold.
        "code_subscription": "subscription",
        "code_trial": "trial",
        "code_partner": "partner",
        "code_external": "external",
        # Tables.
        "missing_note": "{missing}: not known, or not defined for this row.",
        "more_rows": "... and {count} more",
        "more_rows_before": "... and {count} more before",
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
        "part_of": "{part} of {whole}",
        "divided": "{sum} / {count}",
        "good": "Good",
        "poor": "Poor",
        "unknown": "Unknown",
        "light": "Light",
        "moderate": "Moderate",
        "heavy": "Heavy",
        "picture": "{title}: {series}, by week",
        # Comparisons.
        "changed": "What changed",
        "to": "{earlier} to {later}",
        "new": "New",
        "gone": "Gone",
        "entered": "Entered",
        "left": "Left",
        "nobody": "nobody",
        "and_more": "{shown} and {count} more",
        "latest_week": "Latest week",
        "changes_sentence": "Every figure, and the change from earlier to later.",
        "points": "{value} points",
        "statuses": "Statuses",
        "statuses_sentence": "Customers that have a status now and had it not, and the reverse.",
        "badges": "Badges",
        "badges_sentence": "Customers that show another status as their most urgent one.",
        "licenses_of": "Licenses: {product}",
        "distribution": "Distribution trend",
        "section_recently_added": "Recently added",
        "section_expiring": "Expiring",
        "section_renewing": "Renewing",
        "section_low_assignment": "Low assignment",
        "section_overage": "Overage",
        "section_usage": "Usage",
        "section_quality": "Quality",
        "section_features": "Features",
        "section_queues": "Queues",
        # Charts.
        "week_end": "Week's end",
        "licenses": "Licenses",
        "users": "Users",
        "call_legs": "Call legs",
        "hour": "Hour (UTC)",
        "day": "Day of the week",
        "hours_of_the_week": "Calls into queues by hour of the week",
        "hours_summed": "Calls offered in each hour of the week in UTC, summed over the queues and"
        " the weeks of the trend.",
        "queue_trend": "Calls into queues, week by week",
        "usage_trend": "Calling users by usage volume",
        "quality_trend": "Call quality, week by week",
        "title_of_product": "{title}: {product}",
        "rates": "License assignment of customers",
        "rates_sentence": "Customers by the assigned share of their active licenses of the product;"
        " those without a license are left out.",
        "share_of_licenses": "Assigned share of licenses (%)",
        "sunday": "Sunday",
        "monday": "Monday",
        "tuesday": "Tuesday",
        "wednesday": "Wednesday",
        "thursday": "Thursday",
        "friday": "Friday",
        "saturday": "Saturday",
    }
)

#: For each unit that is spoken its words, by the plural form that a number takes.
UNITS: Final[Mapping[Unit, Mapping[str, str]]] = MappingProxyType(
    {
        Unit.CUSTOMERS: MappingProxyType({"one": "customer", "other": "customers"}),
        Unit.SUBSCRIPTIONS: MappingProxyType({"one": "subscription", "other": "subscriptions"}),
        Unit.LICENSES: MappingProxyType({"one": "license", "other": "licenses"}),
        Unit.LICENSES_PER_CUSTOMER: MappingProxyType({"other": "licenses per customer"}),
        Unit.DAYS: MappingProxyType({"one": "day", "other": "days"}),
        Unit.MONTHS: MappingProxyType({"one": "month", "other": "months"}),
        Unit.CALLS: MappingProxyType({"one": "call", "other": "calls"}),
        Unit.CALL_LEGS: MappingProxyType({"one": "call leg", "other": "call legs"}),
        Unit.USERS: MappingProxyType({"one": "user", "other": "users"}),
    }
)
