"""The command line: what it prints where, its exit status, and that it never shows a traceback."""

import builtins
import html
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from gzip import compress
from pathlib import Path

import pytest

import partnerkpi as pk
from partnerkpi.__main__ import main
from partnerkpi._instants import parse_one, to_datetime
from partnerkpi.reports.comparing import compare

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "data" / "portfolio.json"
TABLES = ROOT / "examples" / "data" / "tables"
AS_OF = "2026-11-22T00:00:00Z"
ASK = ("--as-of", AS_OF)
EMPTY = '{"format": "partnerkpi/portfolio@1", "customers": []}'


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """The example with three faults: a name, a count, and an unknown key."""
    document = json.loads(EXAMPLE.read_text("utf-8"))
    document["customers"][0]["name"] = 5
    document["customers"][1]["colour\nred"] = "no"
    document["customers"][2]["id"] = "c\x1b[2J"
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def expected_report(
    policy: pk.Policy | None = None, as_of: str = AS_OF, source: Path = EXAMPLE
) -> pk.Report:
    """The report of the example as the library makes it."""
    found = pk.read_inputs(source)
    when = to_datetime(parse_one(as_of))
    return pk.report(
        found.portfolio,
        calls=found.calls,
        queue_calls=found.queue_calls,
        as_of=when,
        policy=policy,
    )


def run(
    *arguments: str | Path, given: bytes = b"", encoding: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own, from the root of the project."""
    command = [sys.executable, "-m", "partnerkpi", *map(str, arguments)]
    environment = {**os.environ, **({"PYTHONIOENCODING": encoding} if encoding else {})}
    return subprocess.run(
        command, check=False, input=given, capture_output=True, cwd=ROOT, env=environment
    )


def test_the_text_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a format the page is printed, and a newline."""
    assert 0 == main(["report", str(EXAMPLE), *ASK])

    assert expected_report().to_text() + "\n" == capsys.readouterr().out


@pytest.mark.parametrize("source", [EXAMPLE, TABLES, TABLES.parent / "portfolio.json"])
def test_the_json_is_the_document(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is `Report.to_dict()`: of a document and of a directory of tables."""
    assert 0 == main(["report", str(source), *ASK, "--format", "json"])

    assert expected_report(source=source).to_dict() == json.loads(capsys.readouterr().out)


def test_the_json_is_the_same_each_time_and_everywhere() -> None:
    """ASCII bytes with a newline at the end, in any encoding of the terminal."""
    printed = [
        run("report", EXAMPLE, *ASK, "--format", "json", encoding=name)
        for name in ("utf-8", "latin-1", "ascii")
    ]
    outputs = {done.stdout for done in printed}

    assert 1 == len(outputs)
    assert [0, 0, 0] == [done.returncode for done in printed]
    assert outputs.pop().decode("ascii").endswith("\n}\n")


def test_rows_of_tables_stand_in_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    """Two documents can be compared line by line."""
    main(["report", str(EXAMPLE), *ASK, "--format", "json"])
    lines = capsys.readouterr().out.splitlines()

    assert 1 == len([line for line in lines if '"badge"' in line and '"c-1001"' in line])


def test_a_page_on_a_terminal_that_knows_ascii_only() -> None:
    """Letters that it cannot show are written as escapes."""
    done = run("report", EXAMPLE, *ASK, encoding="ascii")

    assert 0 == done.returncode
    assert b"\\xc9rabli\\xe8re Saint-Ours" in done.stdout


def test_the_html_is_the_page_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    """The page with 200 rows of each table, other letters as references, in any encoding."""
    assert 0 == main(["report", str(EXAMPLE), *ASK, "--format", "html", "--language", "en"])
    printed = capsys.readouterr().out
    elsewhere = run("report", EXAMPLE, *ASK, "--format", "html", encoding="latin-1")

    assert html.unescape(expected_report().to_html()) + "\n" == html.unescape(printed)
    assert printed.isascii()
    assert printed.encode() == elsewhere.stdout


@pytest.mark.parametrize(("rows", "count"), [("3", 3), ("all", None), ("0", 0)])
def test_rows_of_the_html(rows: str, count: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Of HTML as of text, `--rows` says how many rows are shown."""
    assert 0 == main(["report", str(EXAMPLE), *ASK, "--format", "html", "--rows", rows])
    expected = expected_report().to_html(rows=count)

    assert html.unescape(expected) + "\n" == html.unescape(capsys.readouterr().out)


def test_a_comparison_as_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two documents compared are a page as well."""
    path = tmp_path / "report.json"
    report = expected_report()
    path.write_text(json.dumps(report.to_dict()), "utf-8")
    assert 0 == main(["compare", str(path), str(path), "--format", "html"])
    expected = compare(report, report).to_html()

    assert html.unescape(expected) + "\n" == html.unescape(capsys.readouterr().out)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_document_on_standard_input(packed: bool) -> None:
    """`-` reads a document from standard input, gzipped or not."""
    document = EXAMPLE.read_bytes()
    done = run("report", "-", *ASK, given=compress(document) if packed else document)

    assert (0, b"") == (done.returncode, done.stderr)
    assert expected_report().to_text() + "\n" == done.stdout.decode("utf-8")


def test_rows_and_width(capsys: pytest.CaptureFixture[str]) -> None:
    """`--rows` and `--width` reach the page."""
    assert 0 == main(["report", str(EXAMPLE), *ASK, "--rows", "all", "--width", "120"])
    assert expected_report().to_text(rows=None, width=120) + "\n" == capsys.readouterr().out

    assert 0 == main(["report", str(EXAMPLE), *ASK, "--rows", "0"])
    assert expected_report().to_text(rows=0) + "\n" == capsys.readouterr().out


def test_settings_of_the_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings come from files and by name, the later ones hold; decimals stay exact."""
    path = tmp_path / "policy.json"
    path.write_text('{"window_days": 30, "inactivity_days": 10, "size_bands": [1, 50]}', "utf-8")
    settings = ["window_days=60", "low_assignment_fraction=0.1", "auto_renewing_expires=true"]
    rule = 'low_assignment_rule={"rule": "fixed_rate", "rate": "2/5"}'
    level = 'service_level={"threshold_ms": 30000, "formula": "answered_only"}'
    calls = ["poor_latency_ms=250.5", "usage_bands=[1, 5, 20]", "short_abandon_ms=5000", level]
    policy = ["--policy", str(path), *settings, "--policy", rule, "--policy", *calls]
    arguments = [*policy, "--format", "json"]

    assert 0 == main(["report", str(EXAMPLE), *ASK, *arguments])

    expected = {
        "expiring_soon_days": 30,
        "window_days": 60,
        "inactivity_days": 10,
        "auto_renewing_expires": True,
        "low_assignment_fraction": "1/10",
        "low_assignment_min_peers": 5,
        "low_assignment_rule": {"rule": "fixed_rate", "rate": "2/5"},
        "size_bands": [1, 50],
        "trend_weeks": 8,
        "usage_bands": [1, 5, 20],
        "poor_packet_loss_percent": 5.0,
        "poor_latency_ms": 250.5,
        "poor_jitter_ms": 150.0,
        "service_level": {
            "threshold_ms": 30_000,
            "inclusive": True,
            "formula": "answered_only",
        },
        "short_abandon_ms": 5000,
    }
    assert expected == json.loads(capsys.readouterr().out)["policy"]


def test_a_policy_of_a_report_can_be_taken_over(tmp_path: Path) -> None:
    """What a report document says under `policy` is a file for `--policy`."""
    policy = pk.Policy(window_days=45, low_assignment_rule=pk.policy.PeerQuantile("1/4"))
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(policy.to_dict()), "utf-8")
    done = run("report", EXAMPLE, *ASK, "--policy", path)

    assert expected_report(policy=policy).to_text() + "\n" == done.stdout.decode("utf-8")


def test_faults_are_told_one_a_line(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Faulty input: status 1, nothing on standard output, each fault with its place in a line."""
    assert 1 == main(["report", str(faulty), *ASK])

    printed = capsys.readouterr()
    assert "" == printed.out
    name, key, identity = printed.err.splitlines()
    assert f"{faulty}, customers[0].name: expected a text, found 5" == name
    assert key.startswith(f"{faulty}, customers[1]['colour\\nred']: expected a known key")
    assert identity.startswith(f"{faulty}, customers[2].id: expected a text without control")
    assert identity.endswith("found 'c\\x1b[2J'")


def test_faults_beyond_the_cap_are_counted(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--max-faults` shows so many, and says how many more there are."""
    assert 1 == main(["report", str(faulty), *ASK, "--max-faults", "1"])

    lines = capsys.readouterr().err.splitlines()
    assert 2 == len(lines)
    assert "... and 2 more" == lines[1]


def test_lenient_reading(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0; the report of what is left on standard output, the faults on standard error."""
    arguments = ["report", str(faulty), *ASK, "--lenient", "--format", "json"]

    assert 0 == main(arguments)

    printed = capsys.readouterr()
    assert 3 == len(printed.err.splitlines())
    assert 49 == len(json.loads(printed.out)["customers"])


def test_unknown_keys_can_be_passed_over(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--ignore-unknown-keys` leaves only the other faults."""
    assert 1 == main(["report", str(faulty), *ASK, "--ignore-unknown-keys"])

    assert 2 == len(capsys.readouterr().err.splitlines())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "well-formed JSON"),
        (b"\x00\xff" * 50_000, "expected"),
        (b"[" * 200_000, "expected"),
        (b"\x1f\x8b\x08\x00garbage", "gzip"),
        (EMPTY.encode("utf-16"), "UTF-16"),
        (b'{"format": "partnerkpi/portfolio@9", "customers": []}', "partnerkpi/portfolio@1"),
        (b"9" * 10_000, "expected"),
    ],
    ids=["empty", "bytes", "deep", "gzip", "utf-16", "format", "digits"],
)
def test_garbage(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a file holds is refused in words."""
    path = tmp_path / "garbage.json"
    path.write_bytes(content)

    assert 1 == main(["report", str(path), *ASK])
    assert words in capsys.readouterr().err


def test_a_directory_without_a_portfolio(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is faulty input: what it should hold is said."""
    assert 1 == main(["report", str(tmp_path), *ASK])

    assert "portfolio.json or the tables" in capsys.readouterr().err


def test_a_sum_beyond_64_bits_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing wraps, and no traceback tells so."""
    lines = [
        {"product": "calling", "name": f"n{number}", "total": 2**53 - 1, "assigned": 0}
        for number in range(1100)
    ]
    subscription = {
        "id": "s-1",
        "kind": "trial",
        "added_at": "2026-11-01",
        "licenses": lines,
    }
    customer = {"id": "c-1", "name": "A", "subscriptions": [subscription]}
    path = tmp_path / "huge.json"
    path.write_text(json.dumps({**json.loads(EMPTY), "customers": [customer]}), "utf-8")

    assert 1 == main(["report", str(path), *ASK])
    assert "64 bits" in capsys.readouterr().err


WRONG_USES: Mapping[str, tuple[Sequence[str], str]] = {
    "no command": ([], "COMMAND"),
    "unknown command": (["repport"], "invalid choice"),
    "no instant": (["report", str(EXAMPLE)], "--as-of"),
    "naive instant": (["report", str(EXAMPLE), "--as-of", "2026-11-22T00:00:00"], "naive"),
    "no such day": (["report", str(EXAMPLE), "--as-of", "2026-02-30"], "2026-02-30"),
    "too late": (["report", str(EXAMPLE), "--as-of", "2201-01-01"], "2200-01-01"),
    "unknown option": (["report", str(EXAMPLE), *ASK, "--leniant"], "--leniant"),
    "unknown format": (["report", str(EXAMPLE), *ASK, "--format", "xml"], "xml"),
    "rows": (["report", str(EXAMPLE), *ASK, "--rows", "-1"], "whole number, 0 or more"),
    "width": (["report", str(EXAMPLE), *ASK, "--width", "39"], "whole number, 40 or more"),
    "no faults": (["report", str(EXAMPLE), *ASK, "--max-faults", "0"], "1 or more"),
    "many digits": (["report", str(EXAMPLE), *ASK, "--rows", "9" * 5000], "--rows"),
}


@pytest.mark.parametrize("case", WRONG_USES)
def test_wrong_usage(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, with the usage and what is wrong."""
    arguments, words = WRONG_USES[case]

    with pytest.raises(SystemExit, check=lambda error: error.code == 2):
        main(arguments)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("windowdays=3", "no policy setting is called 'windowdays'"),
        ("window_days=-1", "window_days must be a whole number, 0 or more, not -1"),
        ("window_days=1.0", "window_days must be a whole number"),
        ("window_days=", "window_days must be a whole number"),
        ("auto_renewing_expires=1", "auto_renewing_expires must be true or false"),
        ("low_assignment_fraction=1/0", "a fraction such as 1/2, not '1/0'"),
        ("low_assignment_fraction=NaN", "a fraction such as 1/2, not 'NaN'"),
        ("size_bands=3", "size_bands must be rising whole numbers"),
        ('size_bands=[1, "a"]', "size_bands must be rising whole numbers"),
        ("low_assignment_rule=peer_median", "known are peer_median"),
        ('low_assignment_rule={"rule": ["x"]}', "no low-assignment rule is called ['x']"),
        ('low_assignment_rule={"rule": "fixed_rate", "x": 1}', "takes other settings"),
        ("no/such/policy.json", "no/such/policy.json: No such file"),
        (str(ROOT / "LICENSE"), "is no JSON document"),
        (str(TABLES), "Is a directory"),
    ],
)
def test_a_policy_that_cannot_be(
    setting: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown settings, values out of range and unreadable files: status 2, in one sentence."""
    assert 2 == main(["report", str(EXAMPLE), *ASK, "--policy", setting])

    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_a_policy_file_without_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list is no set of settings."""
    path = tmp_path / "policy.json"
    path.write_text("[1]", "utf-8")

    assert 2 == main(["report", str(EXAMPLE), *ASK, "--policy", str(path)])
    assert "is no JSON object of settings" in capsys.readouterr().err


def test_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and a sentence that names it, its control characters written out."""
    assert 2 == main(["report", "no\nsuch.json", *ASK])

    assert "python -m partnerkpi: no\\nsuch.json: No such file or directory\n" == (
        capsys.readouterr().err
    )


def test_a_file_that_may_not_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the operating system refuses is said in its words, status 2."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "secret.json")

    monkeypatch.setattr(builtins, "open", refuse)
    assert 2 == main(["report", "secret.json", *ASK])

    assert "python -m partnerkpi: secret.json: Permission denied\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (MemoryError(), 1, "does not fit into memory"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 141, ""),
        (OSError("odd"), 2, "odd"),
        (pk.errors.FormatError("no such format"), 1, "no such format"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_can_happen_while_reading(
    error: BaseException,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each kind of failure has its exit status and at most one sentence."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("partnerkpi.__main__.read_inputs", fail)
    assert status == main(["report", str(EXAMPLE), *ASK])

    lines = capsys.readouterr().err.splitlines()
    assert [words] == [words for line in lines if words in line] or not words


def test_an_interrupted_run_ends_with_130(tmp_path: Path) -> None:
    """Ctrl-C while waiting for input: no traceback."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Whoever starts the tests may have told them to ignore the interrupt: this one listens.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program = listening + "import runpy; runpy.run_module('partnerkpi', run_name='__main__')"
    command = [sys.executable, "-c", program, "report", str(pipe), *ASK]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # Opening waits until the other side reads, so that it is past its imports by then.
    with running as process, pipe.open("wb"):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert (130, b"", b"") == (process.returncode, out, err)


def test_whoever_reads_the_output_may_stop(tmp_path: Path) -> None:
    """A broken pipe is no error to be told of; more is written than any pipe holds."""
    document = json.loads(EXAMPLE.read_text("utf-8"))
    first = document["customers"][0]
    document["customers"] = [
        {**first, "id": f"c-{number}", "subscriptions": []} for number in range(5000)
    ]
    path = tmp_path / "many.json"
    path.write_text(json.dumps(document), "utf-8")
    command = [sys.executable, "-m", "partnerkpi", "report", str(path), *ASK, "--rows", "all"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        told = process.stderr.read()

    assert (141, b"") == (process.returncode, told)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no such device")
def test_a_full_disk() -> None:
    """What cannot be written is said, status 2, and not once more at the end."""
    command = [sys.executable, "-m", "partnerkpi", "report", str(EXAMPLE), *ASK]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE)

    assert 2 == done.returncode
    assert b"python -m partnerkpi: No space left on device\n" == done.stderr


@pytest.mark.parametrize(
    ("stream", "arguments", "words"),
    [
        ("stdin", ["report", "-", *ASK], "there is no standard input"),
        ("stdout", ["report", str(EXAMPLE), *ASK], "there is no standard output"),
    ],
)
def test_a_stream_that_is_not_there(
    stream: str,
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where there is no stream to read from or write to, that is said."""
    monkeypatch.setattr(sys, stream, None)

    assert 2 == main(arguments)
    assert words in capsys.readouterr().err


QUEUE_CALLS = """customer_id,call_id,queue_id,entered_at,wait_ms,outcome
c-1001,k-1,Q1,2026-11-16T09:30:00Z,5000,answered
c-1001,k-2,Q1,2026-11-16T09:31:00Z,-1,answered
c-1005,k-3,Q1,2026-11-16T09:32:00Z,7000,lost
c-9001,k-4,Q1,2026-11-16T09:33:00Z,9000,abandoned
"""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A directory with nothing but queue calls, two of them faulty."""
    tmp_path.joinpath("queue_calls.csv").write_text(QUEUE_CALLS, "utf-8")
    return tmp_path


def test_faults_of_calls_are_told(calls: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its file and line; strict reading ends there."""
    assert 1 == main(["report", str(calls), *ASK])

    lines = capsys.readouterr().err.splitlines()
    assert [3, 4] == [int(line.partition("line ")[2].partition(",")[0]) for line in lines]


def test_calls_are_read_leniently(calls: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The row with the negative wait is left out, that with the odd outcome counts as unknown."""
    assert 0 == main(["report", str(calls), *ASK, "--lenient", "--format", "json"])

    printed = capsys.readouterr()
    found = json.loads(printed.out)["calling"]["queues"]
    assert (3, 1) == (found["offered"], found["outcomes"]["unknown"])
    assert 2 == len(printed.err.splitlines())


def test_a_filter_means_the_calls_as_well(calls: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the calls of the customers asked for are counted."""
    calls.joinpath("portfolio.json").write_bytes(EXAMPLE.read_bytes())
    narrowed = ["--where", "id:c-1001", "--lenient", "--format", "json"]
    assert 0 == main(["report", str(calls), *ASK, *narrowed])

    found = json.loads(capsys.readouterr().out)
    assert ["c-1001"] == [row["customer_id"] for row in found["customers"]]
    assert 1 == found["calling"]["queues"]["offered"]


def test_a_filter_needs_a_portfolio(calls: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of calls alone there are no customers that it could mean."""
    assert 2 == main(["report", str(calls), *ASK, "--lenient", "--where", "tag:gold"])
    assert "there is no portfolio" in capsys.readouterr().err


def test_a_host_may_put_its_own_stream_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed goes to whatever stands where standard output does."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)

    assert 0 == main(["report", str(EXAMPLE), *ASK, "--format", "json"])
    assert expected_report().to_dict() == json.loads(stream.getvalue())


def test_without_standard_error_the_status_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody hears the sentence; the exit status still tells."""
    monkeypatch.setattr(sys, "stderr", None)

    assert 2 == main(["report", "nowhere.json", *ASK])


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error as a terminal; no fixture, as pytest puts its own back before the test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


@pytest.mark.parametrize("source", [EXAMPLE, TABLES], ids=["document", "tables"])
def test_a_bar_while_reading(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal a bar shows how much was read, and takes nothing from the output."""
    told = terminal(monkeypatch)

    assert 0 == main(["report", str(source), *ASK])

    assert "reading" in told.getvalue()
    assert expected_report(source=source).to_text() + "\n" == capsys.readouterr().out


def test_a_bar_without_a_known_size(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of standard input nobody knows the size before."""
    told = terminal(monkeypatch)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(EMPTY.encode())))

    assert 0 == main(["report", "-", *ASK])
    assert "reading" in told.getvalue()
    assert capsys.readouterr().out.startswith("Partner report\n")


def test_no_bar_without_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `tqdm` everything else is as before."""
    told = terminal(monkeypatch)
    monkeypatch.setitem(sys.modules, "tqdm", None)

    assert 0 == main(["report", str(EXAMPLE), *ASK])
    assert "" == told.getvalue()
    assert capsys.readouterr().out.startswith("Partner report\n")


def test_no_bar_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A log file does not fill up with bars."""
    assert 0 == main(["report", str(EXAMPLE), *ASK])

    assert "" == capsys.readouterr().err


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, Path]:
    """The example's reports of a week earlier and of today, as documents."""
    paths = tmp_path / "earlier.json", tmp_path / "later.json"
    for path, as_of in zip(paths, ("2026-11-15", "2026-11-22"), strict=True):
        path.write_text(json.dumps(expected_report(as_of=as_of).to_dict()), "utf-8")
    return paths


@pytest.mark.parametrize("format_", ["text", "json"])
def test_two_reports_compared(
    format_: str, stored: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """`compare` prints what the library says of two stored reports."""
    expected = compare(expected_report(as_of="2026-11-15"), expected_report())

    assert 0 == main(["compare", *map(str, stored), "--format", format_])

    out = capsys.readouterr().out
    if format_ == "json":
        assert expected.to_dict() == json.loads(out)
    else:
        assert expected.to_text() + "\n" == out


def test_what_report_prints_can_be_compared(stored: tuple[Path, Path]) -> None:
    """The output of `report --format json` is an input of `compare`, also through a pipe."""
    printed = run("report", EXAMPLE, *ASK, "--format", "json")
    done = run("compare", stored[0], "-", given=printed.stdout)

    assert (0, b"") == (done.returncode, done.stderr)
    assert done.stdout.startswith(b"What changed\n2026-11-15 to 2026-11-22\n")


def test_reports_that_cannot_be_compared(
    stored: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other policies and reports in the wrong order are wrong usage; no report is faulty input."""
    other = tmp_path / "other.json"
    other.write_text(json.dumps(expected_report(pk.Policy(window_days=9)).to_dict()), "utf-8")

    assert 2 == main(["compare", str(stored[0]), str(other)])
    assert "window_days" in capsys.readouterr().err
    assert 2 == main(["compare", str(stored[1]), str(stored[0])])
    assert 1 == main(["compare", str(stored[0]), str(EXAMPLE)])
    assert "partnerkpi/report@1" in capsys.readouterr().err


def test_the_schema_of_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    """`schema` prints the JSON Schema that the library gives."""
    assert 0 == main(["schema", "portfolio@1"])

    assert pk.schema("portfolio@1") == json.loads(capsys.readouterr().out)


def test_the_schema_of_no_document(capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest name is offered, status 2."""
    assert 2 == main(["schema", "portfoloi@1"])

    assert "did you mean 'portfolio@1'?" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints name and version, status 0."""
    with pytest.raises(SystemExit, check=lambda error: error.code == 0):
        main(["--version"])

    assert f"partnerkpi {pk.__version__}\n" == capsys.readouterr().out


def test_run_as_a_module() -> None:
    """`python -m partnerkpi` is the command line, its exit status that of the command."""
    done = run("report", "nowhere.json", *ASK)

    assert 2 == done.returncode
    assert b"python -m partnerkpi: nowhere.json: No such file or directory\n" == done.stderr


def test_make_run_shows_the_example() -> None:
    """The arguments that the Makefile hands over work."""
    makefile = ROOT.joinpath("Makefile").read_text("utf-8")
    (arguments,) = (
        line.partition("?=")[2].split() for line in makefile.splitlines() if "REPORT ?=" in line
    )
    done = run(*arguments)

    assert (0, b"") == (done.returncode, done.stderr)
    assert done.stdout.startswith(b"Partner report\nas of 2026-11-22T00:00:00Z\n")


def test_where_chooses_customers(capsys: pytest.CaptureFixture[str]) -> None:
    """The report is that of the customers that the filter means."""
    assert 0 == main(["report", str(EXAMPLE), *ASK, "--where", "tag:gold -attr.region:apac"])

    when = to_datetime(parse_one(AS_OF))
    chosen = pk.where(pk.read(EXAMPLE), "tag:gold -attr.region:apac", as_of=when)
    printed = capsys.readouterr()
    assert pk.report(chosen, as_of=when).to_text() + "\n" == printed.out
    assert "" == printed.err


def test_where_follows_the_policy(capsys: pytest.CaptureFixture[str]) -> None:
    """Statuses in a filter are those under the policy of the report."""
    settings = ["--policy", "expiring_soon_days=90", "--where", "status:expiring_soon"]
    assert 0 == main(["report", str(EXAMPLE), *ASK, "--format", "json", *settings])

    rows = json.loads(capsys.readouterr().out)["customers"]
    assert rows
    assert all("expiring_soon" in row["statuses"] for row in rows)


def test_names_that_nobody_has_are_noted(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in a filter is told on standard error; the report is none the less right."""
    assert 0 == main(["report", str(EXAMPLE), *ASK, "--where", "tag:glod OR attr.regoin:x"])

    assert [
        "python -m partnerkpi: --where: no tag is called 'glod'; did you mean 'gold'?",
        "python -m partnerkpi: --where: no attribute is called 'regoin'; did you mean 'region'?",
    ] == capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "tag:gold stauts:trial",
            [
                "--where: character 10: expected a field, found 'stauts'; did you mean 'status'?",
                "  tag:gold stauts:trial",
                "           ^^^^^^",
            ],
        ),
        (
            "a b OR c",
            [
                "--where: character 5: expected parentheses, as this OR reads in two ways",
                "  a b OR c",
                "      ^^",
                "either",
                "  (a b) OR c",
                "or",
                "  a (b OR c)",
            ],
        ),
        (
            "\x1b[2J",
            [
                (
                    "--where: character 1: expected a text without control characters or lone"
                    " surrogates, found '\\x1b[2J'"
                ),
                "  \ufffd[2J",
                "  ^^^^",
            ],
        ),
    ],
)
def test_a_faulty_filter_is_wrong_usage(
    text: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told with the place under it, before anything is read, and nothing is printed."""
    assert 2 == main(["report", "nowhere.json", *ASK, "--where", text])

    printed = capsys.readouterr()
    assert "" == printed.out
    assert expected == printed.err.removeprefix("python -m partnerkpi: ").splitlines()
