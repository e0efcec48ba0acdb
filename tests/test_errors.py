"""Refusals: one family, a sentence each, facts as attributes, home from any worker."""

import inspect
import pickle
from copy import copy, deepcopy

import pytest
from attrs import exceptions

from partnerkpi import errors
from partnerkpi._faults import FaultLog, shown
from partnerkpi.errors import (
    ChangeRefusedError,
    CountOverflowError,
    Fault,
    FilterAmbiguityError,
    FilterDepthError,
    FilterError,
    FilterLengthError,
    FilterSyntaxError,
    FilterTermsError,
    FormatError,
    InputError,
    InstantError,
    LaunchLinkError,
    MergeError,
    MissingExtraError,
    NotPermittedError,
    PartnerKpiError,
    Place,
    PolicyError,
    RecordsMissingError,
    ReplayError,
    UnknownLanguageError,
    UnknownNameError,
)

FAULT = Fault(Place("licenses.csv", line=7, column="total"), "a count", "'many'")
OTHER = Fault(Place("document", path="customers[0].id"), "a text", "null")

FIVE_FAULTS = """\
5 faults in the input
licenses.csv, line 7, column total: expected a count, found 'many'
document, customers[0].id: expected a text, found null
... and 3 more"""

EXAMPLES: dict[type[PartnerKpiError], tuple[PartnerKpiError, type[Exception], str]] = {
    InputError: (
        InputError([FAULT, OTHER], 5),
        ValueError,
        FIVE_FAULTS,
    ),
    UnknownNameError: (
        UnknownNameError("column", "asigned", ("assigned", "total")),
        KeyError,
        "no column is called 'asigned'; did you mean 'assigned'?",
    ),
    UnknownLanguageError: (
        UnknownLanguageError("language", "sr-Cyrl", ("en", "sr")),
        UnknownNameError,
        "no language is called 'sr-Cyrl' (known: en, sr)",
    ),
    MissingExtraError: (
        MissingExtraError("fast"),
        ImportError,
        "this needs the extra 'fast': pip install 'partnerkpi[fast]'",
    ),
    ChangeRefusedError: (
        ChangeRefusedError("add_tag", "partner_admin", "tag_count", "at most 5 tags", "6"),
        ValueError,
        "add_tag by partner_admin is refused: at most 5 tags, found 6",
    ),
    NotPermittedError: (
        NotPermittedError("add_tag", "helpdesk_admin", "permission", "may not", "'a-1'"),
        ChangeRefusedError,
        "add_tag by helpdesk_admin is refused: may not, found 'a-1'",
    ),
    ReplayError: (
        ReplayError("p-1", 9, "sequence 8", "sequence 9"),
        ValueError,
        "journal of 'p-1', record 9: expected sequence 8, found sequence 9",
    ),
    LaunchLinkError: (LaunchLinkError("no https"), ValueError, "no https"),
    InstantError: (InstantError("naive"), ValueError, "naive"),
    PolicyError: (PolicyError("too long"), ValueError, "too long"),
    MergeError: (MergeError("other policy"), ValueError, "other policy"),
    RecordsMissingError: (RecordsMissingError("not here"), LookupError, "not here"),
    FormatError: (FormatError("version 9"), ValueError, "version 9"),
    FilterError: (FilterError("no such value"), ValueError, "no such value"),
    FilterSyntaxError: (
        FilterSyntaxError("type:trail", 5, 10, "a value", ["trial"]),
        ValueError,
        (
            "character 6: expected a value, found 'trail'; did you mean 'trial'?\n"
            "  type:trail\n"
            "       ^^^^^"
        ),
    ),
    FilterAmbiguityError: (
        FilterAmbiguityError("a b OR c", 4, 6, ("(a b) OR c", "a (b OR c)")),
        ValueError,
        (
            "character 5: expected parentheses, as this OR reads in two ways\n"
            "  a b OR c\n"
            "      ^^\n"
            "either\n"
            "  (a b) OR c\n"
            "or\n"
            "  a (b OR c)"
        ),
    ),
    FilterLengthError: (
        FilterLengthError(4096),
        ValueError,
        "expected a filter of at most 4096 characters",
    ),
    FilterTermsError: (
        FilterTermsError(1, "a b", 2),
        ValueError,
        "character 3: expected a filter of at most 1 terms\n  a b\n    ^",
    ),
    FilterDepthError: (
        FilterDepthError(64),
        ValueError,
        "expected groups nested at most 64 deep",
    ),
    CountOverflowError: (CountOverflowError("too much"), OverflowError, "too much"),
}


def family() -> list[type[PartnerKpiError]]:
    """Every error class of the library."""
    found = [getattr(errors, name) for name in errors.__all__]
    return [
        each
        for each in found
        if inspect.isclass(each)
        and issubclass(each, PartnerKpiError)
        and each is not PartnerKpiError
    ]


def test_every_error_has_an_example_here() -> None:
    """A new error class must be added to the table above."""
    assert set(family()) == set(EXAMPLES)


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_an_error_says_one_sentence(kind: type[PartnerKpiError]) -> None:
    """It derives from the root and from the builtin that a caller would catch, and says what is."""
    error, builtin, expected = EXAMPLES[kind]
    assert expected == str(error)
    assert (True, True) == (isinstance(error, PartnerKpiError), isinstance(error, builtin))
    assert error.__doc__


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_an_error_comes_home_whole(kind: type[PartnerKpiError]) -> None:
    """Pickled or copied, an error is of its class, says the same, and has its facts."""
    error, _, _ = EXAMPLES[kind]
    homes = [copy(error), deepcopy(error), pickle.loads(pickle.dumps(error))]  # noqa: S301  # our own bytes
    assert [(type(error), str(error), vars(error))] * 3 == [
        (type(home), str(home), vars(home)) for home in homes
    ]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place("licenses.csv", line=7, column="total"), "licenses.csv, line 7, column total"),
        (Place("licenses.csv", line=7), "licenses.csv, line 7"),
        (Place("portfolio.json", path="customers[3].id"), "portfolio.json, customers[3].id"),
        (Place("columns", line=0, column="total"), "columns, row 0, column total"),
        (Place("columns licenses", line=0), "columns licenses, row 0"),
        (Place("Customer", path="name"), "Customer, name"),
        (Place("portfolio.json"), "portfolio.json"),
    ],
)
def test_places_in_words(place: Place, expected: str) -> None:
    """Source, path, line or row, column: what is known, in that order."""
    assert expected == str(place)


@pytest.mark.parametrize("fact", [FAULT, FAULT.place])
def test_faults_are_frozen(fact: Fault | Place) -> None:
    """What went wrong cannot be changed afterwards; equal facts are equal."""
    with pytest.raises(exceptions.FrozenInstanceError):
        fact.line = 8  # type: ignore[misc, union-attr]
    assert fact == pickle.loads(pickle.dumps(fact))  # noqa: S301  # our own bytes
    assert 1 == len({fact, copy(fact)})


def test_one_fault_is_singular() -> None:
    """One fault, not one faults; without a count those given are all."""
    assert str(InputError([FAULT])).startswith("1 fault in the input\n")
    assert 2 == InputError(iter([FAULT, OTHER])).count


def test_no_name_is_near() -> None:
    """Without anything near there is no hint."""
    assert "no column is called 'xyz'" == str(UnknownNameError("column", "xyz", ["assigned"]))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (2.5, "2.5"),
        ("x", "'x'"),
        ([1], "[1]"),
        ("\ud800", "'\\ud800'"),
    ],
)
def test_what_came_is_shown_as_documents_write_it(value: object, expected: str) -> None:
    """Null and booleans as in JSON, everything else as Python shows it."""
    assert expected == shown(value)


@pytest.mark.parametrize(
    "value",
    ["x" * 10**6, b"x" * 10**6, 10**5000, list(range(10**5))],
    ids=["text", "bytes", "number", "list"],
)
def test_what_came_is_shown_in_short(value: object) -> None:
    """However large it was, at most 80 characters are shown."""
    assert 0 < len(shown(value)) <= 80


def test_a_nest_too_deep_to_show_is_still_named() -> None:
    """A value that cannot be shown at all is named by its type."""
    nest: list[object] = []
    for _ in range(100_000):
        nest = [nest]
    found = shown(nest)
    # Taken apart one by one: so deep a nest cannot be thrown away at once.
    while nest:
        (nest,) = nest  # type: ignore[assignment]
    assert "list too long to show" == found


def test_faults_beyond_the_cap_are_counted() -> None:
    """The log keeps as many as fit, in the order of the input, and counts all."""
    log = FaultLog(cap=2)
    for line in (9, 3, 5):
        log.add(Place("a.csv", line=line), "a count", "'x'")
    log.add_rows(range(10, 20), lambda row: Fault(Place("a.csv", line=row), "a text", "null"))
    assert ([3, 9], 13) == ([each.place.line for each in log.faults], log.count)
    with pytest.raises(InputError) as caught:
        log.refuse()
    assert (2, 13) == (len(caught.value.faults), caught.value.count)
    assert str(caught.value).endswith("... and 11 more")


def test_numbers_in_paths_are_ordered_as_numbers() -> None:
    """The tenth customer comes after the second."""
    log = FaultLog()
    for number in (10, 2, 1):
        log.add(Place("document", path=f"customers[{number}].id"), "a text", "null")
    assert ["customers[1].id", "customers[2].id", "customers[10].id"] == [
        each.place.path for each in log.faults
    ]


def test_a_log_without_faults_refuses_nothing() -> None:
    """Nothing noted, nothing raised."""
    log = FaultLog()
    log.refuse()
    assert ((), 0) == (log.faults, log.count)
