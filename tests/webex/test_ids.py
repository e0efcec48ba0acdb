"""Ids of the platform: decoded where that is possible, compared where it is not."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.webex import decode_id, decode_license_id, decode_role
from tests.webex.answers import GLOBEX, INITECH, encoded


@given(st.sampled_from(["ORGANIZATION", "Organization", "PEOPLE"]), st.uuids(), st.booleans())
def test_ids_decode(kind: str, uuid: object, padded: bool) -> None:
    """Padded or not, in any case of the kind: kind, region and UUID are told."""
    bare = encoded(kind, str(uuid))
    found = decode_id(bare + "=" * (-len(bare) % 4) if padded else bare)

    assert (kind.upper(), "us", str(uuid)) == (found.kind, found.region, found.value)
    assert str(uuid) == found.text


@given(st.uuids())
def test_capital_letters_are_the_same_id(uuid: object) -> None:
    """An id in capital letters does not decode, and is still the same as the proper one."""
    proper = decode_id(encoded("ORGANIZATION", str(uuid)))
    shouted = decode_id(proper.raw.upper())

    assert (None, proper.raw.upper()) == (shouted.value, shouted.text)
    assert proper.is_same_as(shouted)
    assert shouted.is_same_as(proper)


def test_a_bare_uuid_is_an_id() -> None:
    """Call history names organizations by their UUIDs alone; that is the same organization."""
    assert decode_id(GLOBEX.upper()).is_same_as(decode_id(encoded("ORGANIZATION", GLOBEX)))
    assert not decode_id(GLOBEX).is_same_as(decode_id(INITECH))


@given(st.text(min_size=1, max_size=60))
def test_anything_is_kept(text: str) -> None:
    """Whatever is no id of the platform stays as it came."""
    assert text == decode_id(text).raw
    assert text in {decode_id(text).text, decode_id(text).raw}


@pytest.mark.parametrize("raw", ["", "=", "a", "ä", "Y2lzY29", "Y2lzY29zcGFyazovLw==", "A" * 9])
def test_what_does_not_decode(raw: str) -> None:
    """Neither broken base64 nor an address without its parts is decoded."""
    assert decode_id(raw).value is None


def test_license_ids_say_the_organization_and_type() -> None:
    """The part before the colon is the organization, the letters after it the type."""
    found = decode_license_id(encoded("LICENSE", f"{GLOBEX}:BCSTD_{INITECH}"))

    assert found.organization is not None
    assert (GLOBEX, "BCSTD") == (found.organization.value, found.type_code)


@pytest.mark.parametrize("value", [GLOBEX, "short:BCSTD_1", f"{GLOBEX}"])
def test_license_ids_that_say_nothing(value: str) -> None:
    """An id of one part, or of something that is no UUID, tells no organization."""
    found = decode_license_id(encoded("LICENSE", value))

    assert (None, None) == (found.organization, found.type_code)


def test_a_license_without_a_type() -> None:
    """The organization is told without a type as well."""
    found = decode_license_id(encoded("LICENSE", f"{GLOBEX}:plain"))

    assert found.organization is not None
    assert found.type_code is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b64encode(b"atlas-portal.partner.helpdesk").decode(), "atlas-portal.partner.helpdesk"),
        ("atlas-portal.partner.helpdesk", "atlas-portal.partner.helpdesk"),
        ("YXRSYXMTCG9YDGFSLNBHCNRUZXIUC2FSZXNMDWXSYWRTAW4=", None),
        ("id_full_admin", None),
    ],
)
def test_roles_decode(raw: str, expected: str | None) -> None:
    """A role is told encoded or plain; one in capital letters is lost."""
    assert expected == decode_role(raw)
