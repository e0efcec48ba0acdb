"""Text to filters and back: what people type into a search box.

Terms stand beside each other and all have to hold; ``OR`` means either; ``-`` or ``NOT`` in front
of a term negates it; parentheses group::

    status:expiring_soon product:calling (-tag:test OR licenses:>100) "Globex"

A recursive-descent parser over the tables of fields and of what stands behind the colon for each
type of field. Every character is looked at a fixed number of times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, TypeAlias

from attrs import define

from partnerkpi.errors import FilterAmbiguityError, FilterDepthError, FilterLengthError
from partnerkpi.filters._items import Asked, Scanner
from partnerkpi.filters._quoting import GAP, JOINT, KEYWORD, NEGATION, PATH, parts_of
from partnerkpi.filters.expression import MAX_DEPTH, MAX_LENGTH, Expression
from partnerkpi.filters.products import folded_code
from partnerkpi.filters.terms import all_of, any_of, everybody
from partnerkpi.filters.vocabulary import Field, Fields, Prefix
from partnerkpi.filters.vocabulary import fields as known_fields

__all__ = ["format", "parse"]

_Placed: TypeAlias = tuple[int, int, Expression]
_Joint: TypeAlias = tuple[str, int]


def parse(text: str, *, fields: Fields = known_fields) -> Expression:
    r"""The filter that a text means; an empty text means everybody.

    Args:
        text: The text.
        fields: The vocabulary, with a host's own fields if it has any.

    Raises:
        FilterSyntaxError: the text is no filter; tells where, what was expected, and what is near.
            ``FilterAmbiguityError``, ``FilterLengthError``, ``FilterTermsError`` and
            ``FilterDepthError`` are its kinds.

    Example:
        >>> parse("tag:gold NOT calling.overage:0 globex")
        (F.tag == 'gold') & ~(F.of('calling').overage == 0) & F.name.contains('globex')
        >>> parse("stauts:trial")
        Traceback (most recent call last):
        ...
        partnerkpi.errors.FilterSyntaxError: character 1: expected a field, found 'stauts'; did you
        mean 'status'?
          stauts:trial
          ^^^^^^
    """
    if len(text) > MAX_LENGTH:
        raise FilterLengthError(MAX_LENGTH, text, MAX_LENGTH)
    parser = _Parser(text, fields)
    found = parser.level(0)
    if parser.at < len(text):
        parser.refuse("a ( before this )", parser.at, parser.at + 1)

    return everybody() if found is None else found


def format(expression: Expression) -> str:  # noqa: A001 (the counterpart of parse)
    """The canonical text of a filter: the shortest spelling, which reads back as the same filter.

    Example:
        >>> format(parse('NOT  (tag:"gold")  product:"Webex Calling"'))
        '-tag:gold product:calling'
    """
    return expression.text


@define
class _Parser(Scanner):
    """Reads groups, and the terms in them."""

    def level(self, deep: int) -> Expression | None:
        """The terms up to the end of a group; ``None`` if there are none."""
        found: list[_Placed] = []
        joints: list[_Joint] = []
        joint: _Joint | None = None
        while not self._at_end():
            start = self.at
            said = JOINT.match(self.text, start) if self.text[start] in _JOINING else None
            if said:
                if joint or not found:
                    self.refuse("a term before it", start, said.end())
                joint = (said.group(), start)
                self.at = said.end()
                continue
            term = self._negated(deep) if self.text[start] in _NEGATING else self._term(deep)
            self._require_gap()
            if found:
                joints.append(joint or ("AND", start))
            found.append((start, self.at, term))
            joint = None
        if joint:
            self.refuse("a term behind it", joint[1], joint[1] + len(joint[0]))

        return self._joined(found, joints) if found else None

    def _at_end(self) -> bool:
        """Go over blanks; whether the group or the text ends behind them."""
        self.at = GAP.match(self.text, self.at).end()  # type: ignore[union-attr] # may be empty

        return self.at == len(self.text) or self.text[self.at] == ")"

    def _require_gap(self) -> None:
        """Refuse whatever stands right behind a term."""
        behind = self.text[self.at : self.at + 1]
        if behind and behind != ")" and not behind.isspace():
            self.refuse("a blank", self.at)

    def _joined(self, found: Sequence[_Placed], joints: Sequence[_Joint]) -> Expression:
        terms = [term for _, _, term in found]
        words = {word for word, _ in joints}
        if len(words) > 1:
            place = next(place for word, place in joints if word == "OR")
            readings = self._reading(found, joints, "AND"), self._reading(found, joints, "OR")
            raise FilterAmbiguityError(self.text, place, place + len("OR"), readings)

        return any_of(terms) if words == {"OR"} else all_of(terms)

    def _reading(self, found: Sequence[_Placed], joints: Sequence[_Joint], closer: str) -> str:
        """The whole text as it reads if one way of joining binds closer than the other."""
        start, end, _ = found[0]
        runs = [[self.text[start:end]]]
        for (word, _), (first, last, _) in zip(joints, found[1:], strict=True):
            piece = self.text[first:last]
            if word == closer:
                runs[-1].append(piece)
            else:
                runs.append([piece])
        inner, outer = (" ", " OR ") if closer == "AND" else (" OR ", " ")
        pieces = (f"({inner.join(run)})" if len(run) > 1 else run[0] for run in runs)

        return self.text[:start] + outer.join(pieces) + self.text[found[-1][1] :]

    def _negated(self, deep: int) -> Expression:
        negations = 0
        while True:
            start = self.at
            if self.begins("-"):
                self.at += 1
                if self.at == len(self.text) or self.text[self.at].isspace():
                    self.refuse("a term right behind the -", start, self.at)
            elif said := NEGATION.match(self.text, start):
                self.at = GAP.match(self.text, said.end()).end()  # type: ignore[union-attr]
            else:
                break
            negations += 1
        term = self._term(deep)

        return ~term if negations % 2 else term

    def _term(self, deep: int) -> Expression:
        first = self.text[self.at : self.at + 1]
        if first == "(":
            return self._group(deep + 1)
        if first in _ENDING or (first in _KEYWORDED and KEYWORD.match(self.text, self.at)):
            self.refuse("a term", self.at)

        return self.items(self._path())

    def _group(self, deep: int) -> Expression:
        start = self.at
        if deep > MAX_DEPTH:
            raise FilterDepthError(MAX_DEPTH, self.text, start)
        self.at += 1
        found = self.level(deep)
        if self.at == len(self.text):
            self.refuse("a ) that closes this group", start, start + 1)
        if found is None:
            self.refuse("a term in this group", start, self.at + 1)
        self.at += 1

        return found

    def _path(self) -> Asked:
        """The field in front of a colon, or the name if there is no colon."""
        start = self.at
        said = PATH.match(self.text, start)
        if said is None:
            return Asked(self.fields["name"], None, _A_WORD)
        self.at = said.end()
        of, name = parts_of(*said.groups())
        begin = said.end() - 1 - len(name)
        known = self._field(name, start if said.group(3) else begin, said.end() - 1)
        self._check_prefix(known, of, start, said.end() - 1)

        return Asked(known, of, f"a value of {known.name} right behind the colon")

    def _field(self, name: str, start: int, end: int) -> Field:
        folded = folded_code(name)
        if folded not in self.fields:
            near = get_close_matches(folded, self.fields, n=1)
            self.refuse("a field", start, end, near)

        return self.fields[folded]

    def _check_prefix(self, known: Field, of: str | None, start: int, end: int) -> None:
        unfit = Prefix.ATTRIBUTE if of is None else Prefix.NONE
        if known.prefix is unfit or of == "":
            self.refuse(_PREFIXED[known.prefix].format(name=known.name), start, end)
        if of is not None:
            self.require_plain(of, start, end)


# Which characters keywords begin with: most terms need no further look.
_JOINING: Final = "OA"
_NEGATING: Final = "-N"
_KEYWORDED: Final = "OAN"
_ENDING: Final = ("", ")")
_A_WORD: Final = "a term (a text with such characters stands in quotes)"
_PREFIXED: Final[Mapping[Prefix, str]] = MappingProxyType(
    {
        Prefix.NONE: "{name} alone",
        Prefix.PRODUCT: "a product before {name}, or none",
        Prefix.ATTRIBUTE: "an attribute's name, such as attr.region",
    }
)
