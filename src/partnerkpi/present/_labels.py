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
        "as of": "as of {instant}",
        "overview": "Overview",
        "customers": "Customers",
        "customers listed": "All {count}, also those without Meetings or Calling licenses, by id;"
        " the badge is the most urgent status.",
        "licenses of meetings": "Meetings licenses",
        "licenses of calling": "Calling licenses",
        "licenses of product": "{product} licenses",
        "distribution trend": "License distribution trend",
        "distribution weeks": "At the end of each completed week, over the subscriptions active"
        " then.",
        "calls": "Calls",
        "week": "Week",
        "from to": "from {start} to {end}",
        "usage": "Usage",
        "usage weeks": "Users by usage volume, in each completed week.",
        "quality": "Quality",
        "quality weeks": "Call legs by quality, in each completed week.",
        "queues": "Call queues",
        "queue weeks": "All queues, in each completed week.",
        "customers with queues": "Customers with call queues",
        "each queue": "Queues",
        "further figures": "Further figures",
        "data": "Data",
        "policy": "Policy",
        # What is to be known about the data.
        "unobserved lines": "License lines without an observation",
        "duplicate calls": "Duplicate rows of call legs",
        "duplicate queue calls": "Duplicate rows of queue calls",
        "tied calls": "Contradictions among call legs",
        "tied queue calls": "Contradictions among queue calls",
        "counted as 0": "they count 0",
        "left out": "left out",
        "ties": "duplicates reported at one instant that say different things",
        "count with note": "{count} ({note})",
        # Values.
        "missing": "n/a",
        "none": "none",
        "yes": "yes",
        "no": "no",
        "undefined": "undefined",
        "undefined because": "undefined: {reason}",
        "share with parts": "{value} ({part} of {whole})",
        "mean with parts": "{value} ({part} / {whole})",
        # Words that the fields of records hold.
        "code subscription": "subscription",
        "code trial": "trial",
        "code partner": "partner",
        "code external": "external",
        # Tables.
        "missing note": "{missing}: not known, or not defined for this row.",
        "more rows": "... and {count} more",
        "more rows before": "... and {count} more before",
        # Charts.
        "week's end": "Week's end",
        "licenses": "Licenses",
        "users": "Users",
        "call legs": "Call legs",
        "hour": "Hour (UTC)",
        "day": "Day of the week",
        "hours of the week": "Calls into queues by hour of the week",
        "hours summed": "Calls offered in each hour of the week in UTC, summed over the queues and"
        " the weeks of the trend.",
        "queue trend": "Calls into queues, week by week",
        "usage trend": "Calling users by usage volume",
        "quality trend": "Call quality, week by week",
        "title of product": "{title}: {product}",
        "rates": "License assignment of customers",
        "rates counted": "Customers by the assigned share of their active licenses of the product;"
        " those without a license are left out.",
        "share of licenses": "Assigned share of licenses (%)",
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
