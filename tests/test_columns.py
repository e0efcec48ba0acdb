"""A portfolio in memory: locked columns that give back the records, whole or in part."""

import pickle
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._text import Text
from partnerkpi.columns import CodedText, TextLists
from partnerkpi.errors import InputError, UnknownNameError
from tests.library import AS_OF, customer, line, portfolio_of, records_of, subscription
from tests.strategies import Case, cases


def arrays_in(value: object, path: str = "") -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Every array anywhere inside a value, with its path."""
    if isinstance(value, np.ndarray):
        yield path, value
    elif attrs.has(type(value)):
        for each in attrs.fields(type(value)):  # type: ignore[arg-type]  # attrs says that it has
            yield from arrays_in(getattr(value, each.name), f"{path}.{each.name}")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from arrays_in(each, f"{path}[{name}]")
    elif isinstance(value, (list, tuple)):
        for place, each in enumerate(value):
            yield from arrays_in(each, f"{path}[{place}]")


def writeable(value: object) -> list[str]:
    """The paths of arrays that somebody could still write into."""
    return [path for path, array in arrays_in(value) if array.flags.writeable]


def some_portfolio() -> pk.Portfolio:
    """Three customers with everything that columns hold."""
    return pk.Portfolio.from_customers(
        [
            customer(
                subscription(line(), line(5, 1, name="Other", observed_at=AS_OF)),
                subscription(id="S2"),
                id="c-1",
                tags=("gold", "test"),
                attributes={"region": "emea"},
            ),
            customer(id="c-2", last_admin_sign_in_at=None),
            customer(subscription(line(), id="S3"), id="c-3", managed_by="external"),
        ],
        partner=pk.Partner(id="p-1", name="North Partner"),
    )


def test_there_are_arrays_to_look_at() -> None:
    """The search for arrays finds those of every level, so that it cannot pass by finding none."""
    paths = [path for path, _ in arrays_in(some_portfolio())]
    for level in ("customer", "subscription", "line", "observation"):
        assert any(path.startswith(f".{level}_columns.") for path in paths)
    assert any("attributes[region]" in path for path in paths)
    assert 30 < len(paths)


@given(cases(max_customers=4))
@settings(max_examples=50)
def test_columns_are_locked(case: Case) -> None:
    """Nobody writes into a portfolio, however it was made: of records, read, or cut."""
    portfolio = portfolio_of(case.document)
    half = portfolio.where(np.arange(len(portfolio)) % 2 == 0)
    read = pk.from_dict(case.document)
    assert ([], [], []) == (writeable(portfolio), writeable(half), writeable(read))


@given(cases(max_customers=4))
@settings(max_examples=50)
def test_columns_travel_locked(case: Case) -> None:
    """Pickled and back, a portfolio is equal, reports the same, and is locked again."""
    portfolio = portfolio_of(case.document)
    home = pickle.loads(pickle.dumps(portfolio))  # noqa: S301  # our own bytes
    reports = [pk.report(each, as_of=case.as_of).to_dict() for each in (portfolio, home)]
    assert (portfolio, reports[0]) == (home, reports[1])
    assert [] == writeable(home)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_carries_a_portfolio(protocol: int) -> None:
    """Old and new ways of pickling alike."""
    portfolio = some_portfolio()
    home = pickle.loads(pickle.dumps(portfolio, protocol))  # noqa: S301  # our own bytes
    assert (portfolio, portfolio.partner, []) == (home, home.partner, writeable(home))


def test_writing_is_refused() -> None:
    """Neither a cell, nor an attribute, nor a mapping of columns changes."""
    portfolio = some_portfolio()
    with pytest.raises(ValueError, match="read-only"):
        portfolio.observation_columns.total[0] = 7
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        portfolio.partner = None  # type: ignore[misc]
    with pytest.raises(TypeError):
        portfolio.customer_columns.attributes["region"] = None  # type: ignore[index]


@given(cases())
@settings(max_examples=50)
def test_records_come_back_lazily_and_whole(case: Case) -> None:
    """One customer, some, all, from either end: what came in, in the order it came."""
    records = records_of(case.document)
    customers = portfolio_of(case.document).customers
    assert records == list(customers) == customers[:]
    assert (records[1::2], records[::-1]) == (customers[1::2], customers[::-1])
    assert records == [customers[place] for place in range(-len(records), 0)]
    assert f"<{len(records)} customers>" == repr(customers)
    with pytest.raises(IndexError):
        customers[len(records)]


@given(cases(), st.data())
@settings(max_examples=40)
def test_a_mask_keeps_what_is_theirs(case: Case, data: st.DataObject) -> None:
    """Some customers with all that is theirs make the portfolio of just these."""
    records = records_of(case.document)
    portfolio = portfolio_of(case.document)
    kept = {one.id for one in records if data.draw(st.booleans())}
    mask = np.array([id_ in kept for id_ in portfolio.customer_columns.ids], np.bool_)
    expected = [one for one in records if one.id in kept]
    part = portfolio.where(mask)

    assert expected == list(part.customers)
    assert (
        pk.report(pk.Portfolio.from_customers(expected), as_of=case.as_of).to_dict()
        == pk.report(part, as_of=case.as_of).to_dict()
    )
    assert [] == list(part.where(np.zeros(len(part), np.bool_)).customers)
    assert part == part.where(np.ones(len(part), np.bool_))


@pytest.mark.parametrize(
    "mask", [np.ones(2, np.bool_), np.ones(3, np.int64), np.ones((3, 1), np.bool_)]
)
def test_masks_of_other_shapes_are_refused(mask: np.ndarray[Any, Any]) -> None:
    """One boolean per customer, and nothing that numpy would make of anything else."""
    with pytest.raises(ValueError, match="expected a mask of 3 booleans, one per customer"):
        some_portfolio().where(mask)


@given(cases(), st.data())
@settings(max_examples=40)
def test_customers_are_found_by_id(case: Case, data: st.DataObject) -> None:
    """Every id finds its record and its row; any other is refused."""
    portfolio = portfolio_of(case.document)
    for record in records_of(case.document):
        row = portfolio.row_of(record.id)
        assert (record.id, record) == (
            portfolio.customer_columns.ids[row],
            portfolio.customer(record.id),
        )
    strange = data.draw(st.text(max_size=3))
    if strange not in {record.id for record in records_of(case.document)}:
        with pytest.raises(UnknownNameError):
            portfolio.row_of(strange)


def test_the_nearest_customer_is_named() -> None:
    """A misspelt id is refused with the nearest there is."""
    with pytest.raises(UnknownNameError, match="no customer is called 'c-11'; did you mean 'c-1'"):
        some_portfolio().customer("c-11")


def test_portfolios_are_equal_if_their_records_are() -> None:
    """Partner, customers and order count; how they were made does not."""
    portfolio, other = some_portfolio(), some_portfolio()
    turned = pk.Portfolio.from_customers(portfolio.customers[::-1], partner=portfolio.partner)
    alone = pk.Portfolio.from_customers(portfolio.customers)
    assert portfolio == other == portfolio.where(np.ones(3, np.bool_))
    assert portfolio != turned
    assert portfolio != alone
    assert portfolio != "a portfolio"
    with pytest.raises(TypeError, match="unhashable"):
        hash(portfolio)


def test_a_portfolio_is_small() -> None:
    """The bytes said are those of the arrays; repeated texts and small counts cost little."""
    many = [
        customer(subscription(line(10, n % 10), id=f"S{n}"), id=f"c-{n}", tags=("gold",))
        for n in range(500)
    ]
    portfolio = pk.Portfolio.from_customers(many)
    assert 0 < portfolio.nbytes < 150 * len(many)
    assert {1} == {
        getattr(portfolio.observation_columns, name).itemsize
        for name in ("total", "assigned", "used_7d", "used_3mo")
    }


def test_coded_texts() -> None:
    """Few different texts as codes: read, compared, taken; none is `None`."""
    column = CodedText(np.array([1, 0, -1, 1], np.int8), Text.from_strings(["gold", "test"]))
    assert ["test", "gold", None, "test"] == [column[row] for row in range(len(column))]
    assert [True, False, False, True] == column.is_label("test").tolist()
    assert not column.is_label("unknown").any()
    taken = column.take(np.array([2, 1]))
    assert [None, "gold"] == [taken[row] for row in range(len(taken))]


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=3), max_size=6), st.data())
@settings(max_examples=50)
def test_lists_of_texts(lists: list[list[str]], data: st.DataObject) -> None:
    """Short lists side by side: each row its own, and rows taken in any order."""
    rows = [row for row, texts in enumerate(lists) for _ in texts]
    codes = ["abc".index(text) for texts in lists for text in texts]
    column = TextLists(
        np.array(rows, np.intp), CodedText(np.array(codes, np.int8), Text.from_strings(list("abc")))
    )
    wanted = data.draw(
        st.lists(st.sampled_from(range(len(lists))), max_size=5) if lists else st.just([])
    )
    taken = column.take(np.array(wanted, np.intp))
    assert [tuple(texts) for texts in lists] == [column[row] for row in range(len(lists))]
    assert [tuple(lists[row]) for row in wanted] == [taken[row] for row in range(len(wanted))]


def test_a_long_customer_and_a_wide_one() -> None:
    """More subscriptions than there are levels, more lines than there are levels: all come back."""
    lines = [line(n, n, name=f"L{n}") for n in range(70)]
    owned = [subscription(*lines[: n % 3], id=f"S{n:03}") for n in range(130)]
    wide = subscription(*lines, id="wide")
    records = [customer(*owned, id="long"), customer(wide, id="wide"), customer(id="none")]
    portfolio = pk.Portfolio.from_customers(records)

    assert records == list(portfolio.customers)
    assert records[1:] == list(portfolio.where(ids_are(portfolio, "wide", "none")).customers)
    assert records == list(pickle.loads(pickle.dumps(portfolio)).customers)  # noqa: S301  # ours
    (row,) = pk.report(portfolio, as_of=AS_OF).by("product")["calling"].customers[1:]
    assert "wide" == row.customer_id


def ids_are(portfolio: pk.Portfolio, *ids: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which customers have one of these ids."""
    return np.array([each in ids for each in portfolio.customer_columns.ids], np.bool_)


def test_parts_share_nobody() -> None:
    """Parts with a subscription in common are refused, with its place among all."""
    one = pk.Portfolio.from_customers([customer(subscription(), id="c-1")])
    two = pk.Portfolio.from_customers([customer(id="c-2"), customer(subscription(), id="c-3")])
    with pytest.raises(InputError) as caught:
        pk.report([one, two], as_of=AS_OF)
    (fault,) = caught.value.faults
    assert ("subscriptions of the parts", 1, "'Sub1'") == (
        fault.place.source,
        fault.place.line,
        fault.found,
    )


def test_tables_are_not_written_into_a_stream() -> None:
    """Three tables need a directory; a stream is told so."""
    with pytest.raises(TypeError, match="tables are written into a directory, not to BytesIO"):
        pk.write(pk.Portfolio.from_customers([]), BytesIO(), tables="csv")
