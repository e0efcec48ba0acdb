"""Columns of text do what Python does with strings, one by one."""

from __future__ import annotations

import pickle
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from partnerkpi import _bytes, _keys
from partnerkpi._text import (
    Text,
    TextIndex,
    duplicates,
    faulty_strings,
    faulty_values,
    group,
)

# Around the eight and sixteen bytes that are handled at once, and around the longest run that is.
SIZES = [0, 1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 127, 128, 129, 136, 300]
LETTERS = st.sampled_from(["a", "b", "\0", "ß", "\x80", "�", "😀", "￿"])
WORDS = st.one_of(
    st.text(LETTERS, max_size=12),
    st.builds(lambda size, end: "x" * size + end, st.sampled_from(SIZES), st.text(LETTERS)),
    st.text(max_size=40),
)
COLUMNS = st.lists(WORDS, max_size=40)
HOSTILE = ["a", "b", "", "a\0", "a\0\0", "\0", "ab", "a" * 8, "a" * 9, "a" * 200, "a" * 200 + "b"]


@given(COLUMNS)
@example(HOSTILE)
def test_strings_come_back(strings: list[str]) -> None:
    """A column holds the strings it was made of, whole, one by one and in bytes."""
    text = Text.from_strings(strings)

    assert strings == text.to_list()
    assert strings == list(text)
    assert strings == [text[row] for row in range(len(text))]
    assert [len(value.encode()) for value in strings] == text.lengths.tolist()
    assert "".join(strings).encode() == text.data.tobytes()
    assert text.data.nbytes + text.offsets.nbytes == text.nbytes


def test_long_columns_are_handled_in_chunks() -> None:
    """Every operation keeps its rows where a column takes several chunks."""
    strings = [f"{row * 7919 % 300_007}-ä" for row in range(300_000)]
    rows = np.arange(300_000)[::-1]
    text = Text.from_strings(strings)
    turned = text.take(rows)

    assert strings == text.to_list()
    assert strings[::-1] == turned.to_list()
    assert rows.tolist() == TextIndex(turned).find(text).tolist()
    assert sorted(range(300_000), key=strings.__getitem__) == text.order().tolist()
    assert text.equal(Text.from_strings(strings)).all()
    assert np.flatnonzero(np.array(strings) == np.array(strings[::-1])).tolist() == (
        np.flatnonzero(text.equal(turned)).tolist()
    )
    assert list(range(300_000, 600_000)) == duplicates(Text.concatenate([text, turned])).tolist()


def test_wide_characters_are_counted_across_chunks() -> None:
    """Offsets in bytes are right where characters take several bytes, however long the text."""
    strings = ["ä" * 700_000, "", "😀" * 400_000, "b", "ß"]

    assert strings == Text.from_strings(strings).to_list()


@pytest.mark.parametrize("row", [-1, 1])
def test_rows_count_from_either_end(row: int) -> None:
    """A negative row counts from the end, as in any sequence."""
    assert ["a", "b"][row] == Text.from_strings(["a", "b"])[row]


def test_there_is_no_row_beyond_the_end() -> None:
    """A row that is not there is an IndexError, as in any sequence."""
    with pytest.raises(IndexError):
        Text.from_strings(["a"])[1]


def locks(text: Text) -> list[bool]:
    """Which arrays of a column may be written."""
    return [text.data.flags.writeable, text.offsets.flags.writeable]


@given(COLUMNS)
def test_columns_are_locked_wherever_they_come_from(strings: list[str]) -> None:
    """No column can be written, also after pickling, and no lock can be taken off."""
    text = Text.from_strings(strings)
    taken = text.take(np.arange(len(text)))
    arrived = pickle.loads(pickle.dumps(taken))  # noqa: S301

    assert strings == arrived.to_list()
    for column in (text, taken, arrived, Text.concatenate([text, text])):
        assert [False, False] == locks(column)
    with pytest.raises(ValueError, match="WRITEABLE"):
        taken.data.flags.writeable = True


@given(COLUMNS, st.data())
@example(["a", ""], None)
def test_take_gives_the_rows_asked_for(strings: list[str], data: st.DataObject | None) -> None:
    """Rows come in the order asked for, as often as asked for."""
    every = st.lists(st.integers(0, len(strings) - 1)) if strings else st.just([])
    rows = data.draw(every) if data else [1, 0, 0]

    taken = Text.from_strings(strings).take(np.array(rows, np.intp))

    assert [strings[row] for row in rows] == taken.to_list()


@given(st.binary(max_size=400).map(bytes), st.data())
def test_slices_are_copied_from_anywhere(buffer: bytes, data: st.DataObject) -> None:
    """Slices may overlap, repeat and touch the end of the buffer."""
    place = st.integers(0, len(buffer)).flatmap(
        lambda start: st.tuples(st.just(start), st.integers(0, len(buffer) - start))
    )
    places = data.draw(st.lists(place))
    starts, lengths = np.array(places, np.uint32).reshape(-1, 2).T

    text = Text.from_slices(np.frombuffer(buffer, np.uint8), starts, lengths)

    assert b"".join(buffer[at : at + size] for at, size in places) == text.data.tobytes()
    assert [size for _, size in places] == text.lengths.tolist()


@given(st.lists(COLUMNS, max_size=4))
def test_concatenation_is_one_after_the_other(columns: list[list[str]]) -> None:
    """Columns laid end to end hold all their texts in order; none of them is the empty column."""
    text = Text.concatenate([Text.from_strings(column) for column in columns])

    assert [value for column in columns for value in column] == text.to_list()


@pytest.mark.parametrize(
    "array",
    [
        np.array(["a", "", "bcd"]),
        np.array(["a", "äß", "😀"]),
        np.array(["a", "äß", "b\0c"]).astype(">U5"),
        np.array(["abc", "d", "a\0b"])[::2],
        np.array([b"a", b"", b"b\0d"]),
        np.array([b"a", "äß".encode()]),
        np.array(["a", "äß", ""], object),
        np.array(["a", "äß", ""], np.dtypes.StringDType()),
        np.array([], "U0"),
        np.array(["", ""]),
        np.array([], "S3"),
    ],
)
def test_columns_of_text_from_numpy(array: NDArray[np.generic]) -> None:
    """Every kind of text that NumPy knows gives the strings that NumPy says it holds."""
    expected = [v.decode() if isinstance(v, bytes) else v for v in array.tolist()]

    assert expected == Text.from_numpy(array).to_list()
    assert [] == faulty_values(array).tolist()


@pytest.mark.parametrize(
    "dtype", [np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64, ">i4"]
)
def test_integers_become_decimal_text(dtype: type[np.integer] | str) -> None:
    """Integers of any type become the digits that Python writes, extremes and powers included."""
    limits = np.iinfo(dtype)
    values = [limits.min, limits.max, 0, 1, 7, *(10**power for power in range(20))]
    fitting = [value for value in values if limits.min <= value <= limits.max]

    array = np.array(fitting, dtype)

    assert [str(value) for value in fitting] == Text.from_numpy(array).to_list()
    assert [] == faulty_values(array).tolist()


def test_no_integers_give_no_texts() -> None:
    """An empty column of integers is an empty column of text."""
    assert [] == Text.from_numpy(np.array([], np.int64)).to_list()


@pytest.mark.parametrize("values", [[1.5], [True], [None, 1.0], np.array(["2026"], "M8[D]")])
def test_other_columns_are_no_text(values: object) -> None:
    """Numbers with fractions, truth values and dates are never turned into text."""
    with pytest.raises(TypeError):
        Text.from_numpy(np.array(values))


@given(COLUMNS)
@example(HOSTILE)
@example(HOSTILE[::-1])
@example(["id-9", "id-10", "id-1", "x", "id-1"])
@example(["same-long-prefix-of-ids-1"] * 3)
@example(["a" * 300, "a" * 299, "a" * 300, "a" * 301, "b"])
@example(["b", *["a" * size for size in SIZES], "a"])
def test_order_is_by_code_point(strings: list[str]) -> None:
    """Rows are ordered by code point, astral characters last; equal texts keep their order."""
    text = Text.from_strings(strings)
    rising = sorted(strings)

    assert sorted(range(len(strings)), key=strings.__getitem__) == text.order().tolist()
    assert list(range(len(strings))) == Text.from_strings(rising).order().tolist()


def test_astral_characters_come_after_all_others() -> None:
    """Text is ordered as by code points, not as by the halves of UTF-16."""
    text = Text.from_strings(["😀", "￿", "ß", "z", "Z"])

    assert ["Z", "z", "ß", "￿", "😀"] == text.take(text.order()).to_list()


@settings(max_examples=25)
@given(st.integers(2, 9), st.integers(0, 2**32), st.sampled_from(["", "subscription-", "x" * 130]))
def test_order_of_many_ties(base: int, seed: int, prefix: str) -> None:
    """Columns with few distinct words, in many sets of ties, are ordered as by Python."""
    draws = np.random.default_rng(seed).integers(0, base, (500, 3)).tolist()
    strings = [prefix + "".join(f"{part:07}" for part in parts) for parts in draws]

    expected = sorted(range(len(strings)), key=strings.__getitem__)

    assert expected == Text.from_strings(strings).order().tolist()


@given(COLUMNS, COLUMNS)
def test_equal_compares_row_by_row(strings: list[str], others: list[str]) -> None:
    """Two columns are compared row by row, to the last byte."""
    size = min(len(strings), len(others))
    mixed = [b if row % 2 else a for row, (a, b) in enumerate(zip(strings, others, strict=False))]
    expected = [a == b for a, b in zip(strings, mixed, strict=False)]

    text = Text.from_strings(strings[:size])

    assert expected == text.equal(Text.from_strings(mixed)).tolist()


def test_only_equally_long_columns_are_compared() -> None:
    """Columns of different length have no rows to pair."""
    with pytest.raises(ValueError, match="expected 1 texts to compare with, found 2"):
        Text.from_strings(["a"]).equal(Text.from_strings(["a", "b"]))


@given(st.lists(st.one_of(WORDS, st.text(st.characters(max_codepoint=0x17F), min_size=1))))
@example(["", "a\x1f", "a\x20", "~", "\x7f", "\x80", "\x9f", "\xa0", "Â", "a\t", "À\x80", "ÃÂ"])
def test_faulty_texts_are_found(strings: list[str]) -> None:
    """Empty texts and those with a character of category Cc are faulty, and no others."""
    expected = [
        row
        for row, value in enumerate(strings)
        if not value or any(unicodedata.category(char) == "Cc" for char in value)
    ]

    assert expected == Text.from_strings(strings).faulty().tolist()


def test_a_control_character_is_found_across_chunks() -> None:
    """A control character of two bytes is found also where a chunk ends between them."""
    size = (1 << 20) - 1
    strings = ["x" * size + "\x85", "x", "\x85"]

    assert [0, 2] == Text.from_strings(strings).faulty().tolist()


class Named(str):
    """A kind of string that is not exactly ``str``."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        (["a", "ä", "😀", ""], []),
        (["a", None, 7, b"b", Named("c"), np.str_("d"), ["e"], 1.0, True], list(range(1, 9))),
        (["\ud800", "a", "\udfff", "\ud83d", "\ude00"], [0, 2, 3, 4]),
    ],
)
def test_faulty_strings_are_found(values: list[object], expected: list[int]) -> None:
    """Only strings proper, without lone surrogates, are texts."""
    assert expected == faulty_strings(values).tolist()


def test_faulty_strings_are_found_in_any_chunk() -> None:
    """The rows of faults are counted over the whole column."""
    values: list[object] = ["a"] * 300_000
    values[5] = values[299_999] = None

    assert [5, 299_999] == faulty_strings(values).tolist()


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array(["a", "\udc80"]), [1]),
        (np.array([b"a", b"\xff", "ä".encode()]), [1]),
        (np.array(["a", None, 7], object), [1, 2]),
    ],
)
def test_faulty_values_of_columns_are_found(
    array: NDArray[np.generic], expected: list[int]
) -> None:
    """The rows of a NumPy column that hold no text are named, and refused if taken anyway."""
    assert expected == faulty_values(array).tolist()
    with pytest.raises((UnicodeError, TypeError)):
        Text.from_numpy(array)


def grouped(strings: list[str]) -> tuple[list[int], list[int]]:
    """Codes by first appearance and the first rows, by a dict."""
    seen = {value: code for code, value in enumerate(dict.fromkeys(strings))}

    return [seen[value] for value in strings], [strings.index(value) for value in seen]


@given(COLUMNS)
@example(HOSTILE * 2)
def test_group_numbers_texts_by_first_appearance(strings: list[str]) -> None:
    """Equal texts share a code, different ones never do, and codes rise as texts appear."""
    codes, firsts = group(Text.from_strings(strings))

    assert grouped(strings) == (codes.tolist(), firsts.tolist())


@given(COLUMNS)
@example(HOSTILE * 2)
def test_duplicates_are_all_but_the_first(strings: list[str]) -> None:
    """Every repetition of an earlier text is a duplicate."""
    expected = [row for row, value in enumerate(strings) if value in strings[:row]]

    assert expected == duplicates(Text.from_strings(strings)).tolist()


@given(COLUMNS, COLUMNS)
@example(HOSTILE, [*HOSTILE, "c", "a\0\0\0"])
@example(["", "a", "b" * 8], ["a\0", "", "\0", "b" * 9, "b" * 8 + "\0", "b" * 200])
@example(["", "a", "b" * 9], ["a\0", "", "\0", "b" * 9 + "\0", "b" * 8, "b" * 17])
@example(["c-1", "c-2", "c-1"], ["c-2", "c-1", "c-3"])
@example(["a" * 20, "b" * 20, "a" * 20], ["b" * 20, "a" * 20, "a" * 19 + "b"])
@example(["a" * 20, "b" * 20, "a" * 20], ["a" * 21, "b" * 20, "", "a" * 20, "a" * 19, "\0" * 20])
@example(["\0" * 20, "b" * 20], ["\0" * 21, "\0" * 20, ""])
@example(["a" * 80, "b" * 80, "a" * 80], ["b" * 80, "a" * 79, "a" * 80])
@example(["c-00000001", "c-00000002"], ["c-00000002", "c-0000000\0"])
def test_the_index_finds_the_first_equal(strings: list[str], others: list[str]) -> None:
    """A text is found in the first row that holds it, or nowhere."""
    asked = others + strings[::2]
    expected = [strings.index(value) if value in strings else -1 for value in asked]

    found = TextIndex(Text.from_strings(strings)).find(Text.from_strings(asked))

    assert expected == found.tolist()


@given(COLUMNS, COLUMNS)
@example([f"{row:020}" for row in range(40)], ["", *(f"{row:020}" for row in range(30, 50)), "x"])
def test_collisions_change_nothing(strings: list[str], others: list[str]) -> None:
    """Where all hashes are equal, every answer stays the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_keys.WordKey, "hashed", lambda key: np.zeros(len(key), np.uint64))
        patch.setattr(_keys.CellKey, "hashed", lambda key: np.zeros(len(key), np.uint64))
        patch.setattr(_keys.RunKey, "hashed", lambda key: np.zeros(len(key.starts), np.uint64))
        codes, firsts = group(Text.from_strings(strings))
        found = TextIndex(Text.from_strings(strings)).find(Text.from_strings(others))

    assert grouped(strings) == (codes.tolist(), firsts.tolist())
    assert [strings.index(v) if v in strings else -1 for v in others] == found.tolist()


def colliding(count: int, size: int) -> list[str]:
    """Different texts of so many characters with one and the same hash, made on purpose."""
    mix = int(_keys._MIX)
    texts = []
    for first in range(count * 40):
        head = f"{first:08}"[::-1]
        begin = int(_keys._LENGTH) * (size if size > 64 else 1) % 2**64
        state = begin ^ int.from_bytes(head.encode(), "little")
        state = state * mix % 2**64
        state ^= state >> 32
        tail = (state ^ 0x0123456789ABCDEF).to_bytes(8, "little")
        if tail.isascii() and 0 not in tail:
            texts.append(f"{head + tail.decode():x<{size}}")

    return texts


@pytest.mark.parametrize(
    ("size", "kind"), [(16, _keys.WordKey), (24, _keys.CellKey), (80, _keys.RunKeys)]
)
def test_crafted_collisions_are_told_apart(size: int, kind: type) -> None:
    """Texts made to collide under the public constants of the hash are still distinct."""
    texts = colliding(2_000, size)
    text = Text.from_strings(texts)
    keys = (
        _keys.padded_words(text.data, text.offsets)
        or _keys.cells(text.data, text.offsets)
        or _keys.RunKeys(text.data, text.offsets)
    )

    assert 100 < len(texts)
    assert isinstance(keys, kind)
    assert 1 == len({*keys.part(0, len(texts)).hashed().tolist()})
    assert list(range(len(texts))) == group(text)[0].tolist()
    assert list(range(len(texts))) == TextIndex(text).find(text).tolist()
    assert [] == duplicates(text).tolist()


def test_one_very_long_text_among_many_short_ones() -> None:
    """A text of a megabyte costs its own bytes, not those times the rows."""
    strings = [f"c-{row}" for row in range(100_000)]
    strings[500] = strings[900] = "x" * 2**20
    text = Text.from_strings(strings)

    assert strings == text.take(np.arange(100_000)).to_list()
    assert [900] == duplicates(text).tolist()
    assert 500 == TextIndex(text).find(Text.from_strings(["x" * 2**20]))[0]
    assert sorted(range(100_000), key=strings.__getitem__) == text.order().tolist()


@pytest.mark.parametrize("narrow", [0, 2**32])
@given(st.integers(0, 20), st.integers(1, 40), st.data())
def test_texts_of_one_length_are_picked(
    narrow: int, width: int, size: int, data: st.DataObject
) -> None:
    """Texts of one length or not, with narrow offsets or wide: picked ones are what stood there."""
    last = data.draw(st.sampled_from(["", "x"]))
    strings = [f"{row:x>{width}}"[:width] + last * (row == size - 1) for row in range(size)]
    rows = data.draw(st.lists(st.integers(0, size - 1), max_size=60))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_bytes, "_NARROW", narrow)
        picked = Text.from_strings(strings).take(np.array(rows, np.int32))

    assert [strings[row] for row in rows] == picked.to_list()
    assert np.dtype(np.uint32 if narrow else np.int64) == picked.offsets.dtype


def test_offsets_widen_beyond_four_bytes() -> None:
    """Offsets take four bytes each where that is enough, and eight where it is not."""
    assert np.uint32 == _bytes.offsets_of(np.array([2**32 - 1])).dtype
    assert [0, 2**32] == _bytes.offsets_of(np.array([2**32])).tolist()


@given(COLUMNS, COLUMNS)
def test_wide_offsets_give_the_same_texts(strings: list[str], others: list[str]) -> None:
    """A column with offsets of eight bytes joins narrow ones, and works like them."""
    narrow = Text.from_strings(strings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_bytes, "_NARROW", 0)
        wide = Text.concatenate([narrow, Text.from_strings(others)])
    again = Text.concatenate([wide, narrow])

    assert [np.int64, np.uint32] == [wide.offsets.dtype, again.offsets.dtype]
    assert [*strings, *others, *strings] == again.to_list()
    assert grouped([*strings, *others]) == tuple(part.tolist() for part in group(wide))
    assert wide.order().tolist() == wide.take(np.arange(len(wide))).order().tolist()
