"""Run the host: ``python -m examples.host [JOURNAL] [PORT]``, or ``make host``.

It begins with the example portfolio, to which it adds a partner with three administrators, and
keeps its journal in the file that is named, or in memory.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from attrs import evolve

import partnerkpi as pk
from examples.host.app import create_app
from examples.host.store import Store
from partnerkpi.managing_models import Administrator, AdministratorId, Role

DATA = Path(__file__).parent.parent / "data" / "portfolio.json"
PEOPLE = {
    "ada": Role.PARTNER_FULL_ADMIN,
    "ron": Role.PARTNER_READONLY_ADMIN,
    "eve": Role.HELPDESK_ADMIN,
}


def beginning() -> pk.Portfolio:
    """The example portfolio with administrators."""
    portfolio = pk.read(DATA)
    administrators = [
        Administrator(
            id=AdministratorId(name),
            name=name.title(),
            email=f"{name}@north.example",
            role=role,
        )
        for name, role in PEOPLE.items()
    ]
    partner = portfolio.partner or pk.Partner(id="p-1", name="North Partner")

    return evolve(portfolio, partner=evolve(partner, administrators=administrators))


def main(journal: str = ":memory:", port: str = "8000") -> None:
    """Serve on this machine."""
    store = Store(journal, beginning())
    print(f"http://127.0.0.1:{port}/?by=ada", flush=True)
    app = create_app(store, lambda: datetime.now(UTC))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
