"""Links that open a customer's own organization, or the partner's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib import parse

from partnerkpi._faults import shown
from partnerkpi._record_rules import is_plain
from partnerkpi.errors import LaunchLinkError

if TYPE_CHECKING:
    from partnerkpi.models import Customer

__all__ = ["launch_link"]

_ID: Final = "{id}"
_BARRED = re.compile(r"[\s\\{}]")
_DOTS: Final = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})


def launch_link(customer: Customer, template: str) -> str:
    """The link that opens a customer's organization: the host's template with the id filled in.

    The id is escaped whole, so that it can neither leave its place in the path, the query or the
    fragment, nor change the host.

    Args:
        customer: The customer, or the partner's own organization.
        template: An ``https`` address with ``{id}`` behind its host.

    Raises:
        LaunchLinkError: the template has another scheme, no host, no ``{id}`` or one in the host,
            a user or password, a blank, a backslash or another brace, or the path has a
            step (``..``), for which an id may be taken.

    Example:
        >>> from partnerkpi.models import Customer
        >>> globex = Customer(id="c/1 ?", name="Globex")
        >>> launch_link(globex, "https://admin.example.com/org/{id}/home")
        'https://admin.example.com/org/c%2F1%20%3F/home'
    """
    reason = _why_bad(template)
    if reason:
        msg = f"expected a template that is {reason}, found {shown(template)}"
        raise LaunchLinkError(msg)
    link = template.replace(_ID, parse.quote(customer.id, safe=""))
    if not _DOTS.isdisjoint(parse.urlsplit(link).path.lower().split("/")):
        msg = f"expected a link without steps ('..') in its path, found {shown(link)}"
        raise LaunchLinkError(msg)

    return link


def _why_bad(template: str) -> str | None:
    """What a template should be that it is not."""
    bare = template.replace(_ID, "")
    if not is_plain(template) or _BARRED.search(bare):
        return "an address without blanks, backslashes, control characters or other braces"
    try:
        parts = parse.urlsplit(template)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "a well-formed address"
    if parts.scheme != "https":
        return "an address with the scheme https"
    if not host or "@" in parts.netloc or "{" in parts.netloc:
        return "an address with a host of its own, without user and {id}"

    return None if _ID in template else "an address with {id} in it"
