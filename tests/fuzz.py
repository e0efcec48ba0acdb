"""Search for inputs that break filters, guided by what they reach: ``make fuzz SECONDS=60``.

Hypothesis turns the bytes of atheris into the inputs of the properties under ``tests/laws``, so
what is found is a failing example of a property, shown as such. Each property runs in a process of
its own, because atheris ends the process that it runs in.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOUND = Path("build")
PROPERTIES = (
    "test_any_text_is_a_filter_or_a_syntax_error",
    "test_a_filter_reads_back",
    "test_help_is_never_refused",
)


def main(arguments: Sequence[str]) -> int:
    """Fuzz every property for its share of some seconds; or one of them, which never returns."""
    if arguments and arguments[0] in PROPERTIES:
        _fuzz(arguments[0], int(arguments[1]))
    seconds = max(1, int(arguments[0] if arguments else 60) // len(PROPERTIES))
    for name in PROPERTIES:
        print(f"{name}: {seconds} seconds", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", name, str(seconds)]
        done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return 1
        print(f"  {_last_pulse(done.stderr)}", flush=True)

    return 0


def _fuzz(name: str, seconds: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["partnerkpi"]):
        from tests.laws import test_filters
    property_ = getattr(test_filters, name).hypothesis.fuzz_one_input
    FOUND.mkdir(exist_ok=True)
    options = (f"-max_total_time={seconds}", "-max_len=16384", "-print_final_stats=1")
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={FOUND}/fuzz-"], property_)
    atheris.Fuzz()


def _last_pulse(said: str) -> str:
    """What libFuzzer says at the end: how often it ran, and what it reached."""
    wanted = ("stat::number_of_executed_units", "DONE")
    lines = [line for line in said.splitlines() if any(word in line for word in wanted)]

    return "; ".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
