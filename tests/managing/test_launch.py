"""Launch links: https alone, the id escaped, the host never touched by it."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from partnerkpi._record_rules import is_plain
from partnerkpi.errors import LaunchLinkError
from partnerkpi.managing import launch_link
from tests.managing.examples import globex

TEMPLATE = "https://admin.example.com/org/{id}/home"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (TEMPLATE, "https://admin.example.com/org/a%2Fb%20c%3Fd%23%E2%82%AC/home"),
        (
            "https://e.com/?o={id}&again={id}",
            "https://e.com/?o=a%2Fb%20c%3Fd%23%E2%82%AC&again=a%2Fb%20c%3Fd%23%E2%82%AC",
        ),
        ("HTTPS://e.com:8443/#/{id}", "HTTPS://e.com:8443/#/a%2Fb%20c%3Fd%23%E2%82%AC"),
        ("https://[::1]/{id}", "https://[::1]/a%2Fb%20c%3Fd%23%E2%82%AC"),
    ],
)
def test_the_id_is_filled_in_escaped(template: str, expected: str) -> None:
    """Wherever it stands behind the host, and as often."""
    assert expected == launch_link(globex(id="a/b c?d#€"), template)


@pytest.mark.parametrize(
    "template",
    [
        "",
        "http://e.com/{id}",
        "javascript:alert({id})",
        "data:text/html,{id}",
        "ftp://e.com/{id}",
        "//e.com/{id}",
        "e.com/{id}",
        "https:{id}",
        "https:///{id}",
        "https://{id}/",
        "https://{id}.e.com/",
        "https://user@e.com/{id}",
        "https://e.com:{id}/",
        "https://e.com:no/{id}",
        "https://[e/{id}",
        "https://e.com/",
        "https://e.com/{name}",
        "https://e.com/{id}/{name}",
        "https://e.com/{{id}}",
        "https://e.com/ {id}",
        "https://e.com/\n{id}",
        "https://e.com\\@f.com/{id}",
        "java\tscript:{id}",
        "https://e.com/../{id}",
        "https://e.com/%2E%2e/{id}",
    ],
)
def test_a_template_that_gives_no_safe_link_is_refused(template: str) -> None:
    """Other schemes, no host, a user, the id in the host or nowhere, odd characters, steps."""
    with pytest.raises(LaunchLinkError):
        launch_link(globex(), template)


@pytest.mark.parametrize("name", [".", ".."])
def test_an_id_that_is_a_step_in_the_path_is_refused(name: str) -> None:
    """Escaping leaves dots as they are; in the query they are harmless."""
    with pytest.raises(LaunchLinkError):
        launch_link(globex(id=name), TEMPLATE)

    assert f"https://e.com/?o={name}" == launch_link(globex(id=name), "https://e.com/?o={id}")


@given(st.text(min_size=1))
def test_no_id_leaves_its_place(name: str) -> None:
    """The link has the host of the template, and three steps of which the second is the id."""
    assume(is_plain(name) and name not in {".", ".."})
    parts = urlsplit(launch_link(globex(id=name), TEMPLATE))
    steps = parts.path.split("/")

    assert ("https", "admin.example.com", "", "") == (
        parts.scheme,
        parts.netloc,
        parts.query,
        parts.fragment,
    )
    assert ["", "org", name, "home"] == [*map(unquote, steps)]
