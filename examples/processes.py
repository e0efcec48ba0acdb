"""One report over many parts, each counted in a process of its own.

Low assignment compares customers with their peers in all parts, so counting has two phases: first
every part hands on its rates, then every part is counted under the limits that follow from them.

python examples/processes.py
"""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial, reduce
from pathlib import Path

import numpy as np

import partnerkpi as pk
from partnerkpi.licenses.state import Limits, RatesState, limits, rates_state
from partnerkpi.reports import ReportState, finish, lift, look, merged

PARTS = 4
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = pk.Policy()
DATA = Path(__file__).resolve().parent / "data" / "portfolio.json"


def part(number: int) -> pk.Portfolio:
    """The customers of one part; a host would read a file or a partition of a table here."""
    portfolio = pk.read(DATA)

    return portfolio.where(np.arange(len(portfolio)) % PARTS == number)


def rates(number: int) -> RatesState:
    """The first phase: what the customers of a part assign."""
    return rates_state(look(part(number), AS_OF, POLICY))


def counted(number: int, found: Limits) -> ReportState:
    """The second phase: everything a part counts, under the limits of all parts."""
    return lift(look(part(number), AS_OF, POLICY), found)


def main() -> None:
    """Count the parts, merge them, and say the report of the whole."""
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = limits(reduce(RatesState.merge, pool.map(rates, range(PARTS))), POLICY)
        states = list(pool.map(partial(counted, found=found), range(PARTS)))
    report = finish(merged(states))

    whole = pk.report(pk.read(DATA), as_of=AS_OF, policy=POLICY)
    print(report.to_text(rows=3))
    print("\nThe report of the parts is that of the whole:", report.to_dict() == whole.to_dict())


if __name__ == "__main__":
    main()
