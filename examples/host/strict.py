"""Request bodies as strictly as the library reads its own documents: nothing is coerced.

The web framework turns ``"30"`` into a count and passes over keys that it does not know. So it only
decodes the JSON and describes the body; what is in it is judged here, all faults at once.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from attrs import NOTHING, Attribute, AttrsInstance, fields_dict

from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.managing_models import Role

_Body = TypeVar("_Body", bound=AttrsInstance)


def strictly(kind: type[_Body], value: object) -> _Body:
    """The body of a request.

    Raises:
        InputError: it is faulty; carries every fault with its place.
    """
    if not isinstance(value, dict):
        raise InputError([_fault(None, "an object", value)])
    known = fields_dict(kind)
    faults = [_fault(key, "a known key", key) for key in value if key not in known]
    for name, field in known.items():
        faults += _faults_of(field, name, value)
    if faults:
        raise InputError(faults)

    return kind(**{name: _READERS[known[name].type][1](cell) for name, cell in value.items()})


def instant(path: str, text: str) -> datetime:
    """The instant that a text names; a bare date is midnight UTC.

    Raises:
        InputError: it names none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError([_fault(path, AN_INSTANT, text)]) from None
    if found.isoformat() == f"{text}T00:00:00":
        return found.replace(tzinfo=UTC)

    return found


AN_INSTANT = "an instant such as 2026-11-22T09:00:00Z, or a date such as 2026-11-22"


def _faults_of(field: "Attribute[Any]", name: str, value: dict[str, Any]) -> Iterator[Fault]:
    expected, read = _READERS[field.type]
    if name in value:
        try:
            read(value[name])
        except (TypeError, ValueError):
            yield _fault(name, expected, value[name])
    elif field.default is NOTHING:
        yield Fault(Place("body", path=name), expected, "nothing")


def _fault(path: str | None, expected: str, found: object) -> Fault:
    return Fault(Place("body", path=path), expected, f"{found!r:.80}")


def _only(kind: type[Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError

        return value

    return read


def _or_null(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_text, _count, _list, _object = map(_only, (str, int, list, dict))


def _texts(value: Any) -> list[str]:
    return [_text(each) for each in _list(value)]


def _counts(value: Any) -> dict[str, int]:
    return {name: _count(each) for name, each in _object(value).items()}


def _role(value: Any) -> Role:
    return Role(_text(value))


def _date(value: Any) -> date:
    found = date.fromisoformat(_text(value))
    if found.isoformat() != value:
        raise ValueError

    return found


# What a field of each type is expected to be, and how it is read.
_READERS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    str: ("a text", _text),
    int: ("a whole number", _count),
    list[str]: ("a list of texts", _texts),
    dict[str, int]: ("an object of whole numbers", _counts),
    Role: (" or ".join(Role), _role),
    str | None: ("a text or null", _or_null(_text)),
    date | None: ("a date such as 2026-11-22, or null", _or_null(_date)),
}
