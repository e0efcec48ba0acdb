"""A report in which every text that a host chooses holds what a page must not obey."""

from datetime import timedelta
from typing import Any

import partnerkpi as pk
from partnerkpi.kpi import Definition, Unit
from tests.library import AS_OF, customer, line, subscription

__all__ = ["OwnFigure", "strange_report"]

_WEEK_AGO = AS_OF - timedelta(days=3)


class OwnFigure:
    """A figure of one's own whose words hold the text."""

    def __init__(self, text: str) -> None:
        self.definition = Definition(
            f"own{text}", f"Own {text}", f"Says {text}.", Unit.COUNT, undefined=f"because {text}"
        )

    def lift(self, _columns: pk.Portfolio, _as_of: object, _policy: pk.Policy, /) -> int:
        """Count nothing."""
        return 0

    def merge(self, left: int, right: int, /) -> int:
        """Add nothing."""
        return left + right

    def finish(self, _state: int, /) -> None:
        """Say that there is nothing to say."""
        return


def strange_report(text: str) -> pk.Report:
    """Names, ids, tags, attributes, products, queues, endpoint types and features with the text.

    What stands before it keeps rows in their order, whatever it is.
    """
    customers = [_customer(place, text) for place in range(3)]
    return pk.report(
        pk.Portfolio.from_customers(customers),
        calls=pk.Calls.from_records([_leg(place, text) for place in range(4)]),
        queue_calls=pk.QueueCalls.from_records([_queue_call(place, text) for place in range(3)]),
        as_of=AS_OF,
        figures=[OwnFigure(text)],
    )


def _customer(place: int, text: str) -> pk.Customer:
    lines = [
        line(10, 12 if place else 4, name=f"line{text}"),
        line(8, 3, product="meetings", name=f"line{text}"),
        line(5, 1, product=f"x{text}", name="other"),
    ]
    one = subscription(
        *lines,
        id=f"s{place}{text}",
        added_at="2026-11-01",
        ends_at="2026-12-10",
        auto_renew=place == 2,
    )
    tags = () if place == 1 else (f"t{text}"[:25].strip(), "second")
    return customer(
        one, id=f"c{place}{text}", name=f"n{place}{text}", tags=tags, attributes={"a": text}
    )


def _leg(place: int, text: str) -> pk.CallLeg:
    given: dict[str, Any] = {"latency_ms": 500.0 * place} if place else {}
    return pk.CallLeg(
        call_id=f"k{place}",
        customer_id=f"c{place}{text}",
        user_id=f"u{text}",
        started_at=_WEEK_AGO - timedelta(days=2),
        duration_ms=60_000,
        answered=True,
        endpoint_type=f"{place % 2}{text}",
        features=(f"{place}{text}",),
        **given,
    )


def _queue_call(place: int, text: str) -> pk.QueueCall:
    return pk.QueueCall(
        call_id=f"k{place}",
        customer_id=f"c{place}{text}",
        queue_id=f"q{text}",
        entered_at=_WEEK_AGO - timedelta(days=2),
        wait_ms=1000 * place,
        outcome="abandoned" if place else "answered",
    )
