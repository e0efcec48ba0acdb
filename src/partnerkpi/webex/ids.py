"""The platform's ids: base64 of an address such as ``ciscospark://us/ORGANIZATION/<uuid>``.

Some answers carry them in capital letters only. Such an id cannot be decoded any more: it is kept
as it came, and compared without regard to case.
"""

from __future__ import annotations

import re
from base64 import b64decode

from attrs import field, frozen

__all__ = ["LicenseId", "WebexId", "decode_id", "decode_license_id", "decode_role"]

_ADDRESS = re.compile(r"[a-z]+://([^/]*)/([^/]+)/([!-~]+)", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ROLE = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")


@frozen
class WebexId:
    """An id of the platform, decoded where that is possible.

    Attributes:
        raw: The id as it came.
        value: What it stands for, a UUID as a rule, in small letters; ``None`` where it does not
            decode.
        kind: What kind of thing it names, such as ``ORGANIZATION``; ``None`` for a bare UUID too.
        region: Where that is kept, such as ``us``; ``None`` as for ``kind``.

    Example:
        >>> decode_id("96abc2aa-3dcc-11e5-a152-fe34819cdc9a").kind is None
        True
    """

    raw: str
    value: str | None = None
    kind: str | None = None
    region: str | None = None

    @property
    def text(self) -> str:
        """What it stands for, or the id as it came where it does not decode.

        Organization UUIDs are what call history names organizations by, so that customers and
        their calls meet.
        """
        return self.value or self.raw

    @property
    def folded(self) -> str:
        """The id as it came, without regard to case and padding."""
        return self.raw.rstrip("=").casefold()

    def is_same_as(self, other: WebexId) -> bool:
        """Whether both name one thing: by what they stand for, else without regard to case.

        Example:
            >>> short = decode_id("96abc2aa-3dcc-11e5-a152-fe34819cdc9a")
            >>> short.is_same_as(decode_id(short.raw.upper()))
            True
        """
        if self.value is not None and other.value is not None:
            return self.value == other.value

        return self.folded == other.folded


@frozen
class LicenseId:
    """What the id of a license says.

    Attributes:
        id: The id.
        organization: The organization's UUID; ``None`` where the id does not say.
        type_code: The license's type, such as ``BCSTD`` (Webex Calling - Professional).

    Example:
        >>> decode_license_id("Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvOTZh").organization is None
        True
    """

    id: WebexId
    organization: WebexId | None = field(default=None)
    type_code: str | None = None


def decode_id(raw: str) -> WebexId:
    """Decode an id of the platform; a bare UUID is taken as well.

    Example:
        >>> raw = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYQ"
        >>> found = decode_id(raw)
        >>> found.kind, found.region, found.value
        ('ORGANIZATION', 'us', '96abc2aa')
        >>> decode_id(raw.upper()).value is None
        True
    """
    if _UUID.fullmatch(raw):
        return WebexId(raw, raw.lower())
    found = _ADDRESS.fullmatch(_decoded(raw))
    if found is None:
        return WebexId(raw)

    return WebexId(raw, found[3].lower(), found[2].upper(), found[1].lower())


def decode_license_id(raw: str) -> LicenseId:
    """Decode the id of a license, which mostly names the organization and the type.

    Example:
        >>> from base64 import b64encode
        >>> organization = "feab6514-e63a-5e69-ab55-d08ab5282d32"
        >>> address = f"ciscospark://us/LICENSE/{organization}:BCSTD_d8cfcf1d"
        >>> found = decode_license_id(b64encode(address.encode()).decode())
        >>> found.organization.value, found.type_code
        ('feab6514-e63a-5e69-ab55-d08ab5282d32', 'BCSTD')
    """
    found = decode_id(raw)
    owner, colon, license_ = (found.value or "").partition(":")
    if not (colon and _UUID.fullmatch(owner)):
        return LicenseId(found)
    code, _, _ = license_.rpartition("_")

    return LicenseId(found, decode_id(owner), code.upper() or None)


def decode_role(raw: str) -> str | None:
    """Decode the id of a partner role; ``None`` where it does not decode.

    Example:
        >>> decode_role("YXRsYXMtcG9ydGFsLnBhcnRuZXIuc2FsZXNhZG1pbg==")
        'atlas-portal.partner.salesadmin'
    """
    found = _decoded(raw)
    if _ROLE.fullmatch(found):
        return found

    return raw if _ROLE.fullmatch(raw) else None


def _decoded(raw: str) -> str:
    """The text behind base64, padded or not; nothing where there is none."""
    bare = raw.rstrip("=")
    try:
        data = b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
        return data.decode("ascii")
    except ValueError:
        return ""
