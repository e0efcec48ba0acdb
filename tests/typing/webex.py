"""The platform's own answers: what a checker knows of records, and what it must refuse."""

from datetime import datetime
from pathlib import Path
from typing import assert_type

import partnerkpi as pk
from partnerkpi import webex
from partnerkpi.webex import Payload, WebexLicense, WebexPortfolio


def right(answer: dict[str, object], folder: Path, when: datetime) -> None:
    """A reader gives records of its kind, from whatever the answer comes in."""
    found = webex.licenses(answer, b"[]", "{}", folder / "licenses.json", organization="o-1")
    assert_type(found, Payload[WebexLicense])
    assert_type(found[0], WebexLicense)
    assert_type(found[0].total, int | None)
    assert_type([each.name for each in webex.organizations(answer)], list[str])
    made = webex.portfolio(
        organizations=answer, licenses={"o-1": [answer]}, facts=[{"a": 1}], observed_at=when
    )
    assert_type(made, WebexPortfolio)
    assert_type(made.portfolio.merged_with(made.portfolio), pk.Portfolio)
    assert_type(webex.read(folder, observed_at=when).portfolio, WebexPortfolio | None)


def read_before(organizations: Payload[webex.WebexOrganization], when: datetime) -> None:
    """What was read before is handed over as it is, one payload or several."""
    webex.portfolio(organizations=organizations, licenses=webex.licenses(), observed_at=when)
    webex.portfolio(organizations=[organizations], licenses=[webex.licenses()], observed_at=when)


def wrong(answer: dict[str, object], when: datetime) -> None:
    """A number is no answer, the instant is not optional, and records are frozen."""
    webex.licenses(5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    webex.portfolio(organizations=answer, licenses=answer)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    webex.portfolio(organizations=5, licenses=answer, observed_at=when)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    webex.portfolio(organizations=answer, licenses=answer, observed_at=when, undated="no")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    webex.organizations(answer)[0].name = "x"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
