"""Reports read back from their documents: the same figures and tables, and what is refused."""

import gzip
import io
import json
from copy import deepcopy
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import FormatError, InputError, RecordsMissingError, UnknownNameError
from partnerkpi.kpi import Figure, Table
from partnerkpi.policy import BenchmarkRates, FixedRate, LowAssignmentRule, PeerQuantile, PeerRates
from partnerkpi.reports.document import SECTION_NAMES, figures_of
from tests.library import policy_of, portfolio_of
from tests.own_figures import Named, Nothing, Tagged
from tests.strategies import Case, Document, cases

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
OWN = (Named(), Tagged(), Nothing())
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "data" / "portfolio.json"
RULES: tuple[LowAssignmentRule, ...] = (
    PeerQuantile(Fraction(1, 4)),
    FixedRate(Fraction(1, 3)),
    BenchmarkRates({1: Fraction(3, 5), 100: Fraction(4, 5)}),
)


class AtMost:
    """A low-assignment rule of one's own, with a setting that is no fraction."""

    def __init__(self, *, percent: float, note: dict[str, list[int]]) -> None:
        """Low is below so many percent."""
        self.percent = percent
        self.note = note

    def threshold(self, _peers: PeerRates, _fraction: Fraction, /) -> Fraction | None:
        """The rate."""
        return Fraction(self.percent) / 100

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "at_most", "percent": self.percent, "note": self.note}


def report_of(case: Case, *own: Any) -> pk.Report:
    """The report on a case, with figures of one's own."""
    policy = policy_of(case.policy)

    return pk.report(portfolio_of(case.document), as_of=case.as_of, policy=policy, figures=own)


@pytest.fixture(scope="module")
def live() -> pk.Report:
    """The report on the example portfolio."""
    return pk.report(pk.read(EXAMPLE), as_of=AS_OF, figures=OWN)


@pytest.fixture(scope="module")
def stored(live: pk.Report) -> pk.Report:
    """The same, read back."""
    return pk.Report.from_dict(live.to_dict())


@pytest.fixture(scope="module")
def small() -> Document:
    """The document of a small report in which no section is empty."""
    source = Path(__file__).resolve().parent / "conformance" / "cases" / "01-mixed"
    as_of = datetime.fromisoformat((source / "as_of.txt").read_text("ascii").strip())
    report = pk.report(pk.read(source / "portfolio.json"), as_of=as_of, figures=OWN)
    copied: Document = json.loads(json.dumps(report.to_dict()))

    return copied


@pytest.fixture
def document(live: pk.Report) -> Document:
    """Its document, to be changed."""
    copied: Document = json.loads(json.dumps(live.to_dict()))

    return copied


def packed(document: object) -> io.BytesIO:
    """A document as gzipped JSON."""
    return io.BytesIO(gzip.compress(json.dumps(document).encode(), mtime=0))


# What comes back


@given(cases(max_customers=6), st.sampled_from([(), OWN]))
def test_a_document_reads_back_to_itself(case: Case, own: tuple[Any, ...]) -> None:
    """As mappings and as JSON text, with figures of one's own or without."""
    expected = report_of(case, *own).to_dict()

    assert expected == pk.Report.from_dict(expected).to_dict()
    assert expected == pk.read_report(packed(expected)).to_dict()


def test_a_report_reads_back_from_a_path(tmp_path: Path, live: pk.Report) -> None:
    """Plain, or gzipped."""
    text = json.dumps(live.to_dict()).encode()
    (tmp_path / "plain.json").write_bytes(text)
    (tmp_path / "packed.json.gz").write_bytes(gzip.compress(text, mtime=0))

    assert live.to_dict() == pk.read_report(tmp_path / "plain.json").to_dict()
    assert live.to_dict() == pk.read_report(tmp_path / "packed.json.gz").to_dict()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_the_rules_of_the_library_read_back(rule: LowAssignmentRule) -> None:
    """With their exact fractions."""
    policy = pk.Policy(low_assignment_rule=rule, low_assignment_fraction=Fraction(2, 7))
    report = pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF, policy=policy)

    assert policy == pk.read_report(packed(report.to_dict())).policy


def test_a_rule_of_ones_own_reads_back_when_it_is_named() -> None:
    """From JSON too, where a double of its settings stays the double that it is."""
    rule = AtMost(percent=12.5, note={"bands": [1, 2]})
    report = pk.report(
        pk.Portfolio.from_customers([]), as_of=AS_OF, policy=pk.Policy(low_assignment_rule=rule)
    )
    document = report.to_dict()
    rules: Any = {"at_most": AtMost}

    assert document == pk.Report.from_dict(document, rules).to_dict()
    assert document == pk.read_report(packed(document), rules=rules).to_dict()
    with pytest.raises(FormatError, match="no low-assignment rule is called 'at_most'"):
        pk.Report.from_dict(document)


def test_figures_far_beyond_64_bits_read_back() -> None:
    """A figure of one's own may be any whole number, in JSON too."""
    document = pk.report(
        pk.Portfolio.from_customers([]), as_of=AS_OF, figures=[Tagged(), Named()]
    ).to_dict()
    document["figures"]["tagged"]["value"] = -(10**40)
    ratio = {"numerator": 10**40, "denominator": -(10**39), "value": -10.0}
    document["figures"]["named"]["value"] = ratio

    assert document == pk.read_report(packed(document)).to_dict()


@pytest.mark.parametrize(
    "as_of", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)]
)
def test_the_first_and_last_instant_read_back(as_of: datetime) -> None:
    """Also where the weeks of the trend lie before 1970."""
    expected = pk.report(pk.Portfolio.from_customers([]), as_of=as_of).to_dict()

    assert expected == pk.read_report(packed(expected)).to_dict()


def test_any_order_of_rows_reads(live: pk.Report, document: Document) -> None:
    """Tables order themselves."""
    document["customers"].reverse()
    document["licenses"]["calling"]["recently_added"]["rows"].reverse()

    assert live.to_dict() == pk.Report.from_dict(document).to_dict()


def test_ratios_written_without_a_fraction_read() -> None:
    """Another language writes 1.0 as 1."""
    line = {"product": "calling", "name": "Pro", "total": 4, "assigned": 4}
    subscription = {"id": "S", "kind": "trial", "added_at": "2026-01-01", "ends_at": "2026-12-01"}
    customer = {"id": "c", "name": "C", "subscriptions": [{**subscription, "licenses": [line]}]}
    document = pk.report(portfolio_of({"customers": [customer]}), as_of=AS_OF).to_dict()
    document["licenses"]["calling"]["expiring"]["assignment"]["value"] = 1

    expected = {"numerator": 4, "denominator": 4, "value": 1.0}
    read = pk.read_report(packed(document)).licenses["calling"].expiring.assignment.value

    assert expected == read.to_dict()


# What it can still say


def sections_of(report: pk.Report) -> dict[str, Any]:
    """Every section by product and name."""
    return {
        f"{code} {name}": getattr(sections, name)
        for code, sections in report.licenses.items()
        for name in SECTION_NAMES
    }


def test_tables_work_fully(live: pk.Report, stored: pk.Report) -> None:
    """Pages, any order, columns: every table of the stored report gives what the live one does."""
    tables: list[tuple[Table[Any], Table[Any]]] = [(live.customers, stored.customers)]
    pairs = zip(sections_of(live).values(), sections_of(stored).values(), strict=True)
    tables += [(mine.rows, theirs.rows) for mine, theirs in pairs]

    for mine, theirs in tables:
        assert list(mine) == list(theirs)
        assert list(mine[1:4]) == list(theirs[1:4])
        for column in mine.definition.columns:
            for descending in (False, True):
                expected = mine.sorted_by(column.name, descending=descending)
                actual = theirs.sorted_by(column.name, descending=descending)
                assert list(expected) == list(actual)


def test_section_figures_know_their_members(live: pk.Report, stored: pk.Report) -> None:
    """The customers or subscriptions of the rows."""
    mine, theirs = sections_of(live), sections_of(stored)
    for name, section in mine.items():
        expected = {each: list(one.members) for each, one in figures_of(section).items()}
        actual = {each: list(one.members) for each, one in figures_of(theirs[name]).items()}

        assert expected == actual


def test_definitions_and_terms_are_those_of_the_live_report(
    live: pk.Report, stored: pk.Report
) -> None:
    """Every figure means the same, at the same instant, under the same policy."""

    def terms(figure: Figure[Any]) -> tuple[object, ...]:
        return figure.value, figure.definition, figure.as_of, figure.policy

    for name in live.overview.__attrs_attrs__:
        expected = terms(getattr(live.overview, name.name))
        assert expected == terms(getattr(stored.overview, name.name))
    assert ["named", "tagged", "nothing"] == list(stored.figures)
    assert Named().definition.title == stored.figures["named"].definition.title


def test_why_answers_for_customers_in_the_rows(live: pk.Report, stored: pk.Report) -> None:
    """Those are counted; what would explain the others is not here."""
    section = stored.licenses["calling"].expiring
    counted = section.rows[0].customer_id
    others = set(live.customers.column("customer_id")) - set(section.customers.members)

    assert section.customers.why(counted).counted
    with pytest.raises(RecordsMissingError, match=f"would explain '{min(others)}' are not here"):
        section.customers.why(min(others))


def test_the_overview_does_not_know_its_members(stored: pk.Report) -> None:
    """Nor do figures of one's own."""
    figures: list[Figure[Any]] = [*figures_of(stored.overview).values(), *stored.figures.values()]

    assert 8 == len(figures)
    for figure in figures:
        with pytest.raises(RecordsMissingError):
            _ = figure.members
        with pytest.raises(RecordsMissingError):
            figure.why("c-1")


def test_there_are_no_segments(stored: pk.Report) -> None:
    """The customers' records are not in the document."""
    with pytest.raises(RecordsMissingError):
        stored.by("tag")
    assert stored.state is None


def test_tables_still_refuse_unknown_columns(stored: pk.Report) -> None:
    """Naming the nearest."""
    with pytest.raises(UnknownNameError, match="did you mean 'customer_id'"):
        stored.customers.column("customers_id")


# What is refused

EXPIRING = "licenses.calling.expiring"
SECTIONS_OF_CALLING = ("features", "quality", "queues", "usage", "week")
LEVEL = ("formula", "inclusive", "threshold_ms")
FAULTY: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("as_of", "2026-11-22", ("as_of",)),
    ("as_of", "2026-11-22T00:00:00+00:00", ("as_of",)),
    ("as_of", "2026-11-22T00:00:00.000Z", ("as_of",)),
    ("as_of", "2026-11-22T00:00:00", ("as_of",)),
    ("as_of", 5, ("as_of",)),
    ("policy", None, ("policy",)),
    ("policy.window_days", "90", ("policy.window_days",)),
    ("policy.window_days", 90.0, ("policy.window_days",)),
    ("policy.window_days", True, ("policy.window_days",)),
    ("policy.window_days", -1, ("policy.window_days",)),
    ("policy.auto_renewing_expires", 0, ("policy.auto_renewing_expires",)),
    ("policy.low_assignment_fraction", 0.5, ("policy.low_assignment_fraction",)),
    ("policy.low_assignment_fraction", "2/4", ("policy.low_assignment_fraction",)),
    ("policy.low_assignment_fraction", "1/0", ("policy.low_assignment_fraction",)),
    ("policy.low_assignment_fraction", "-1/2", ("policy.low_assignment_fraction",)),
    ("policy.low_assignment_rule", "peer_median", ("policy.low_assignment_rule",)),
    (
        "policy.low_assignment_rule",
        {"rule": "peer_quantile", "quantile": 0.25},
        ("policy.low_assignment_rule",),
    ),
    (
        "policy.low_assignment_rule",
        {"rule": "peer_quantile", "quantile": "5/4"},
        ("policy.low_assignment_rule",),
    ),
    (
        "policy.low_assignment_rule",
        {"rule": "peer_quantile", "quantile": "2/8"},
        ("policy.low_assignment_rule",),
    ),
    (
        "policy.low_assignment_rule",
        {"rule": "fixed_rate", "rate": "1/0"},
        ("policy.low_assignment_rule",),
    ),
    (
        "policy.low_assignment_rule",
        {"rule": "fixed_rate", "rates": "1/2"},
        ("policy.low_assignment_rule",),
    ),
    (
        "policy.low_assignment_rule",
        {"rule": "benchmark_rates", "rates": [[True, "1/2"]]},
        ("policy.low_assignment_rule",),
    ),
    ("policy.size_bands", "123", ("policy.size_bands",)),
    ("policy.size_bands", [1, True], ("policy.size_bands",)),
    ("policy.size_bands", [5, 1], ("policy.size_bands",)),
    ("policy.usage_bands", 11, ("policy.usage_bands",)),
    ("policy.usage_bands", [1, 11, 11], ("policy.usage_bands",)),
    ("policy.poor_jitter_ms", "150", ("policy.poor_jitter_ms",)),
    ("policy.poor_jitter_ms", True, ("policy.poor_jitter_ms",)),
    ("policy.poor_latency_ms", -0.5, ("policy.poor_latency_ms",)),
    ("policy.poor_latency_ms", 10**400, ("policy.poor_latency_ms",)),
    ("policy.short_abandon_ms", 0.0, ("policy.short_abandon_ms",)),
    ("policy.short_abandon_ms", 2**53, ("policy.short_abandon_ms",)),
    ("policy.service_level", 20_000, ("policy.service_level",)),
    (
        "policy.service_level",
        {"threshold_ms": 20_000, "inclusive": True},
        ("policy.service_level.formula",),
    ),
    ("policy.service_level.threshold_ms", "20000", ("policy.service_level.threshold_ms",)),
    ("policy.service_level.threshold_ms", 2**53, ("policy.service_level.threshold_ms",)),
    ("policy.service_level.inclusive", 1, ("policy.service_level.inclusive",)),
    ("policy.service_level.formula", "best", ("policy.service_level.formula",)),
    ("policy.service_level.target", 80, ("policy.service_level.target",)),
    ("policy.trend_weeks", 1, ("policy.trend_weeks",)),
    ("policy.trend_weeks", 10**12, ("policy.trend_weeks",)),
    (
        "policy.trend_weeks",
        9,
        ("licenses.calling.distribution_trend", "licenses.meetings.distribution_trend"),
    ),
    ("policy.windowdays", 90, ("policy.windowdays",)),
    ("data.unobserved_lines", None, ("data.unobserved_lines",)),
    ("data.duplicate_calls", -1, ("data.duplicate_calls",)),
    ("overview.total_customers", 1.0, ("overview.total_customers",)),
    ("overview.total_customers", 2**63, ("overview.total_customers",)),
    ("overview", [], ("overview",)),
    ("data.tied_calls", 1, ("data.tied_calls",)),
    ("data.tied_calls", None, ("data.tied_calls",)),
    ("data.duplicate_calls", 0, ("data.duplicate_calls",)),
    ("calling", {}, tuple(f"calling.{name}" for name in SECTIONS_OF_CALLING)),
    ("calling", [], ("calling",)),
    ("overview", None, ("overview",)),
    ("policy.service_level", {}, tuple(f"policy.service_level.{name}" for name in LEVEL)),
    ("policy.service_level", [], ("policy.service_level",)),
    ("policy.service_level.soon", 1, ("policy.service_level.soon",)),
    ("policy.usage_bands", 1, ("policy.usage_bands",)),
    ("policy.usage_bands", [1, 2], ("policy.usage_bands",)),
    ("policy.poor_jitter_ms", "1", ("policy.poor_jitter_ms",)),
    ("policy.poor_jitter_ms", 10**400, ("policy.poor_jitter_ms",)),
    ("customers", None, ("customers",)),
    ("customers.0.customer", "", ("customers[0].customer",)),
    ("customers.0.customer", "a\nb", ("customers[0].customer",)),
    ("customers.0.customer", "\ud800", ("customers[0].customer",)),
    ("customers.0.managed_by", "someone", ("customers[0].managed_by",)),
    ("customers.0.tags", ["a", "a"], ("customers[0].tags",)),
    ("customers.0.tags", "gold", ("customers[0].tags",)),
    ("customers.0.tags", ["a", 1, ""], ("customers[0].tags[1]", "customers[0].tags[2]")),
    ("customers.0.products", ["meetings", "calling"], ("customers[0].products",)),
    ("customers.0.statuses", ["subscription", "trial"], ("customers[0].statuses",)),
    ("customers.0.statuses", ["golden"], ("customers[0].statuses[0]",)),
    ("customers.0.badge", "trial", ("customers[0].badge",)),
    ("customers.0.badge", None, ("customers[0].badge",)),
    ("customers.0.seats", 1, ("customers[0].seats",)),
    ("customers.0", [], ("customers[0]",)),
    ("licenses.messaging", {}, ("licenses.messaging",)),
    ("licenses.calling", None, ("licenses.calling",)),
    (f"{EXPIRING}.customers", 1, (f"{EXPIRING}.customers",)),
    (f"{EXPIRING}.customers", None, (f"{EXPIRING}.customers",)),
    (f"{EXPIRING}.assignment", None, (f"{EXPIRING}.assignment",)),
    (f"{EXPIRING}.assignment.value", 0.5, (f"{EXPIRING}.assignment.value",)),
    (f"{EXPIRING}.assignment.value", None, (f"{EXPIRING}.assignment.value",)),
    (f"{EXPIRING}.assignment.numerator", -1, (f"{EXPIRING}.assignment.numerator",)),
    (
        f"{EXPIRING}.assignment",
        {"numerator": 1, "denominator": 2, "value": 0.5},
        (f"{EXPIRING}.assignment",),
    ),
    (
        f"{EXPIRING}.assignment",
        {"numerator": 1, "denominator": 0, "value": float("inf")},
        (f"{EXPIRING}.assignment.value",),
    ),
    (f"{EXPIRING}.rows", {}, (f"{EXPIRING}.rows",)),
    (f"{EXPIRING}.rows.0.kind", "rental", (f"{EXPIRING}.rows[0].kind",)),
    (f"{EXPIRING}.rows.0.available", 10**6, (f"{EXPIRING}.rows[0].available",)),
    (f"{EXPIRING}.rows.0.customer_id", "c-none", (f"{EXPIRING}.rows[0].customer_id",)),
    (
        f"{EXPIRING}.rows.0.days_until_expiration",
        "3",
        (f"{EXPIRING}.rows[0].days_until_expiration",),
    ),
    (
        "licenses.calling.recently_added.rows.0.weekly_usage_change",
        2.0,
        ("licenses.calling.recently_added.rows[0].weekly_usage_change",),
    ),
    (
        "licenses.calling.overage.rows.0.months_remaining",
        None,
        ("licenses.calling.overage.rows[0].months_remaining",),
    ),
    (
        "licenses.calling.overage.rows.0.auto_renew",
        1,
        ("licenses.calling.overage.rows[0].auto_renew",),
    ),
    (
        "licenses.calling.overage.rows.0.assignment",
        {"numerator": 1, "denominator": 1, "value": 1.0},
        ("licenses.calling.overage.rows[0].assignment",),
    ),
    (
        "licenses.calling.distribution_trend.0.week_end",
        "2026-10-05T00:00:00Z",
        ("licenses.calling.distribution_trend[0].week_end",),
    ),
    (
        "licenses.calling.distribution_trend.0.available",
        10**9,
        ("licenses.calling.distribution_trend[0].available",),
    ),
    (
        "licenses.calling.distribution_trend.0.used",
        None,
        ("licenses.calling.distribution_trend[0].used",),
    ),
    ("licenses.calling.distribution_trend", [], ("licenses.calling.distribution_trend",)),
    ("licenses.calling.distribution_trend", {}, ("licenses.calling.distribution_trend",)),
    ("figures", [], ("figures",)),
    ("figures.named", 3, ("figures.named",)),
    ("figures.named.unit", "seats", ("figures.named.unit",)),
    ("figures.named.title", None, ("figures.named.title",)),
    ("figures.tagged.value", 1.5, ("figures.tagged.value",)),
    ("figures.tagged.value", False, ("figures.tagged.value",)),
    ("figures.named.value.value", 2, ("figures.named.value.value",)),
    ("figures.named.value.numerator", 10**400, ("figures.named.value.value",)),
)


def altered(document: Document, path: str, value: object) -> Document:
    """The document with another value at a path."""
    changed = deepcopy(document)
    *steps, last = path.split(".")
    at: Any = changed
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    at[int(last) if last.isdigit() else last] = value

    return changed


def faults_of(document: object) -> list[str]:
    """The paths of the faults, as mappings; the same ones must come out of the text."""
    with pytest.raises(InputError) as refused:
        pk.Report.from_dict(document)  # type: ignore[arg-type]
    paths = [str(fault.place.path) for fault in refused.value.faults]
    with pytest.raises(InputError) as again:
        pk.read_report(packed(document))

    assert sorted(paths) == sorted(str(fault.place.path) for fault in again.value.faults)
    return sorted(paths)


@pytest.mark.parametrize(("path", "value", "places"), FAULTY)
def test_faulty_documents_are_refused_with_the_place(
    document: Document, path: str, value: object, places: tuple[str, ...]
) -> None:
    """No coercion, no unknown key, and nothing that is said twice in two ways."""
    assert sorted(places) == faults_of(altered(document, path, value))


def keys_of(node: object, path: str = "") -> list[str]:
    """The path of every key of a document, of the first element in lists."""
    if isinstance(node, list):
        return keys_of(node[0], f"{path}.0") if node else []
    if not isinstance(node, dict):
        return []
    own = [f"{path}.{key}".lstrip(".") for key in node]

    return own + [
        found for key, path in zip(node, own, strict=True) for found in keys_of(node[key], path)
    ]


def test_every_key_is_needed(small: Document) -> None:
    """Leaving any key out is a fault at that key; only figures of one's own may be missing."""
    free = ("figures", "policy.low_assignment_rule", "format")
    paths = [path for path in keys_of(small) if not path.startswith(free)]

    assert len(paths) > 150
    for path in paths:
        shorter = deepcopy(small)
        *steps, last = path.split(".")
        at: Any = shorter
        for step in steps:
            at = at[int(step)] if step.isdigit() else at[step]
        del at[last]
        with pytest.raises(InputError) as refused:
            pk.Report.from_dict(shorter)

        wanted = path.replace(".0", "[0]")
        assert wanted in {fault.place.path for fault in refused.value.faults}


def test_figures_have_usable_names(document: Document) -> None:
    """The names of one's own figures too."""
    document["figures"]["a\nb"] = document["figures"]["tagged"]

    assert ["figures['a\\nb']"] == faults_of(document)


def test_a_customer_twice_is_refused(document: Document) -> None:
    """In the list; a subscription in the rows of a section likewise."""
    document["customers"].append(document["customers"][0])
    rows = document["licenses"]["calling"]["recently_added"]["rows"]
    rows.append(rows[0])
    last, row = len(document["customers"]) - 1, len(rows) - 1

    assert [
        f"customers[{last}].customer_id",
        f"licenses.calling.recently_added.rows[{row}].subscription_id",
    ] == faults_of(document)


def test_all_faults_come_at_once(document: Document) -> None:
    """In their order, each with what was expected and what came."""
    document["overview"]["total_customers"] = "7"
    document["customers"][2]["badge"] = "gold"
    document["calling"] = 7
    with pytest.raises(InputError) as refused:
        pk.Report.from_dict(document)

    assert 3 == refused.value.count
    assert "document, calling: expected an object, found 7" == str(refused.value.faults[0])


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("partnerkpi/report@2", "is 'partnerkpi/report@2', another version of it"),
        ("partnerkpi/portfolio@1", "is 'partnerkpi/portfolio@1'$"),
        (None, "is null$"),
        (1, "is 1$"),
    ],
)
def test_other_formats_are_refused_by_name(document: Document, found: object, message: str) -> None:
    """The format that came and the one that this release reads."""
    with pytest.raises(FormatError, match=rf"reads partnerkpi/report@1; .* {message}"):
        pk.Report.from_dict(document | {"format": found})


def test_a_document_without_a_format_is_refused() -> None:
    """Nothing is guessed."""
    with pytest.raises(FormatError, match="is nothing"):
        pk.Report.from_dict({})


@pytest.mark.parametrize("text", [b"[]", b"7", b"null"])
def test_what_is_no_object_is_refused(text: bytes) -> None:
    """With what came."""
    with pytest.raises(InputError, match="expected an object"):
        pk.read_report(io.BytesIO(text))


def test_the_text_is_read_as_strictly_as_any(document: Document) -> None:
    """A key twice, a number that JSON does not know, more after the end, a torn file."""
    text = json.dumps(document)
    twice = text.replace('"overview": {', '"overview": {"total_customers": 50, ', 1)
    unknown = text.replace('"unobserved_lines": 1', '"unobserved_lines": NaN', 1)
    for broken, expected in (
        (twice.encode(), "overview.total_customers: expected each key once"),
        (unknown.encode(), "data.unobserved_lines: expected a whole number .* found NaN"),
        (text.encode() + b"{}", "expected nothing after the document"),
        (gzip.compress(text.encode(), mtime=0)[:-9], "expected complete gzip data"),
        (text.encode()[:-2], "expected well-formed JSON"),
    ):
        with pytest.raises(InputError, match=expected):
            pk.read_report(io.BytesIO(broken))


def test_settings_nested_too_deeply_are_refused(document: Document) -> None:
    """A rule of one's own may nest its settings, within reason."""
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    document["policy"]["low_assignment_rule"] = {"rule": "at_most", "percent": deep}

    assert ["policy.low_assignment_rule"] == faults_of(document)


def test_faults_name_the_file(tmp_path: Path, document: Document) -> None:
    """By its path, as it was given."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps(altered(document, "data.unobserved_lines", -1)), "utf-8")
    with pytest.raises(InputError) as refused:
        pk.read_report(path)

    assert str(path) == refused.value.faults[0].place.source
