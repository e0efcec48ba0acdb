"""Write `docs/definitions.md` from the values that the library itself reads.

    .venv/bin/python tools/make_definitions.py [FILE]

A test fails when the page in the repository is not the one that this writes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from attrs import fields

from partnerkpi import Policy
from partnerkpi.calling.legs import feature_kpis, quality_kpis, quality_rows, usage_kpis, usage_rows
from partnerkpi.calling.queues import hours as queue_hours
from partnerkpi.calling.queues import rows as queue_rows
from partnerkpi.calling.queues.rules import DEFINITIONS as QUEUES
from partnerkpi.kpi import Column, Definition, TableDefinition, said
from partnerkpi.languages import LANGUAGES
from partnerkpi.licenses import kpis, rows
from partnerkpi.present import words
from partnerkpi.reports.comparison import WEEK_DEFINITIONS
from partnerkpi.reports.customers import CUSTOMERS_TABLE
from partnerkpi.status import RULES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "definitions.md"
TABLES = (
    CUSTOMERS_TABLE,
    rows.RECENTLY_ADDED_TABLE,
    rows.EXPIRING_TABLE,
    rows.RENEWING_TABLE,
    rows.LOW_ASSIGNMENT_TABLE,
    rows.OVERAGE_TABLE,
)
CALLING = (
    ("Usage", usage_kpis.DEFINITIONS, (usage_rows.USAGE_TABLE,)),
    (
        "Quality",
        quality_kpis.DEFINITIONS,
        (quality_rows.ENDPOINTS_TABLE, quality_rows.CUSTOMERS_TABLE),
    ),
    ("Features used", feature_kpis.DEFINITIONS, (feature_kpis.FEATURES_TABLE,)),
    (
        "Call queues",
        QUEUES,
        (
            queue_rows.CUSTOMERS_TABLE,
            queue_rows.QUEUES_TABLE,
            queue_rows.CUSTOMER_CHANGES_TABLE,
            queue_rows.QUEUE_CHANGES_TABLE,
            queue_hours.HOURS_TABLE,
        ),
    ),
)
SUBSCRIPTION = "customer id, then subscription id"
QUEUE = "customer id, then queue id"
TIES = {
    "quality.endpoints": "name",
    "features": "code",
    "queues.queues": QUEUE,
    "queues.queue_changes": QUEUE,
    queue_hours.HOURS_TABLE.name: QUEUE,
}
HEAD = """\
# Definitions

What every figure means, word for word as the library holds it: `tools/make_definitions.py` writes
this page from the definitions of `partnerkpi.licenses` and `partnerkpi.calling`, the rules of
`partnerkpi.status`, the definitions of the tables, and `Policy`. Reports, documents, charts and
pages read the same values; what they are called in French and Serbian stands [below](#names). The
ideas behind the words (active, pending, window, peers) are on the
page [](concepts.md).
"""


def page() -> str:
    """The whole page."""
    sections = {definition.name.partition(".")[0] for definition in kpis.DEFINITIONS}
    overview = [each for each in kpis.DEFINITIONS if "." not in each.name]
    lines = [HEAD, *statuses(), *figures("Overview", overview), *trend()]
    for table in TABLES[1:]:
        assert table.name in sections  # noqa: S101 (a table without figures would be lost here)
        own = [each for each in kpis.DEFINITIONS if each.name.startswith(f"{table.name}.")]
        lines += [*figures(table.title, own), *columns(table)]
    lines += ["## The customer list\n", *columns(TABLES[0]), *calling(), *settings(), *names()]

    return "\n".join(lines)


def statuses() -> Iterator[str]:
    """The rules of the statuses, from the most urgent."""
    yield "## Customer statuses\n"
    yield "A customer has a set of them; its badge is the first. Under the default policy:\n"
    yield "| status | holds when |"
    yield "| --- | --- |"
    for rule in RULES:
        yield f"| `{rule.status.value}` | {said(rule.sentence, Policy())} |"
    yield ""


def figures(title: str, definitions: list[Definition]) -> Iterator[str]:
    """The figures of a section."""
    yield f"## {title}\n"
    yield "| figure | title | counts | formula | unit | undefined when |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in definitions:
        undefined = each.undefined or "never"
        section, _, inside = each.name.partition(".")
        name = inside or section
        facts = (each.title, each.sentence, f"`{each.formula}`", each.unit.value, undefined)
        yield f"| `{name}` | {' | '.join(facts)} |"
    sources = dict.fromkeys(each.source for each in definitions)
    yield f"\nSource: {'; '.join(sources)}.\n"


def trend() -> Iterator[str]:
    """What each week of the trend counts."""
    yield from figures("License distribution trend", list(WEEK_DEFINITIONS.values()))
    yield "For each of the last `trend_weeks` completed weeks, which end on Sundays at 00:00 UTC,"
    yield "over the subscriptions and trials that are active at that end.\n"


def calling() -> Iterator[str]:
    """The sections of calls, and their tables."""
    yield "## Calls\n"
    yield "Figures of calls are of the last completed week, and know the week before; trends are of"
    yield "the last `trend_weeks` completed weeks. Rows with one record id count once.\n"
    for title, definitions, tables in CALLING:
        yield from figures(title, list(definitions))
        for table in tables:
            yield from columns(table, TIES.get(table.name, "customer id"))


def columns(
    table: TableDefinition, ties: str = "customer id, then subscription id"
) -> Iterator[str]:
    """The columns of a table, and its order."""
    order = "greatest first" if table.descending else "smallest first"
    yield f"Rows: {table.sentence}"
    yield f"Ordered by `{table.key}`, {order}; ties by {ties}.\n"
    yield "| column | title | shows | unit |"
    yield "| --- | --- | --- | --- |"
    for column in table.columns:
        yield f"| `{column.name}` | {column.title} | {column.sentence} | {column.unit.value} |"
    yield ""


def names() -> Iterator[str]:
    """What statuses, figures, tables and columns are called in each language, each title once."""
    spoken_in = [words(each) for each in LANGUAGES]
    yield "## Names\n"
    yield "Statuses, figures, tables and columns in English, French and Serbian (Latin letters).\n"
    yield "| name | English | French | Serbian |"
    yield "| --- | --- | --- | --- |"
    for rule in RULES:
        titles = [each.status(rule.status) for each in spoken_in]
        yield f"| `{rule.status.value}` | {' | '.join(titles)} |"
    told: list[Definition | TableDefinition | Column] = [*kpis.DEFINITIONS]
    told += [each for _, definitions, _ in CALLING for each in definitions]
    tables = [*TABLES, *(each for *_, own in CALLING for each in own)]
    told += [*tables, *(column for table in tables for column in table.columns)]
    # Of those with one title the first, which is a figure where there is one.
    first = {each.title: each for each in reversed(told)}
    for row in sorted(first.values(), key=told.index):
        yield f"| `{row.name}` | {' | '.join(each.title(row) for each in spoken_in)} |"
    yield ""


def settings() -> Iterator[str]:
    """The settings of the policy with their defaults."""
    yield "## Policy\n"
    yield "| setting | default |"
    yield "| --- | --- |"
    default = Policy().to_dict()
    for setting in fields(Policy):
        yield f"| `{setting.name}` | {spoken(default[setting.name])} |"
    yield ""


def spoken(value: object) -> str:
    """A setting's value, as it is typed."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(map(str, value.values()))

    return str(value)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8")
