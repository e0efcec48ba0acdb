"""What was counted of calls, in the stored form of states.

Ids stand by code point, and other tables name them by their place; so the stored form of counts is
the same whatever parts they were merged of, but for the order of a portfolio's customers and of
faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from partnerkpi import _record_rules as rules
from partnerkpi._text import Text
from partnerkpi.calling.legs.state import LegTerms
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.calling.sections import CallingState
from partnerkpi.calling.weeks import weeks_at
from partnerkpi.io._cells import came
from partnerkpi.reports._stored_legs import legs_document, legs_from
from partnerkpi.reports._stored_queues import queues_document, queues_from
from partnerkpi.reports._stored_tables import Tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi.reports._sections import Terms
    from partnerkpi.reports._stored_tables import Document
    from partnerkpi.reports._strict import Reader

__all__ = ["calling_document", "calling_from"]

_PARTS: Final = ("legs", "queues", "seats")
_SEATS: Final = ("customer_id", "customer", "has_line", "assigned", "total")


def calling_document(state: CallingState | None) -> Document | None:
    """What was counted of calls, as plain values; ``None`` where no calls were given.

    Example:
        >>> calling_document(CallingState())
        {'legs': None, 'queues': None, 'seats': None}
    """
    if state is None:
        return None

    return {
        "legs": None if state.legs is None else legs_document(state.legs),
        "queues": None if state.queues is None else queues_document(state.queues),
        "seats": None if state.seats is None else _seats_document(state.seats),
    }


def _seats_document(seats: CallingSeats) -> Document:
    return {
        "customer_id": seats.customers.to_list(),
        "customer": seats.names.to_list(),
        "has_line": seats.has_line.tolist(),
        "assigned": seats.assigned.tolist(),
        "total": seats.total.tolist(),
    }


def calling_from(
    reader: Reader, value: object, terms: Terms, names: Mapping[str, str] | None
) -> CallingState | None:
    """The state of a stored form; what it holds is to be used only if no fault was noted.

    Args:
        reader: Notes the faults.
        value: What stands under ``calling``.
        terms: The instant and the policy.
        names: Names of the portfolio's customers by id, if they could be read.
    """
    if value is None:
        return None
    record = reader.record("calling", value, _PARTS)
    tables = Tables(reader, weeks_at(terms.micros, terms.policy.trend_weeks), terms.sound)
    legs, queues, seats = (record[name] for name in _PARTS)

    return CallingState(
        legs=None
        if legs is None
        else legs_from(tables, "calling.legs", legs, LegTerms(terms.micros, terms.policy)),
        queues=None
        if queues is None
        else queues_from(tables, "calling.queues", queues, terms.micros, terms.policy),
        seats=None if seats is None else _seats_from(tables, "calling.seats", seats, names),
    )


def _seats_from(
    tables: Tables, path: str, value: object, known: Mapping[str, str] | None
) -> CallingSeats:
    reader, before = tables.reader, tables.reader.log.count
    record = reader.record(path, value, _SEATS)
    ids, names = (tables.texts(f"{path}.{name}", record[name]) for name in _SEATS[:2])
    lines = reader.column(
        reader.listed(f"{path}.has_line", record["has_line"]),
        lambda row: f"{path}.has_line[{row}]",
        lambda cell: None if type(cell) is bool else rules.A_BOOLEAN,
        filler=False,
    )
    assigned, total = (
        tables.by_week(f"{path}.{name}", record[name], len(ids)) for name in _SEATS[3:]
    )
    if reader.log.count == before:
        for name, cells in (("customer", names), ("has_line", lines)):
            if len(cells) != len(ids):
                reader.fault(f"{path}.{name}", f"{len(ids)} cells", str(len(cells)))
    if reader.log.count == before and known is not None:
        _check_customers(reader, path, ids, names, known)

    return CallingSeats(
        weeks=tables.weeks,
        customers=Text.from_strings(ids),
        names=Text.from_strings(names),
        has_line=np.array(lines, np.bool_),
        assigned=assigned,
        total=total,
    )


def _check_customers(
    reader: Reader, path: str, ids: list[str], names: list[str], known: Mapping[str, str]
) -> None:
    """Note customers that the portfolio does not have, has once only, or calls otherwise."""
    seen: set[str] = set()
    for row, (customer, name) in enumerate(zip(ids, names, strict=True)):
        place = f"{path}.customer_id[{row}]"
        if customer not in known:
            reader.fault(place, rules.KNOWN_CUSTOMER, came(customer))
        elif customer in seen:
            reader.fault(place, rules.UNIQUE_ID, came(customer))
        elif name != known[customer]:
            expected = f"{came(known[customer])}, as the customer is called"
            reader.fault(f"{path}.customer[{row}]", expected, came(name))
        seen.add(customer)
