"""Where the host keeps things: a portfolio as it began, and the journal of all changes since."""

import json
import sqlite3
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, cast

import partnerkpi as pk
from partnerkpi import managing
from partnerkpi.managing import ChangeRecord

TABLES = """
CREATE TABLE IF NOT EXISTS beginning (document BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS journal (
    partner_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (partner_id, sequence)
);
"""


class Store:
    """A journal in SQLite, and the portfolio that it makes, held in memory."""

    def __init__(self, path: Path | str, beginning: pk.Portfolio | None = None) -> None:
        """Open the journal; a new one begins with a portfolio."""
        # One connection, used by one thread at a time.
        self._lock = Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(TABLES)
        found = self._connection.execute("SELECT document FROM beginning").fetchone()
        if found is None:
            self.portfolio = self._begin(beginning)
        else:
            self.portfolio = managing.replay(pk.read(BytesIO(found[0])), self.journal())

    def _begin(self, beginning: pk.Portfolio | None) -> pk.Portfolio:
        if beginning is None or beginning.partner is None:
            msg = "a new journal begins with the portfolio of a partner"
            raise ValueError(msg)
        stream = BytesIO()
        pk.write(beginning, stream)
        with self._connection:
            self._connection.execute("INSERT INTO beginning VALUES (?)", (stream.getvalue(),))

        return beginning

    @property
    def partner(self) -> pk.Partner:
        """Whose journal it is: it began with one."""
        return cast("pk.Partner", self.portfolio.partner)

    def journal(self, after: int = 0) -> list[ChangeRecord[Any]]:
        """The changes behind a place in the journal."""
        rows = self._connection.execute(
            "SELECT document FROM journal WHERE sequence > ? ORDER BY sequence", (after,)
        )

        return [managing.change_from(json.loads(document)) for (document,) in rows]

    def change(self, act: Callable[[pk.Portfolio], ChangeRecord[Any]]) -> ChangeRecord[Any]:
        """Do something to the portfolio as it is now, and write it into the journal.

        Whatever refuses the change leaves portfolio and journal as they are.
        """
        with self._lock:
            last = self._last()
            change = act(self.portfolio).numbered(self.partner.id, last + 1)
            after = managing.replay(self.portfolio, [change], after=last)
            document = json.dumps(managing.change_document(change))
            with self._connection:
                self._connection.execute(
                    "INSERT INTO journal VALUES (?, ?, ?)",
                    (change.partner_id, change.sequence, document),
                )
            self.portfolio = after

        return change

    def _last(self) -> int:
        (last,) = self._connection.execute("SELECT max(sequence) FROM journal").fetchone()

        return last or 0

    def close(self) -> None:
        """Close the journal."""
        self._connection.close()
