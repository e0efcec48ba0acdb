"""Machinery: what a door hands in, a batch of rows at a time.

A door settles everything that one cell can tell (its type, its range, its text) and hands over
typed columns. A row whose cells are faulty stays in its place, with any fitting value in the faulty
cell, and is marked in ``bad``: so the number of a row here is always the number of the row in its
source, and a fault found later still knows its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi._arrays import Counts, Mask, Micros, Rows
    from partnerkpi._text import Text
    from partnerkpi._text_forms import AnyText, Labeled
    from partnerkpi.errors import Place

__all__ = [
    "CustomerBatch",
    "Given",
    "LabeledRows",
    "LicenseBatch",
    "Places",
    "SubscriptionBatch",
    "TextRows",
]


class Places(Protocol):
    """Where a row of a source stands."""

    def __call__(self, table: str, row: int, column: str | None, /) -> Place:
        """The place of a row (counted from 0 over all batches) and column of a table."""
        ...


@frozen(eq=False)
class TextRows:
    """Texts that some rows have and others have not: ``texts[i]`` belongs to ``rows[i]``.

    Rows rise; a row may have several texts.
    """

    rows: Rows
    texts: Text


@frozen(eq=False)
class LabeledRows:
    """Texts that some rows have and others have not, given as places in a list of labels."""

    rows: Rows
    texts: Labeled


@frozen(eq=False)
class Given:
    """A column of text that need not be given: ``texts[i]`` belongs to ``rows[i]``.

    ``rows`` rise, each once; without them there is a text a row. Codes of labeled texts may then
    be -1 for none.
    """

    texts: AnyText
    rows: Rows | None = field(default=None)


@frozen(eq=False)
class CustomerBatch:
    """Rows of the table ``customers``.

    ``external`` is true for ``managed_by: external``; ``signed_in`` is ``NEVER`` for null.
    """

    ids: AnyText
    names: AnyText
    external: Mask
    signed_in: Micros
    tags: TextRows
    attributes: Mapping[str, TextRows | LabeledRows]
    bad: Mask


@frozen(eq=False)
class SubscriptionBatch:
    """Rows of the table ``subscriptions``.

    ``customers`` are the ids of the customers (tables), or row numbers of the table
    ``customers`` counted over all its batches (nested documents). ``starts`` already holds
    ``added`` where no start was given; ``ends`` is ``OPEN`` for null.
    """

    ids: AnyText
    customers: AnyText | Rows
    trial: Mask
    added: Micros
    starts: Micros
    ends: Micros
    auto_renew: Mask
    paid: Mask
    set_up: Mask
    bad: Mask


@frozen(eq=False)
class LicenseBatch:
    """Rows of the table ``licenses``: one per observation of a license line.

    ``subscriptions`` are ids (tables) or row numbers over all batches (nested documents). In
    nested documents ``lines`` numbers the license lines of the source over all batches, rising,
    so that two lines of one product and name in one subscription are told apart (a fault);
    ``None`` in tables, where subscription, product and name make the line.
    ``observed_at`` is ``NEVER`` for an undated observation; a row with ``observed`` false
    declares a line without observation, and its counts mean nothing.
    """

    subscriptions: AnyText | Rows
    products: AnyText
    names: AnyText
    observed: Mask
    observed_at: Micros
    total: Counts
    assigned: Counts
    used_7d: Counts
    used_3mo: Counts
    bad: Mask
    lines: Rows | None = field(default=None)
