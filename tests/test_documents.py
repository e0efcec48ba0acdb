"""Every Python example of the documents runs."""

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(
    r"^```(?P<language>[\w{}-]*)[^\n]*\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def test_an_example_with_a_wrong_answer_fails(tmp_path: Path) -> None:
    """The runner below sees a wrong answer, and reports its line in the document."""
    document = tmp_path / "wrong.md"
    document.write_text("# Sums\n\n```pycon\n>>> 1 + 1\n3\n```\n", encoding="utf-8")

    with pytest.raises(AssertionError, match=r"line 4[\s\S]*Got:\s+2"):
        run(document)


def test_the_namespace_lasts_for_a_document(tmp_path: Path) -> None:
    """A later block sees the names of an earlier one; a block in another language is not run."""
    document = tmp_path / "right.md"
    document.write_text(
        "```python\nseats = 2\n```\n```text\nnot python\n```\n```pycon\n>>> seats\n2\n```\n",
        encoding="utf-8",
    )

    run(document)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_of_a_document_run(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The Python blocks of a document run in order, as from the root of the repository.

    What they write stays out of it.
    """
    for folder in ("examples", "tests"):
        tmp_path.joinpath(folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)

    run(path)


def run(path: Path) -> None:
    """Run the Python blocks of a document in one namespace."""
    text = path.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": path.stem}
    for fence in FENCE.finditer(text):
        first_line = text.count("\n", 0, fence.start("code"))
        if fence["language"] not in {"python", "pycon"}:
            continue
        if ">>> " in fence["code"]:
            check_session(fence["code"], names, path, first_line)
        else:
            exec(compile("\n" * first_line + fence["code"], str(path), "exec"), names)  # noqa: S102


def check_session(code: str, names: dict[str, Any], path: Path, first_line: int) -> None:
    """Run one interpreter session and compare what it prints."""
    example = doctest.DocTestParser().get_doctest(code, names, path.name, str(path), first_line)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    said: list[str] = []
    runner.run(example, out=said.append, clear_globs=False)
    names.update(example.globs)
    assert not runner.failures, "".join(said)
