"""Bytes of paths and streams: unpacked, decoded, and refused with a clear word."""

import gzip
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.errors import InputError
from partnerkpi.io._files import created, opened, source_name, text_pieces

SIZES = st.integers(1, 20)


def text_of(data: bytes, size: int = 7) -> str:
    """The text of some bytes, read in pieces."""
    with opened(io.BytesIO(data), "x") as source:
        pieces = list(text_pieces(source, size))

    assert all(pieces)
    return "".join(pieces)


class Dripping(io.BytesIO):
    """A stream that gives a byte at a time, as sockets may."""

    def read(self, size: int | None = -1) -> bytes:
        """At most one byte."""
        return super().read(1 if size else 0)


@given(st.text(), SIZES)
def test_any_text_comes_back(text: str, size: int) -> None:
    """Plain, with a byte order mark, packed, packed in several members."""
    data = text.encode()
    marked = b"\xef\xbb\xbf" + data
    text = text.removeprefix("\ufeff")

    assert text == text_of(data, size)
    assert text_of(marked, size) in {text, "\ufeff" + text}
    assert text == text_of(gzip.compress(data, mtime=0), size)
    assert text == text_of(
        gzip.compress(data[:3], mtime=0) + gzip.compress(data[3:], mtime=0), size
    )


def test_a_mark_is_skipped_once() -> None:
    """The first byte order mark is no text, a second one is."""
    assert "\ufeffa" == text_of("\ufeff\ufeffa".encode())


@given(st.text(), SIZES)
def test_a_stream_may_give_less_than_asked_for(text: str, size: int) -> None:
    """What it gives is enough, also at the head, where the kind of file is found out."""
    text = text.removeprefix("\ufeff")
    for data in (text.encode(), gzip.compress(text.encode(), mtime=0)):
        with opened(Dripping(data)) as source:
            assert text == "".join(text_pieces(source, size))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"ab\ncd\xe9", "x, line 2: expected UTF-8 text, found the byte 0xe9 at offset 5"),
        (b"aaaaaaaaaa\xc3", "x, line 1: expected UTF-8 text, found the byte 0xc3 at offset 10"),
        (b"aaaaaa\xe2\x82a", "x, line 1: expected UTF-8 text, found the byte 0xe2 at offset 6"),
        (b"\xed\xa0\x80", "x, line 1: expected UTF-8 text, found the byte 0xed at offset 0"),
        ("a".encode("utf-16-le"), None),
        (b"\xff\xfea\x00", "x: expected UTF-8 text, found a byte order mark of UTF-16"),
        (b"\xfe\xff\x00a", "x: expected UTF-8 text, found a byte order mark of UTF-16"),
        (b"\xff\xfe\x00\x00", "x: expected UTF-8 text, found a byte order mark of UTF-32"),
        (b"\x00\x00\xfe\xff", "x: expected UTF-8 text, found a byte order mark of UTF-32"),
        (
            gzip.compress(b"\xff\xfea\x00", mtime=0),
            "x: expected UTF-8 text, found a byte order mark of UTF-16",
        ),
        (b"\x1f\x8b", "x: expected complete gzip data, found data that ends too early"),
    ],
)
def test_what_is_no_utf8_is_one_clear_fault(data: bytes, fault: str | None) -> None:
    """With its offset and line, whatever the pieces it was read in."""
    for size in (1, 2, 3, 100):
        if fault is None:
            assert "a\x00" == text_of(data, size)
            continue
        with pytest.raises(InputError) as caught:
            text_of(data, size)

        assert [fault] == [str(one) for one in caught.value.faults]


@given(st.binary(min_size=30, max_size=200), st.data())
def test_a_truncated_archive_is_always_refused(content: bytes, data: st.DataObject) -> None:
    """Wherever it is cut, there is one fault and never a shorter text."""
    packed = gzip.compress(content.hex().encode(), mtime=0)
    cut = data.draw(st.integers(2, len(packed) - 1))
    with pytest.raises(InputError, match="expected complete gzip data"):
        text_of(packed[:cut])


def test_a_damaged_archive_is_refused() -> None:
    """A wrong checksum is no text either."""
    packed = bytearray(gzip.compress(b"some text", mtime=0))
    packed[-5] ^= 1
    with pytest.raises(InputError, match="expected sound gzip data, found corrupt data"):
        text_of(bytes(packed))


def test_what_was_read_of_the_source_is_told() -> None:
    """Of a packed source, the packed bytes: what a progress bar can compare with the file."""
    packed = gzip.compress(os.urandom(1000).hex().encode(), mtime=0)
    with opened(io.BytesIO(packed)) as source:
        assert 0 < source.consumed <= len(packed)
        assert 2000 == len("".join(text_pieces(source, 64)))
        assert len(packed) == source.consumed


def test_paths_are_closed_and_streams_left_open(tmp_path: Path) -> None:
    """A path may be text or a path object; what was handed in open stays open."""
    path = tmp_path / "x.json"
    path.write_bytes(b"{}")
    stream = io.BytesIO(b"{}")
    for source in (path, str(path), stream):
        with opened(source) as found:
            assert "{}" == "".join(text_pieces(found, 10))

    assert not stream.closed
    assert (str(path), str(path), "document") == (
        source_name(path),
        source_name(str(path)),
        source_name(stream),
    )


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """An error half-way leaves what was there before, and nothing else."""
    path = tmp_path / "x.json"
    path.write_bytes(b"before")
    with pytest.raises(TypeError, match="bytes-like"), created(path) as stream:
        stream.write("half")  # type: ignore[arg-type]

    assert {path: b"before"} == {one: one.read_bytes() for one in tmp_path.iterdir()}
    with created(path) as stream:
        stream.write(b"after")
    assert {path: b"after"} == {one: one.read_bytes() for one in tmp_path.iterdir()}


def test_packed_files_are_the_same_each_time(tmp_path: Path) -> None:
    """Neither their name nor the time stands in them."""
    for name in ("a.json.gz", "b.json.gz"):
        with created(tmp_path / name) as stream:
            stream.write(b"text")
    one, other = ((tmp_path / name).read_bytes() for name in ("a.json.gz", "b.json.gz"))

    assert one == other
    assert b"text" == gzip.decompress(one)
    assert b"\x00\x00\x00\x00" == one[4:8]
