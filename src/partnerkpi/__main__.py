"""The command line: ``python -m partnerkpi report INPUT --as-of INSTANT``.

Exit status: 0, also in lenient reading; 1 for faulty input, every fault in a line of standard
error; 2 for wrong usage, and for what cannot be opened or written; 130 when interrupted; 141 when
whoever reads the output stops reading.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from partnerkpi import (
    Comparison,
    Inputs,
    Policy,
    Report,
    __version__,
    compare,
    read_inputs,
    read_report,
    report,
    schema,
)
from partnerkpi._faults import FAULT_CAP
from partnerkpi._instants import parse_one, to_datetime
from partnerkpi.errors import (
    CountOverflowError,
    FilterError,
    FormatError,
    InputError,
    InstantError,
    MissingExtraError,
    PartnerKpiError,
    PolicyError,
    UnknownLanguageError,
)
from partnerkpi.policy import QUALITY_LIMITS
from partnerkpi.present import printable
from partnerkpi.present.text import LEAST_WIDTH

if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO

    from partnerkpi.filters import Expression

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; never a traceback.

    Args:
        arguments: What stands behind the program's name; that of this process if not given.

    Raises:
        SystemExit: wrong usage, or only help or the version was asked for.

    Example:
        >>> main(["schema", "portfolio@1"])  # doctest: +ELLIPSIS
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
        ...
        }
        0
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (PartnerKpiError, MemoryError, OSError, KeyboardInterrupt) as error:
        status, lines = _outcome(error)
        _tell(lines)
        return status

    return 0


class _UsageError(PartnerKpiError):
    """What was asked for makes no sense."""


class _FilterUsageError(_UsageError):
    """What was asked for is no filter; tells so in several lines."""


def _outcome(error: BaseException) -> tuple[int, list[str]]:
    """The exit status of a refusal, and what is said of it on standard error."""
    for kind, status, say in _OUTCOMES:
        if isinstance(error, kind):
            return status, say(error)

    return 2, [f"python -m partnerkpi: {error}"]


def _system_error(error: OSError) -> list[str]:
    what = error.strerror or str(error)
    where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "

    return [f"python -m partnerkpi: {where}{what}"]


def _fault_lines(faults: Iterable[object], count: int) -> list[str]:
    lines = [str(fault) for fault in faults]
    further = count - len(lines)

    return [*lines, f"... and {further} more"] if further else lines


_OUTCOMES: tuple[tuple[type[BaseException], int, Callable[..., list[str]]], ...] = (
    (InputError, 1, lambda error: _fault_lines(error.faults, error.count)),
    (FormatError, 1, lambda error: [f"python -m partnerkpi: {error}"]),
    (CountOverflowError, 1, lambda error: [f"python -m partnerkpi: {error}"]),
    (MemoryError, 1, lambda _: ["python -m partnerkpi: the input does not fit into memory"]),
    (BrokenPipeError, 141, lambda _: []),
    (KeyboardInterrupt, 130, lambda _: []),
    (OSError, 2, _system_error),
    (_FilterUsageError, 2, lambda error: f"python -m partnerkpi: {error}".split("\n")),
)


class _Commands(Protocol):
    """What argparse adds commands to."""

    def add_parser(self, name: str, /, *, help: str) -> argparse.ArgumentParser:  # noqa: A002
        """Add a command."""
        ...


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m partnerkpi",
        description="Every partner figure, from one's own data.",
        epilog="Exit status: 0; 1 for faulty input; 2 for wrong usage.",
    )
    parser.add_argument("--version", action="version", version=f"partnerkpi {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_report(commands)
    _add_compare(commands)
    _add_schema(commands)

    return parser


def _add_report(commands: _Commands) -> None:
    command = commands.add_parser("report", help="the report of a portfolio, of calls, or both")
    command.set_defaults(run=_report)
    command.add_argument(
        "input",
        metavar="INPUT",
        help="a portfolio document, also gzipped; a directory with one or with the three tables,"
        " with tables of calls, or with both; a directory of the platform's answers and exports;"
        " or - for a document on standard input",
    )
    command.add_argument(
        "--as-of",
        required=True,
        type=_instant,
        metavar="INSTANT",
        help="when the figures hold, such as 2026-11-22T00:00:00Z; a bare date is midnight UTC",
    )
    command.add_argument(
        "--policy",
        nargs="+",
        action="extend",
        default=[],
        metavar="SETTING",
        help="windows and thresholds: FILE.json as a report's `policy`, or NAME=VALUE, such as"
        " window_days=60; the later one holds",
    )
    command.add_argument(
        "--where",
        metavar="FILTER",
        help="only the customers that a filter means, such as 'product:calling -tag:test'; they"
        " are each other's peers",
    )
    command.add_argument(
        "--observed-at",
        type=_instant,
        metavar="INSTANT",
        help="when answers of the platform were fetched (default: --as-of)",
    )
    command.add_argument(
        "--partner",
        metavar="ID",
        help="the id of the partner's own organization among those of the platform",
    )
    _add_reading(command)
    _add_output(command)


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--lenient",
        action="store_true",
        help="leave faulty rows out and tell them on standard error, with exit status 0",
    )
    command.add_argument(
        "--ignore-unknown-keys",
        action="store_true",
        help="pass over keys and columns that the format does not know",
    )
    command.add_argument(
        "--max-faults",
        type=_at_least(1),
        default=FAULT_CAP,
        metavar="N",
        help="how many faults to show (default %(default)s); all are counted",
    )


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=("json", "text", "html"),
        default="text",
        help="a document for programs, a page for people (default), or an HTML page in one file",
    )
    command.add_argument(
        "--rows",
        type=_rows,
        default=_UNSAID,
        metavar="N",
        help="how many rows of each table the page shows (default 10, of HTML 200), or all",
    )
    command.add_argument(
        "--width",
        type=_at_least(LEAST_WIDTH),
        default=80,
        metavar="N",
        help="how many columns the page may take (default %(default)s)",
    )
    command.add_argument(
        "--language",
        type=_language,
        default="en",
        metavar="TAG",
        help="the language of the page: en (default), fr or sr, also with a region as in fr-CA",
    )


def _add_compare(commands: _Commands) -> None:
    command = commands.add_parser("compare", help="what changed between two reports")
    command.set_defaults(run=_compare)
    command.add_argument(
        "earlier",
        metavar="EARLIER",
        help="a report document, as `report --format json` prints it, also gzipped",
    )
    command.add_argument("later", metavar="LATER", help="a later one, under the same policy")
    _add_output(command)


def _add_schema(commands: _Commands) -> None:
    command = commands.add_parser(
        "schema", help="the JSON Schema of a document that is read or written"
    )
    command.set_defaults(run=_schema)
    command.add_argument("name", metavar="NAME", help="such as portfolio@1")


def _instant(text: str) -> datetime:
    try:
        return to_datetime(parse_one(text))
    except InstantError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _language(text: str) -> str:
    from partnerkpi.present.words import words

    try:
        return words(text).language
    except (MissingExtraError, UnknownLanguageError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not text.isascii() or int(text) < least:
            msg = f"expected a whole number, {least} or more, found {text!r}"
            raise argparse.ArgumentTypeError(msg)

        return int(text)

    return number


def _rows(text: str) -> int | None:
    return None if text == "all" else _at_least(0)(text)


def _report(options: argparse.Namespace) -> None:
    policy = _policy(options.policy)
    chosen = _filter(options.where)
    inputs = _inputs(options)
    asked = inputs if chosen is None else _where(inputs, chosen, options.as_of, policy)
    found = report(
        asked.portfolio,
        calls=asked.calls,
        queue_calls=asked.queue_calls,
        as_of=options.as_of,
        policy=policy,
    )
    for table in (inputs.portfolio, inputs.calls, inputs.queue_calls):
        if table is not None:
            _tell(_fault_lines(table.faults, table.fault_count))
    _print(_said(found, options))


def _filter(text: str | None) -> Expression | None:
    """The filter, read before any file is."""
    if text is None:
        return None
    from partnerkpi.filters import parse

    try:
        return parse(text)
    except FilterError as error:
        msg = f"--where: {error}"
        raise _FilterUsageError(msg) from error


def _where(inputs: Inputs, chosen: Expression, as_of: datetime, policy: Policy) -> Inputs:
    """What is of the customers that a filter means: their calls as well."""
    from partnerkpi.filters import missing_names, where
    from partnerkpi.reports.sources import calls_of

    if inputs.portfolio is None:
        msg = "--where: there is no portfolio whose customers a filter could mean"
        raise _UsageError(msg)
    notes = missing_names(inputs.portfolio, chosen, as_of=as_of)
    _tell(f"python -m partnerkpi: --where: {note}" for note in notes)
    customers = where(inputs.portfolio, chosen, as_of=as_of, policy=policy)
    calls, queue_calls = inputs.calls, inputs.queue_calls

    return Inputs(
        portfolio=customers,
        calls=None if calls is None else calls_of(calls, [customers]),
        queue_calls=None if queue_calls is None else calls_of(queue_calls, [customers]),
    )


def _compare(options: argparse.Namespace) -> None:
    names = (options.earlier, options.later)
    earlier, later = (read_report(_source(name)) for name in names)
    _print(_said(compare(earlier, later), options))


def _said(found: Report | Comparison, options: argparse.Namespace) -> Iterable[str]:
    if options.format == "json":
        return _json(found.to_dict())
    rows = _ROWS[options.format] if options.rows == _UNSAID else options.rows
    if options.format == "text":
        return (found.to_text(width=options.width, rows=rows, language=options.language),)
    page = found.to_html(rows=rows, language=options.language)

    # ASCII, as documents: the page says its encoding, whatever that of the output is.
    return (page.encode("ascii", "xmlcharrefreplace").decode("ascii"),)


_UNSAID = -1
_ROWS: Mapping[str, int] = MappingProxyType({"text": 10, "html": 200})


def _schema(options: argparse.Namespace) -> None:
    _print(_json(schema(options.name)))


def _policy(settings: Sequence[str]) -> Policy:
    """The defaults, changed by each setting in turn."""
    values: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        values |= {name: _plain(text)} if equals and name.isidentifier() else _policy_file(setting)
    values |= {name: _number(values[name]) for name in QUALITY_LIMITS if name in values}
    try:
        return Policy.from_dict({name: _measured(name, each) for name, each in values.items()})
    except (FormatError, PolicyError) as error:
        msg = f"--policy: {error}"
        raise _UsageError(msg) from error


def _measured(name: str, value: object) -> object:
    """Limits of quality are doubles; other decimals stay the exact text that they are."""
    if isinstance(value, str) and name in _LIMITS:
        with suppress(ValueError):
            return float(value)

    return value


_LIMITS = ("poor_packet_loss_percent", "poor_latency_ms", "poor_jitter_ms")


def _plain(text: str) -> object:
    """A value as in JSON, else the text itself."""
    try:
        return _loaded(text)
    except (RecursionError, ValueError):
        return text


def _number(value: object) -> object:
    """A double where a text is one; what is none is refused by the policy."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _loaded(text: str) -> object:
    # Numbers with decimals stay texts, from which the policy makes exact fractions.
    return json.loads(text, parse_float=str, parse_constant=str)


def _policy_file(name: str) -> dict[str, object]:
    try:
        values = _loaded(Path(name).read_text("utf-8-sig"))
    except (RecursionError, ValueError) as error:
        msg = f"--policy: {name} is no JSON document: {error}"
        raise _UsageError(msg) from error
    if not isinstance(values, dict):
        msg = f"--policy: {name} is no JSON object of settings"
        raise _UsageError(msg)

    return values


def _inputs(options: argparse.Namespace) -> Inputs:
    return _exports(options) if _is_exports(options.input) else _native(options)


def _is_exports(source: str) -> bool:
    """Whether a directory holds answers or exports of the platform, and none of our own files."""
    if source == "-" or not Path(source).is_dir():
        return False
    from partnerkpi.io.directories import holds_anything
    from partnerkpi.webex import recognized

    return not holds_anything(source) and any(recognized(source).values())


def _exports(options: argparse.Namespace) -> Inputs:
    from partnerkpi import webex

    found = webex.read(
        options.input,
        observed_at=options.observed_at or options.as_of,
        partner=options.partner,
        lenient=options.lenient,
        unknown_keys="ignore" if options.ignore_unknown_keys else "refuse",
        max_faults=options.max_faults,
    )
    _tell(f"python -m partnerkpi: {note}" for note in found.notes())
    said = found.portfolio
    if (said, found.calls, found.queue_calls) == (None, None, None):
        msg = f"{options.input} holds nothing that a report speaks of"
        raise _UsageError(msg)
    if said is not None:
        missing = [f"missing of {each}" for each in said.missing[: options.max_faults]]
        _tell(_fault_lines(missing, len(said.missing)))

    return Inputs(
        portfolio=None if said is None else said.portfolio,
        calls=found.calls,
        queue_calls=found.queue_calls,
    )


def _native(options: argparse.Namespace) -> Inputs:
    with _progress(options.input) as told:
        return read_inputs(
            _source(options.input),
            lenient=options.lenient,
            unknown_keys="ignore" if options.ignore_unknown_keys else "refuse",
            max_faults=options.max_faults,
            progress=told,
        )


def _source(name: str) -> str | BinaryIO:
    if name != "-":
        return name
    if sys.stdin is None:
        msg = "there is no standard input to read"
        raise _UsageError(msg)

    return sys.stdin.buffer


@contextmanager
def _progress(source: str) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error while reading, if that is a terminal and the extra is there."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    try:
        from tqdm import tqdm
    except ImportError:
        yield None
        return
    total = _size(Path(source))
    with tqdm(total=total, desc="reading", unit="B", unit_scale=True, leave=False) as bar:
        yield lambda done: (bar.update(done - bar.n), None)[1]


_READ = ("portfolio.", "customers.", "subscriptions.", "licenses.", "calls.", "queue_calls.")


def _size(path: Path) -> int | None:
    """The bytes of what will be read, as far as can be known before."""
    with suppress(OSError):
        if path.is_dir():
            return sum(
                each.stat().st_size for each in path.iterdir() if each.name.startswith(_READ)
            )
        if path.is_file():
            return path.stat().st_size

    return None


def _json(value: object, indent: str = "") -> Iterator[str]:
    """A document as pieces of ASCII text: a row of a table in a line.

    ASCII, because it is the same in every encoding, and no name can take hold of a terminal.
    """
    inner = f"{indent}  "
    if isinstance(value, dict) and any(isinstance(each, (dict, list)) for each in value.values()):
        for number, (name, each) in enumerate(value.items()):
            yield f"{',' if number else '{'}\n{inner}{json.dumps(name)}: "
            yield from _json(each, inner)
        yield f"\n{indent}}}"
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for number, each in enumerate(value):
            yield f"{',' if number else '['}\n{inner}{json.dumps(each, allow_nan=False)}"
        yield f"\n{indent}]"
    else:
        yield json.dumps(value, allow_nan=False)


def _print(pieces: Iterable[str]) -> None:
    """Print pieces of a text, and a newline, on standard output."""
    if sys.stdout is None:
        msg = "there is no standard output to write to"
        raise _UsageError(msg)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        _close_output()
        raise


def _close_output() -> None:
    # What is left in the buffer would fail once more, loudly, when the interpreter ends.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(lines: Iterable[str]) -> None:
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.writelines(f"{printable(line)}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
