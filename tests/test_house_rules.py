"""The rules of the house that no linter knows, executed.

They look at the package that is imported, so that they also hold for the built wheel.
"""

import ast
import importlib
import json
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from importlib import metadata
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

import partnerkpi

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(partnerkpi.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(ROOT.joinpath("tests").rglob("test_*.py"))

# What `import partnerkpi` may load: the core's libraries and what these need themselves.
CORE = {"attr", "attrs", "cattr", "cattrs", "dateutil", "numpy", "partnerkpi", "typing_extensions"}
BELOW_CORE = {"six"}  # dateutil 2.9

# Reading any of these makes a figure depend on more than the records and the instant.
AMBIENT_NAMES = {"environ", "getenv", "getlocale", "setlocale"}
AMBIENT = AMBIENT_NAMES | {"gmtime", "localtime", "now", "time_ns", "today", "utcnow"}

MUTABLE = (list, dict, set, bytearray, np.random.Generator)


def module_name(path: Path) -> str:
    """The dotted name of a source file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def modules(*left_out: str) -> list[str]:
    """The dotted names of all modules, less some and what is in them."""
    return [
        name
        for name in map(module_name, SOURCES)
        if not any(f"{name}.".startswith(f"{each}.") for each in left_out)
    ]


def place(path: Path, node: ast.AST) -> str:
    """Where a node stands."""
    return f"{path.name}:{getattr(node, 'lineno', 0)}"


def nodes(path: Path) -> Iterator[ast.AST]:
    """Every node of a file's syntax tree."""
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    return (
        node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def imported(path: Path) -> Iterator[str]:
    """The first part of every absolute import of a file, wherever it stands."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module.partition(".")[0]


def test_every_module_has_a_floor() -> None:
    """A new file or folder of the package must be added to the import contract."""
    with ROOT.joinpath("pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    floors = set(re.findall(r"\w+", " ".join(layers)))
    present = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    present |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

    assert set() == present - floors


def test_every_folder_is_a_package() -> None:
    """A folder without an `__init__` would escape the import contract and the wheel."""
    folders = {path.parent for path in SOURCES}

    assert set() == {folder for folder in folders if not folder.joinpath("__init__.py").is_file()}


def test_the_core_imports_only_its_libraries() -> None:
    """Importing every module but `testing` loads no extra and no tool."""
    code = (
        "import importlib, json, sys; before = set(sys.modules);"
        "[importlib.import_module(name) for name in sys.argv[1:]];"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    names = modules("partnerkpi.testing", "partnerkpi.__main__")
    done = subprocess.run(
        [sys.executable, "-c", code, *names], capture_output=True, check=True, text=True
    )
    loaded = set(json.loads(done.stdout)) - sys.stdlib_module_names

    assert set() == loaded - CORE - BELOW_CORE


def test_only_periods_knows_dateutil() -> None:
    """Calendar steps happen in one file."""
    actual = {module_name(path) for path in SOURCES if "dateutil" in imported(path)}

    assert set() == actual - {"partnerkpi.periods"}


def test_every_dependency_is_declared() -> None:
    """What the sources import anywhere is the standard library, the core, or an extra."""
    declared = set()
    for requirement in metadata.requires("partnerkpi") or []:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("-", "_")
        declared.add(
            {"python_dateutil": "dateutil", "vl_convert_python": "vl_convert"}.get(name, name)
        )
    found = set(chain.from_iterable(map(imported, SOURCES)))

    assert set() == found - sys.stdlib_module_names - declared - {"partnerkpi"}


@pytest.mark.parametrize("name", modules("partnerkpi.__main__"))
def test_no_module_holds_a_global_that_can_change(name: str) -> None:
    """Module globals are constants: no list, dict, set, writable array, or cache."""
    held = {
        key: value
        for key, value in vars(importlib.import_module(name)).items()
        if not (key.startswith("__") and key.endswith("__"))
    }
    arrays = {key: value for key, value in held.items() if isinstance(value, np.ndarray)}
    actual = {
        key for key, value in held.items() if isinstance(value, (*MUTABLE, _lru_cache_wrapper))
    }
    actual |= {key for key, value in arrays.items() if value.flags.writeable}

    assert set() == actual


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_no_source_asks_the_world(path: Path) -> None:
    """No clock, locale, or environment: the instant and the policy are arguments."""
    actual = [
        place(path, node)
        for node in nodes(path)
        if (isinstance(node, ast.Attribute) and node.attr in AMBIENT)
        or (isinstance(node, ast.Name) and node.id in AMBIENT_NAMES)
    ]

    assert [] == actual


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_no_source_changes_a_global(path: Path) -> None:
    """No function rebinds a name of its module."""
    assert [] == [place(path, node) for node in nodes(path) if isinstance(node, ast.Global)]


@pytest.mark.parametrize("name", [n for n in modules() if "._" not in n])
def test_every_public_module_says_what_it_promises(name: str) -> None:
    """A module without an underscore has an `__all__`, and every name of it exists once."""
    module = importlib.import_module(name)
    promised = list(module.__all__)

    assert [] == [name for name in promised if not hasattr(module, name)]
    assert len(set(promised)) == len(promised)


def test_functions_are_short() -> None:
    """Half of all functions have at most nine lines, the docstring not counted."""
    lengths = []
    for function in chain.from_iterable(map(functions, SOURCES)):
        documented = ast.get_docstring(function) is not None
        says = function.body[0] if documented else None
        docstring = 0 if says is None else (says.end_lineno or 0) - says.lineno + 1
        lengths.append((function.end_lineno or 0) - function.lineno + 1 - docstring)

    assert statistics.median(lengths) <= 9


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_says_what_should_hold(path: Path) -> None:
    """Every test function has a docstring."""
    actual = [
        f"{path.name}:{function.lineno} {function.name}"
        for function in functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]

    assert [] == actual


def text_files() -> list[Path]:
    """The text files of the project: those that git tracks, or all where there is no git."""
    done = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607  # whichever git the person has
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )
    names = done.stdout.split("\0") if done.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or list(TESTS + SOURCES)
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def test_no_file_names_a_registry_or_a_machine() -> None:
    """No tracked file holds a package registry's address or an absolute path of some machine."""
    # Put together from halves, so that this file passes its own test.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com"]
    hosts += ["deb" + "ian.org", "index" + "-url"]
    folders = ["work", "root", "home", "opt", "Users", "mnt"]
    pattern = re.compile(
        "|".join(map(re.escape, hosts)) + r"|(?<![\w.\-})\]])/(?:" + "|".join(folders) + r")/\w"
    )
    actual = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").split("\n"), 1
        )
        if pattern.search(line)
    ]

    assert [] == actual


@pytest.mark.parametrize("name", ["run", "suite", "test", "floors", "fuzz", "bench", "lock"])
def test_every_locked_requirement_is_hashed(name: str) -> None:
    """A lock file holds pinned names and hashes, and nothing else."""
    text = ROOT.joinpath("requirements", f"{name}.txt").read_text(encoding="utf-8")
    requirements = text.replace("\\\n", " ").splitlines()
    shape = re.compile(r"[\w.-]+==[\w.!+]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")

    assert requirements
    assert [] == [line[:80] for line in requirements if not shape.fullmatch(line)]


def test_the_metadata_tells_license_and_types() -> None:
    """What is installed carries its license text, and says that it is typed."""
    assert "Apache-2.0" == metadata.metadata("partnerkpi")["License-Expression"]
    assert partnerkpi.__version__ == metadata.version("partnerkpi")
    assert PACKAGE.joinpath("py.typed").is_file()


def test_what_tests_pack_does_not_change_with_the_clock() -> None:
    """Tests that run in several processes must be the same tests in each, archives included."""
    packed = [
        place(path, node)
        for path in sorted(ROOT.joinpath("tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "gzip.compress"
        and "mtime" not in {word.arg for word in node.keywords}
    ]

    assert [] == packed
