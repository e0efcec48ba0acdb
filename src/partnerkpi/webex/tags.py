"""Tags: which there are, and which organizations and subscriptions carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi.webex._answer_cells import Cells
from partnerkpi.webex._reading import Kind, read_payload
from partnerkpi.webex.ids import WebexId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerkpi.webex._loading import PayloadSource
    from partnerkpi.webex.payloads import Payload

__all__ = ["WebexTag", "WebexTags", "tag_catalogue", "tags"]


@frozen(kw_only=True)
class WebexTag:
    """A tag that a partner uses.

    Attributes:
        name: Its name.
        description: What it means, or nothing.

    Example:
        >>> tag_catalogue([{"name": "gold", "description": "by contract"}])[0].description
        'by contract'
    """

    name: str
    description: str = ""


@frozen(kw_only=True)
class WebexTags:
    """The tags of an organization, or of one of its subscriptions.

    Attributes:
        organization: The id of the organization.
        name: Its name, or nothing.
        tags: The tags, each once: two that differ only in case are one, and the first spelling
            stays.
        subscription: The id of the subscription; ``None`` where the organization is tagged.
        is_trial: Whether the subscription is a trial, which comes as text; ``None`` where the
            answer does not say.

    Example:
        >>> row = {"orgId": "o-1", "tags": ["gold, test"], "subscriptionId": "S1", "trial": "true"}
        >>> found = tags([row])[0]
        >>> found.tags, found.is_trial
        (('gold', 'test'), True)
    """

    organization: WebexId
    name: str = ""
    tags: tuple[str, ...]
    subscription: str | None = None
    is_trial: bool | None = None


def tag_catalogue(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexTag]:
    """Read which tags there are.

    Args:
        sources: Answers: parsed JSON, bytes or text of JSON, paths (gzipped or not), streams.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> [tag.name for tag in tag_catalogue([{"name": "gold"}, {"name": "test"}])]
        ['gold', 'test']
    """
    return read_payload(_CATALOGUE, sources, _tag, lenient=lenient, max_faults=max_faults)


def tags(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexTags]:
    """Read which organizations or subscriptions carry which tags.

    Several tags may stand in one text, with commas between them.

    Args:
        sources: Answers, as for ``tag_catalogue``.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> tags({"orgId": "o-1", "orgName": "Globex", "tags": ["gold", "Gold"]})[0].tags
        ('gold',)
    """
    return read_payload(_TAGS, sources, _tagged, lenient=lenient, max_faults=max_faults)


_CATALOGUE = Kind("tags", "a tag", "name")
_TAGS = Kind("tags", "the tags of an organization", "orgId")


def _tag(cells: Cells) -> WebexTag:
    return WebexTag(name=cells.text("name"), description=cells.text("description", optional=True))


def _tagged(cells: Cells) -> WebexTags:
    return WebexTags(
        organization=cells.id("orgId"),
        name=cells.text("orgName", optional=True),
        tags=_each_once(cells.texts("tags")),
        subscription=cells.text_or_none("subscriptionId"),
        is_trial=cells.flag("trial"),
    )


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    parts = (part.strip() for text in texts for part in text.split(","))
    found: dict[str, str] = {}
    for part in parts:
        if part:
            found.setdefault(part.casefold(), part)

    return tuple(found.values())
