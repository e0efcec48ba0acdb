"""Machinery: open a path or a stream, unpack gzip, read UTF-8, and say clearly what is broken.

A file that does not exist or may not be read stays the ``OSError`` of the operating system. What
is wrong with the bytes themselves is an :class:`~partnerkpi.errors.InputError` of one fault, after
which nothing more is read: a truncated file has no partial result.
"""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias, cast

from attrs import define, field

from partnerkpi.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ByteSource",
    "Readable",
    "Source",
    "Writable",
    "created",
    "opened",
    "source_name",
    "text_pieces",
]

_GZIP = b"\x1f\x8b"
_HEAD = 4
# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_FOREIGN_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class Readable(Protocol):
    """Anything that hands out bytes: an open binary file, a socket's file, ``BytesIO``."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


class Writable(Protocol):
    """Anything that takes bytes: an open binary file, ``BytesIO``."""

    def write(self, data: bytes, /) -> int | None:
        """Take bytes."""
        ...


Source: TypeAlias = str | os.PathLike[str] | Readable


def source_name(source: Source) -> str:
    """What faults call a source: the path as it was given, or ``document`` for a stream."""
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else "document"


@define
class ByteSource:
    """Plain bytes of a source, gzip unpacked and the UTF-8 byte order mark skipped.

    Attributes:
        name: What faults call the source.
    """

    name: str
    _raw: _Counted
    _plain: Readable

    @property
    def consumed(self) -> int:
        """Bytes of the source itself read so far: packed ones of a packed source."""
        return self._raw.count

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes, none only at the end.

        Raises:
            InputError: the packed data is truncated or corrupt.
        """
        try:
            return self._plain.read(size)
        except EOFError as error:
            raise _broken(self.name, "complete gzip data", "data that ends too early") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise _broken(self.name, "sound gzip data", f"corrupt data ({error})") from error


@contextmanager
def opened(source: Source, name: str | None = None) -> Iterator[ByteSource]:
    """The bytes of a path or a binary stream; a path is closed in the end, a stream left open.

    Raises:
        InputError: the text is UTF-16 or UTF-32.
        OSError: the path cannot be opened.
        TypeError: the stream hands out text.
    """
    name = source_name(source) if name is None else name
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as stream:  # noqa: PTH123 -- a path, not always a pathlib one
            yield _unpacked(stream, name)
    else:
        yield _unpacked(source, name)


@contextmanager
def created(target: str | os.PathLike[str] | Writable) -> Iterator[Writable]:
    """A path or a binary stream to write bytes to; a path ending with ``.gz`` gets them packed.

    A path takes its name when all is written, so a file is there whole or not at all; a stream is
    left open. Packed files hold neither a name nor a time: equal bytes are equal files.

    Raises:
        OSError: the path cannot be written.
    """
    if not isinstance(target, (str, os.PathLike)):
        yield target
        return
    path = Path(target)
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as stream, _packing(stream, path.name) as packed:
            yield packed
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _packing(stream: BinaryIO, name: str) -> Iterator[Writable]:
    if not name.endswith(".gz"):
        yield stream
        return
    with gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as packed:
        yield packed


def _unpacked(stream: Readable | BinaryIO, name: str) -> ByteSource:
    raw = _Counted(stream)
    head = _head(raw)
    if not head.startswith(_GZIP):
        return _without_mark(raw, name, _Rejoined(head, raw))

    packed = gzip.GzipFile(fileobj=cast("BinaryIO", _Rejoined(head, raw)), mode="rb")

    return _without_mark(raw, name, packed)


def _without_mark(raw: _Counted, name: str, plain: Readable) -> ByteSource:
    head = _head(ByteSource(name, raw, plain))
    for mark, encoding in _FOREIGN_MARKS:
        if head.startswith(mark):
            raise _broken(name, "UTF-8 text", f"a byte order mark of {encoding}")

    return ByteSource(name, raw, _Rejoined(head.removeprefix(codecs.BOM_UTF8), plain))


def _head(stream: Readable) -> bytes:
    head = b""
    while len(head) < _HEAD and (more := stream.read(_HEAD - len(head))):
        head += more

    return head


@define
class _Counted:
    """A stream that counts what was read of it."""

    _stream: Readable
    count: int = 0

    def read(self, size: int = -1) -> bytes:
        data: object = self._stream.read(size)
        if not isinstance(data, (bytes, bytearray, memoryview)):
            msg = f"a binary stream is needed, one that reads bytes, not {type(data).__name__}"
            raise TypeError(msg)
        self.count += len(data)

        return bytes(data)


@define
class _Rejoined:
    """A stream whose first bytes were already looked at."""

    _head: bytes
    _rest: Readable

    def read(self, size: int = -1) -> bytes:
        if not self._head:
            return self._rest.read(size)
        size = len(self._head) if size < 0 else size
        data, self._head = self._head[:size], self._head[size:]

        return data


@define
class _Decoder:
    name: str
    offset: int = 0
    lines: int = 1
    _kept: bytes = b""
    _utf8: codecs.IncrementalDecoder = field(factory=codecs.getincrementaldecoder("utf-8"))

    def decode(self, data: bytes, *, final: bool) -> str:
        try:
            text = self._utf8.decode(data, final)
        except UnicodeDecodeError as error:
            raise self._undecodable(error) from error
        self._kept = self._utf8.getstate()[0]
        self.offset += len(data)
        self.lines += text.count("\n")

        return text

    def _undecodable(self, error: UnicodeDecodeError) -> InputError:
        # The bytes kept back from the piece before stand at the front of what failed.
        offset = self.offset - len(self._kept) + error.start
        line = self.lines + error.object.count(b"\n", 0, error.start)
        found = f"the byte 0x{error.object[error.start]:02x} at offset {offset}"

        return _broken(self.name, "UTF-8 text", found, line)


def text_pieces(source: ByteSource, size: int) -> Iterator[str]:
    """The text of a source, piece by piece, never an empty one.

    Raises:
        InputError: bytes that are no UTF-8, with their offset and line.
    """
    decoder = _Decoder(source.name)
    while data := source.read(size):
        if text := decoder.decode(data, final=False):
            yield text
    decoder.decode(b"", final=True)


def _broken(name: str, expected: str, found: str, line: int | None = None) -> InputError:
    return InputError([Fault(Place(name, line=line), expected, found)])
