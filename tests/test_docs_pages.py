"""The pages of the documentation: up to date, complete, and leading somewhere."""

import importlib
import json
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import partnerkpi as pk

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
EXAMPLES = ("quickstart.py", "walkthrough.py", "processes.py", "webex_exports/history.py")


def loaded(path: Path) -> ModuleType:
    """A script as a module."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_definitions_page_is_up_to_date() -> None:
    """The page in the repository is the one that its tool writes."""
    tool = loaded(ROOT / "tools" / "make_definitions.py")

    assert tool.page() == DOCS.joinpath("definitions.md").read_text("utf-8")


def test_the_definitions_page_has_every_definition() -> None:
    """Each figure's sentence, each status and each column stand on it."""
    page = DOCS.joinpath("definitions.md").read_text("utf-8")
    sentences = [each.sentence for each in pk.licenses.kpis.DEFINITIONS]
    statuses = [f"`{rule.status.value}`" for rule in pk.status.RULES]

    assert [] == [each for each in sentences + statuses if each not in page]


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Each relative link of a page is a file of the repository, or one that a tool writes there."""
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    targets = [path.parent / target for target in LINK.findall(text)]
    written = {DOCS / "benchmarks.md"}

    assert [] == [each for each in targets if not each.resolve().exists() and each not in written]


def test_every_page_is_in_the_contents() -> None:
    """Each page but the first is in a table of contents of the first."""
    index = DOCS.joinpath("index.md").read_text("utf-8")
    listed = reduce(
        set.union,
        (set(each.split()) for each in re.findall(r"\n\n([^`]*)\n```", index)),
        set[str](),
    )
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in PAGES} - {"index"}

    assert set() == pages - listed - {"benchmarks"}


def test_every_room_is_in_the_reference() -> None:
    """What is public has a place in the reference."""
    reference = DOCS.joinpath("reference.md").read_text("utf-8")
    package = Path(pk.__file__).parent
    rooms = {path.stem for path in package.glob("[!_]*.py")}
    rooms |= {path.parent.name for path in package.glob("*/__init__.py")}
    told = set(re.findall(r"automodule:: partnerkpi\.(\w+)", reference))

    # The doors stand at the front; the snapshot is what rooms look at, not hosts.
    assert {"io", "snapshot"} == rooms - told - {"testing"}


def test_every_room_and_floor_is_in_the_architecture() -> None:
    """The table of floors names what the import contract names."""
    page = DOCS.joinpath("architecture.md").read_text("utf-8")
    floors = page.partition("## Floors")[2].partition("## Three verbs")[0]
    with ROOT.joinpath("pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    public = {name for name in re.findall(r"\w+", " ".join(layers)) if not name.startswith("_")}

    assert set() == public - set(re.findall(r"`(\w+)`", floors))


def test_every_option_of_the_command_line_is_told() -> None:
    """The page of the command line knows each option that `--help` shows."""
    command = [sys.executable, "-m", "partnerkpi", "report", "--help"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    page = DOCS.joinpath("guide", "command-line.md").read_text("utf-8")
    options = set(re.findall(r"--[a-z-]+", done.stdout)) - {"--help"}

    assert set() == {option for option in options if option not in page}


def test_every_policy_setting_is_told() -> None:
    """The page of the policy explains each setting."""
    page = DOCS.joinpath("guide", "policy.md").read_text("utf-8")

    assert [] == [name for name in pk.Policy().to_dict() if f"| `{name}` |" not in page]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(name: str) -> None:
    """Each example runs as a script, says something, and complains of nothing."""
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / name)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")

    assert (0, "") == (done.returncode, done.stderr)
    assert len(done.stdout) > 100


def test_the_example_of_processes_counts_the_same() -> None:
    """The report of parts counted in processes is that of the whole."""
    command = [sys.executable, str(ROOT / "examples" / "processes.py")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")

    assert done.stdout.endswith("The report of the parts is that of the whole: True\n")


@pytest.fixture
def service() -> Iterator[HTTPConnection]:
    """The example service on a free port of this machine."""
    handler = loaded(ROOT / "examples" / "service.py").Handler
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.server_port)
    yield connection
    connection.close()
    server.shutdown()
    server.server_close()
    thread.join()


DOCUMENT = ROOT.joinpath("examples", "data", "portfolio.json").read_bytes()
FAULTY = b'{"format": "partnerkpi/portfolio@1", "customers": [{"id": "c-1"}]}'


@pytest.mark.parametrize(
    ("address", "body", "status", "key"),
    [
        ("/report?as_of=2026-11-22T00:00:00Z", DOCUMENT, 200, "overview"),
        ("/report?as_of=2026-11-22T00:00:00Z", FAULTY, 422, "faults"),
        ("/report?as_of=2026-11-22T00:00:00", DOCUMENT, 400, "error"),
        ("/report", DOCUMENT, 400, "error"),
        ("/elsewhere", b"", 404, "error"),
        ("/schema/portfolio@1", None, 200, "$schema"),
        ("/schema/nothing", None, 404, "error"),
    ],
)
def test_the_example_service_answers(
    service: HTTPConnection, address: str, body: bytes | None, status: int, key: str
) -> None:
    """Reports, faults and wrong questions have answers of their own."""
    service.request("GET" if body is None else "POST", address, body)
    response = service.getresponse()
    answer = json.loads(response.read())

    assert status == response.status
    assert key in answer


@pytest.mark.parametrize("name", ["partnerkpi", "partnerkpi.present", "partnerkpi.reports"])
def test_every_public_name_says_what_it_is(name: str) -> None:
    """Each class and function that a host can import has a docstring."""
    room = importlib.import_module(name)
    public = {each: getattr(room, each) for each in room.__all__}

    assert [] == [each for each, value in public.items() if not value.__doc__]


def rows_of_fields() -> list[tuple[str, str, int]]:
    """The table of every filter field: name, example, and how many customers it means."""
    page = DOCS.joinpath("guide", "filters.md").read_text("utf-8")
    table = page.partition("| field | matches | example | means |")[2].partition("\n\n")[0]

    return [
        (name, example, int(count))
        for name, example, count in re.findall(
            r"^\| `(\w+)` \|.*\| `(.+)` \| (\d+) \|$", table, re.MULTILINE
        )
    ]


def test_every_filter_field_is_told() -> None:
    """The table has each field of the vocabulary once."""
    assert sorted(pk.filters.fields) == sorted(name for name, _, _ in rows_of_fields())


@pytest.mark.parametrize(("name", "example", "count"), rows_of_fields())
def test_the_example_of_each_filter_field_holds(name: str, example: str, count: int) -> None:
    """The example asks that field, and means as many customers as the table says."""
    wanted = pk.filters.parse(example)
    when = datetime(2026, 11, 22, tzinfo=UTC)

    assert [name] == [term.field for term in pk.filters.leaves(wanted)]
    assert count == len(pk.where(EXAMPLE, wanted, as_of=when))


EXAMPLE = pk.read(ROOT / "examples" / "data" / "portfolio.json")
