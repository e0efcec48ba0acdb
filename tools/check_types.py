"""Gate: every public symbol of partnerkpi has a known type, as a user's checker sees it.

Pyright looks the package up through the interpreter that is first on PATH; where it finds none, it
scores 0 % over 0 symbols and still prints a report. So the score and the count are both asserted.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

PACKAGE = "partnerkpi"
OPTIONS = ("--ignoreexternal", "--outputjson")


def verify() -> dict[str, object]:
    """What pyright says of the completeness of the package's types."""
    scripts = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)]),
        "PYRIGHT_PYTHON_GLOBAL_NODE": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--verifytypes", PACKAGE, *OPTIONS],
        check=False,
        capture_output=True,
        env=environment,
        text=True,
    )
    try:
        found: dict[str, object] = json.loads(done.stdout)["typeCompleteness"]
    except (ValueError, KeyError):
        sys.exit(f"pyright gave no report on {PACKAGE}:\n{done.stdout}\n{done.stderr}")
    return found


def complaints(found: dict[str, object]) -> list[str]:
    """One line for each exported symbol whose type is not fully known."""
    symbols = found["symbols"]
    if not isinstance(symbols, list):
        sys.exit("pyright's report has no list of symbols")
    return [
        f"{symbol['name']}: {diagnostic['message']}"
        for symbol in symbols
        if symbol["isExported"] and not symbol["isTypeKnown"]
        for diagnostic in symbol["diagnostics"]
    ]


def main() -> None:
    """Fail unless at least one symbol is exported and all of them are known."""
    found = verify()
    counts = found["exportedSymbolCounts"]
    print(f"types known: {found['completenessScore']:.1%} of {PACKAGE}, symbols: {counts}")
    if found["completenessScore"] != 1 or not counts["withKnownType"]:  # type: ignore[index]
        sys.exit("\n".join([*complaints(found), "The types of the package are not complete."]))


if __name__ == "__main__":
    main()
