"""Say how pytest runs ended, read from their JUnit files: the last file named speaks last.

The main run is not the last gate, but its result is the last thing that `make test` prints.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET


def counts(path: Path) -> dict[str, int]:
    """How many tests of a run passed, failed, and were skipped."""
    suite = ET.parse(path).getroot().find("testsuite")  # noqa: S314  # pytest wrote it just now
    if suite is None:
        sys.exit(f"{path} holds no test run")
    ran, failures, errors, skipped = (
        int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return {"passed": ran - failed - skipped, "failed": failed, "skipped": skipped}


def sentence(found: Mapping[str, int]) -> str:
    """The counts of a run in the words of a test runner's closing line."""
    return ", ".join(
        f"{count} {word}" for word, count in found.items() if count or word != "skipped"
    )


def main() -> None:
    """Print a line for each run; the last one has no name before it."""
    *others, last = map(Path, sys.argv[1:])
    for path in others:
        print(f"{path.stem}: {sentence(counts(path))}")
    found = counts(last)
    print(sentence(found))
    if found["failed"] or not found["passed"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
