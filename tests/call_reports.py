"""Reports with calls, of the conformance cases and drawn ones."""

from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import testing
from partnerkpi.call_columns import Calls, QueueCalls

__all__ = ["CASES", "case_report", "reports_with_calls", "tables_of_calls"]

CASES = sorted((Path(__file__).resolve().parent / "conformance" / "cases").iterdir())


def tables_of_calls(case: Path) -> dict[str, Any]:
    """The tables of calls that a case has."""
    found: dict[str, Any] = {}
    if (case / "calls.jsonl").is_file():
        found["calls"] = pk.read_calls(case / "calls.jsonl")
    if (case / "queue_calls.jsonl").is_file():
        found["queue_calls"] = pk.read_queue_calls(case / "queue_calls.jsonl")
    return found


def case_report(case: Path, *, portfolio: bool = True, **others: Any) -> pk.Report:
    """The report on a case, or on its calls alone."""
    as_of = datetime.fromisoformat((case / "as_of.txt").read_text("ascii").strip())
    whole = pk.read(case / "portfolio.json") if portfolio else None
    return pk.report(whole, as_of=as_of, **tables_of_calls(case), **others)


@st.composite
def reports_with_calls(draw: st.DrawFn, as_of: datetime, policy: pk.Policy) -> pk.Report:
    """Reports at an instant: of a portfolio, of call legs, of queue calls, or of several."""
    kinds = draw(st.sets(st.sampled_from(("portfolio", "calls", "queue_calls")), min_size=1))
    given: dict[str, Any] = {}
    if "portfolio" in kinds:
        given["portfolio"] = draw(testing.portfolios(as_of, max_size=4))
    if "calls" in kinds:
        given["calls"] = Calls.from_records(draw(testing.call_leg_lists(as_of, max_size=12)))
    if "queue_calls" in kinds:
        rows = draw(testing.queue_call_lists(as_of, max_size=12))
        given["queue_calls"] = QueueCalls.from_records(rows)
    return pk.report(as_of=as_of, policy=policy, **given)
