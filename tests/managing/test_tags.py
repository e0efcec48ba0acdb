"""Tags: at most five, each of 1 to 25 characters, one by case folding."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.errors import ChangeRefusedError, InstantError
from partnerkpi.managing import TagUse, add_tag, assign_tags, remove_tag, tags_in_use
from tests.managing.examples import ADA, WHEN, globex

LONGEST = "x" * 25


def refusal(act: object) -> ChangeRefusedError:
    """The refusal of a change."""
    with pytest.raises(ChangeRefusedError) as caught:
        act()  # type: ignore[operator]
    return caught.value


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([], ()),
        (["gold"], ("gold",)),
        (["  gold\u2003", "GOLD", "Gold "], ("gold",)),
        (["Straße", "STRASSE"], ("Straße",)),
        (["İ", "i\u0307"], ("İ",)),
        (["b", "a", "B"], ("b", "a")),
        (list("abcde"), tuple("abcde")),
        (["a", "b", "c", "d", "e", "A", "E"], tuple("abcde")),
        ([LONGEST], (LONGEST,)),
        ([f" {LONGEST} "], (LONGEST,)),
        (["two words"], ("two words",)),
        (["👩‍🚒"], ("👩‍🚒",)),
    ],
)
def test_assigning_replaces_the_whole_set(given_: list[str], expected: tuple[str, ...]) -> None:
    """Tags are trimmed; of those that differ only in case the first spelling stays."""
    before = globex(tags=("old", "gold"))
    after, change = assign_tags(before, given_, by=ADA, at=WHEN)

    assert expected == after.tags
    assert (("old", "gold"), expected) == (change.before, change.after)
    assert ("c-1", "ada", "partner_full_admin", WHEN) == (
        change.customer_id,
        change.by,
        change.role,
        change.at,
    )


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "   ",
        LONGEST + "x",
        "a,b",
        "a;b",
        "a\nb",
        "a\x00",
        "\x7f",
        "a\ud800",
        7,
        None,
        True,
        ["a"],
    ],
)
def test_a_tag_that_is_none_is_refused(tag: object) -> None:
    """Empty after trimming, too long, with a separator or a control character, or no text."""
    for act in (
        lambda: assign_tags(globex(), ["good", tag], by=ADA, at=WHEN),  # type: ignore[list-item]
        lambda: add_tag(globex(), tag, by=ADA, at=WHEN),  # type: ignore[arg-type]
    ):
        assert "tag_text" == refusal(act).rule


def test_a_lone_text_is_one_tag() -> None:
    """Its letters are not taken for tags."""
    assert ("gold",) == assign_tags(globex(), "gold", by=ADA, at=WHEN)[0].tags


def test_the_sixth_tag_is_refused() -> None:
    """At once or one by one; the customer stays as it was."""
    five = globex(tags=tuple("abcde"))
    error = refusal(lambda: add_tag(five, "f", by=ADA, at=WHEN))

    assert ("add_tag", "partner_full_admin", "tag_count", "6") == (
        error.operation,
        error.role,
        error.rule,
        error.found,
    )
    assert "tag_count" == refusal(lambda: assign_tags(five, list("abcdef"), by=ADA, at=WHEN)).rule
    assert tuple("abcde") == five.tags


def test_adding_a_tag_in_another_case_changes_nothing() -> None:
    """The first spelling stays, also among five; the record tells that nothing changed."""
    five = globex(tags=("Gold", *"bcde"))
    after, change = add_tag(five, " GOLD ", by=ADA, at=WHEN)

    assert five == after
    assert change.before == change.after


def test_removing_takes_one_tag_in_whatever_case() -> None:
    """The others stay in their order; a tag that is not carried is refused."""
    after, change = remove_tag(globex(tags=("a", "Straße", "b")), "STRASSE", by=ADA, at=WHEN)

    assert ("a", "b") == after.tags == change.after
    assert "tag_carried" == refusal(lambda: remove_tag(after, "Straße", by=ADA, at=WHEN)).rule


def test_what_is_no_text_is_not_carried() -> None:
    """A value of another type is refused like any tag that the customer does not carry."""
    nothing: Any = None
    found = refusal(lambda: remove_tag(globex(tags=("a",)), nothing, by=ADA, at=WHEN))

    assert ("tag_carried", "null") == (found.rule, found.found)


def test_an_instant_must_be_aware() -> None:
    """As everywhere."""
    with pytest.raises(InstantError):
        add_tag(globex(), "gold", by=ADA, at=WHEN.replace(tzinfo=None))


@given(
    st.lists(st.lists(st.sampled_from(["Gold", "gold", "GOLD", "a", "A", "ß", "SS"]), unique=True))
)
def test_tags_in_use_are_those_that_somebody_carries(lists: list[list[str]]) -> None:
    """Each once by case folding, spelled as it comes first, with the customers who carry it."""
    customers = [globex(id=f"c-{row}", tags=tags) for row, tags in enumerate(lists)]
    spelled: dict[str, str] = {}
    for tags in lists:
        for tag in tags:
            spelled.setdefault(tag.casefold(), tag)
    expected = [
        TagUse(tag, sum(any(t.casefold() == folded for t in tags) for tags in lists))
        for folded, tag in spelled.items()
    ]

    assert sorted(expected, key=lambda use: use.tag) == list(tags_in_use(customers))
