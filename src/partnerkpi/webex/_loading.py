"""Machinery: what a caller hands over, as plain values of JSON with the place they stand at."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

from partnerkpi.errors import InputError
from partnerkpi.io._cells import MISSING
from partnerkpi.io._files import Readable, opened, text_pieces
from partnerkpi.io._json import CHUNK, JsonText

if TYPE_CHECKING:
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import Source

__all__ = ["PayloadSource", "is_list", "is_text_of", "loaded", "name_of", "source_of"]

# An answer is decoded at once; in parts it would be decoded again and again.
_ALL = 1 << 62

#: What a reader takes: parsed JSON, JSON as bytes or text, a path, or a binary stream.
PayloadSource: TypeAlias = (
    Mapping[str, object] | Sequence[object] | bytes | str | os.PathLike[str] | Readable
)


def loaded(source: PayloadSource, name: str, log: FaultLog) -> object:
    """The plain value of a source; ``MISSING`` where it cannot be read, which is noted.

    Raises:
        OSError: the path cannot be opened.
        TypeError: the source is nothing of all that.
    """
    if isinstance(source, Mapping) or is_list(source):
        return source
    try:
        with opened(source_of(source), name) as data:
            text = JsonText(name, text_pieces(data, CHUNK))
            text.fill(_ALL)
            found = text.value()
            text.finish()
    except InputError as error:
        log.take(error.faults, error.count)
        return MISSING

    return found


def is_list(source: object) -> bool:
    """Whether a source is a list of plain values already."""
    return isinstance(source, Sequence) and not isinstance(source, (str, bytes))


def is_text_of(source: str, opening: str) -> bool:
    """Whether a text is a document itself rather than a path: by its first character."""
    return source.lstrip("\ufeff \t\r\n")[:1] in tuple(opening)


def source_of(source: object) -> Source:
    """A path or a stream of bytes.

    Raises:
        TypeError: the source is neither.
    """
    if isinstance(source, str) and is_text_of(source, "{["):
        return io.BytesIO(source.encode("utf-8", "surrogatepass"))
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, (str, os.PathLike)):
        return source
    if hasattr(source, "read"):
        return cast("Readable", source)
    msg = f"expected parsed JSON, bytes, a text, a path or a stream, not {type(source).__name__}"
    raise TypeError(msg)


def name_of(source: object, default: str) -> str:
    """What faults call a source: its path, or what it is."""
    if isinstance(source, str):
        return default if is_text_of(source, "{[") else source

    return os.fspath(source) if isinstance(source, os.PathLike) else default
