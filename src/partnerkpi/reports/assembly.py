"""The whole report: every status, license and call figure at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from partnerkpi._frozen import Frozen
from partnerkpi._instants import to_datetime
from partnerkpi._showing import Shown
from partnerkpi.calling.fold import Scanned, fold
from partnerkpi.calling.sections import CallingState, finish_calling
from partnerkpi.columns import Portfolio
from partnerkpi.errors import InputError, RecordsMissingError
from partnerkpi.kpi import Figure, Kpi, Table, Value
from partnerkpi.licenses.kpis import (
    Overview,
    ProductSections,
    Sayer,
    finish_overview,
    finish_product,
)
from partnerkpi.licenses.state import PRODUCTS
from partnerkpi.policy import Policy
from partnerkpi.reports.customers import CUSTOMERS_TABLE, CustomerRow
from partnerkpi.reports.sources import Sources, lift_report
from partnerkpi.reports.state import ReportState

if TYPE_CHECKING:
    import os
    from datetime import datetime

    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.calling.legs.state import LegState
    from partnerkpi.calling.queues.state import QueueState
    from partnerkpi.calling.sections import Calling
    from partnerkpi.io.scans import Scan
    from partnerkpi.kpi import RowPart
    from partnerkpi.policy import LowAssignmentRule
    from partnerkpi.present.charts import Charts
    from partnerkpi.reports.segments import Segments

__all__ = ["DataNotes", "PortfolioPart", "Report", "finish", "report"]


@frozen
class DataNotes:
    """What is to be known about the data behind a report.

    Attributes:
        unobserved_lines: License lines of subscriptions that are there, without an observation by
            the instant; they count 0.
        duplicate_calls: Call rows left out as duplicates; ``None``: no calls were given.
        duplicate_queue_calls: Queue rows left out as duplicates; ``None``: none were given.
        tied_calls: Call rows among the duplicates that were reported together with the one that
            counts, and say something else: the source contradicts itself.
        tied_queue_calls: Queue rows likewise.
    """

    unobserved_lines: int
    duplicate_calls: int | None = None
    duplicate_queue_calls: int | None = None
    tied_calls: int | None = None
    tied_queue_calls: int | None = None


@frozen(eq=False)
class PortfolioPart:
    """What a report says of a portfolio.

    Attributes:
        overview: The overview's figures.
        licenses: The license sections, by product.
        customers: Rows of the list of customers.
    """

    overview: Overview
    licenses: Mapping[str, ProductSections]
    customers: tuple[RowPart, ...]


@frozen(eq=False, kw_only=True)
class Report(Shown):
    """Every status, license and call figure at an instant, under a policy.

    Attributes:
        as_of: The instant it holds at.
        policy: The windows and thresholds it was counted by.
        data: What is to be known about the data.
        calling: What is said of calls; ``None``: no calls were given.
        figures: Figures of one's own, by name.
        state: What was counted, which merges; ``None`` in a report read from a document.
    """

    as_of: datetime
    policy: Policy
    data: DataNotes
    figures: Mapping[str, Figure[Any]]
    calling: Calling | None = field(default=None, repr=False)
    state: ReportState | None = field(default=None, repr=False)
    _portfolio: PortfolioPart | None = field(alias="portfolio", default=None, repr=False)
    _sources: Sources = field(alias="sources", factory=Sources, repr=False)
    _own: tuple[Kpi[Any], ...] = field(alias="own", default=(), repr=False)

    @property
    def has_portfolio(self) -> bool:
        """Whether it speaks of a portfolio, or of calls alone."""
        return self._portfolio is not None

    @property
    def overview(self) -> Overview:
        """The overview's figures.

        Raises:
            RecordsMissingError: the report is of calls alone.
        """
        return self._of_portfolio.overview

    @property
    def licenses(self) -> Mapping[str, ProductSections]:
        """The license sections, by product: ``meetings`` and ``calling``.

        Raises:
            RecordsMissingError: the report is of calls alone.
        """
        return self._of_portfolio.licenses

    @property
    def customers(self) -> Table[CustomerRow]:
        """Every customer with its products and statuses, by id.

        Raises:
            RecordsMissingError: the report is of calls alone.
        """
        return Table(CUSTOMERS_TABLE, CustomerRow, self._of_portfolio.customers)

    @property
    def _of_portfolio(self) -> PortfolioPart:
        if self._portfolio is None:
            msg = "this report is of calls alone: no portfolio was given"
            raise RecordsMissingError(msg)

        return self._portfolio

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values: the report document of the definitions."""
        from partnerkpi.reports.document import document_of

        return document_of(self)

    def to_text(self, *, width: int = 80, rows: int | None = 10, language: str = "en") -> str:
        """The report as a page for a terminal, rounded for reading.

        Args:
            width: How many columns the terminal has; no line is wider. At least 40.
            rows: How many rows of each table to show, the number of the others being said;
                ``None`` for all.
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.

        Returns:
            The lines, without a newline at the end.

        Raises:
            ValueError: a width below 40, or a negative number of rows.
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: any language but English without the extra ``locales``.

        Example:
            >>> from datetime import datetime, timezone
            >>> from partnerkpi.models import Customer
            >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
            >>> print(report(portfolio, as_of=when).to_text().partition("Customers")[0])
            Partner report
            as of 2026-11-22T00:00:00Z
            <BLANKLINE>
            Overview
            ========
              Total customers         0
              Nearing expiration      0
              Nearing renewal         0
              Low license assignment  0
              Over license limit      0
            <BLANKLINE>
        """
        from partnerkpi.present.text import page_text
        from partnerkpi.present.words import words
        from partnerkpi.reports.page import page_of
        from partnerkpi.reports.telling import Telling

        said = words(language)

        return page_text(page_of(self, Telling(said)), width=width, rows=rows, words=said)

    def charts(self, *, language: str = "en") -> Charts:
        """Every trend and every distribution as a chart, by name, each made when asked for.

        Args:
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.

        Returns:
            Charts such as ``licenses.calling.distribution_trend``; how many customers have which
            share of their licenses assigned is among them only where the customers' records are.

        Raises:
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: any language but English without the extra ``locales``.

        Example:
            >>> from datetime import datetime, timezone
            >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> charts = report(Portfolio.from_customers([]), as_of=when).charts()
            >>> list(charts)[:2]
            ['licenses.meetings.distribution_trend', 'licenses.meetings.assignment']
            >>> charts["licenses.meetings.assignment"].to_vega_lite()["title"]["text"]
            'License assignment of customers: Webex Meetings'
        """
        from partnerkpi.present.words import words
        from partnerkpi.reports.charts import charts_of

        return charts_of(self, self._sources, words(language))

    def tables(self) -> dict[str, Table[Any]]:
        """Every table of the report that spreadsheets show, by name, in the order of the page.

        Example:
            >>> from datetime import datetime, timezone
            >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> list(report(Portfolio.from_customers([]), as_of=when).tables())[:2]
            ['customers', 'licenses.meetings.recently_added']
        """
        from partnerkpi.reports.tables import tables_of

        return tables_of(self)

    def to_xlsx(self, path: str | os.PathLike[str], *, language: str = "en") -> None:
        """Write every table of the report into a workbook, a sheet for each.

        Args:
            path: Where to; an existing file is replaced.
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.

        Raises:
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: the extra ``xlsx`` is not installed, or any language but English
                without the extra ``locales``.
            ValueError: a table has more rows, or a cell more characters, than a sheet can hold.
            OSError: the path cannot be written.
        """
        from partnerkpi.present.spreadsheets import write_workbook
        from partnerkpi.present.words import words
        from partnerkpi.reports.tables import sheets_of

        said = words(language)
        write_workbook(sheets_of(self, said), path, words=said, created=self.as_of)

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        language: str = "en",
        rows: int | None = 200,
    ) -> str:
        """The report as one HTML page that holds all it needs and asks for nothing.

        Customers with their badges, the overview, a switch between Meetings and Calling, then each
        section's figures, pictures and tables, which a small script sorts and narrows; complete
        where scripts are off, in light and dark, and on paper.

        Args:
            path: Where to write the page as well, in UTF-8.
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.
            rows: How many rows of each table to show, the number of all being said; ``None`` for
                all.

        Returns:
            The page.

        Raises:
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: any language but English without the extra ``locales``.
            ValueError: a negative number of rows.
            OSError: the file cannot be written.

        Example:
            >>> from datetime import datetime, timezone
            >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> page = report(Portfolio.from_customers([]), as_of=when).to_html()
            >>> page.partition("<title>")[2].partition("</title>")[0]
            'Partner report, as of 2026-11-22T00:00:00Z'
        """
        from partnerkpi.present.html import page_html, write_page
        from partnerkpi.present.words import words
        from partnerkpi.reports.page import page_of
        from partnerkpi.reports.telling import Telling, statuses_of

        told = words(language)
        known = statuses_of(self._portfolio.customers) if self._portfolio else None
        telling = Telling(told, whole=True, statuses=known, list_first=True)

        return write_page(page_html(page_of(self, telling), told, rows=rows), path)

    def __str__(self) -> str:
        when = self.as_of.isoformat()
        if self._portfolio is None:
            return f"<report as of {when}: of calls alone>"
        scope = self.overview.total_customers.value

        return f"<report as of {when}: {len(self.customers)} customers, {scope} in scope>"

    @staticmethod
    def from_dict(
        document: Mapping[str, object],
        rules: Mapping[str, type[LowAssignmentRule]] | None = None,
    ) -> Report:
        """Read a report document back.

        Figures keep their values, tables their rows; the records behind them are not in it, so
        ``why`` answers only for customers in a table's rows.

        Args:
            document: What ``to_dict`` gave.
            rules: Low-assignment rules of one's own, by name, as for ``Policy.from_dict``.

        Raises:
            FormatError: a format, version or rule that this release does not read.
            InputError: the document is faulty; all faults at once.
        """
        from partnerkpi.reports.reading import report_from

        return report_from(document, rules)

    def by(self, key: str) -> Segments:
        """The same report for each segment of the customers.

        Args:
            key: ``tag``, ``product``, ``managed_by``, or the name of a host's attribute such as
                ``region`` (or ``attr.region``, should an attribute be called like one of these).

        Returns:
            Reports by segment. Attributes and ``managed_by`` cut the customers into parts that
            merge to the whole, customers without the attribute under ``None``; tags and products
            overlap. Peers of low assignment stay those of the whole portfolio.

        Raises:
            UnknownNameError: there is no such key; names the nearest.
            RecordsMissingError: the report was read from a document, or calls were counted
                elsewhere, by ``fold``.
        """
        from partnerkpi.reports.segments import segments_of

        return segments_of(self, key, self._sources, self._own)


def report(
    portfolio: Portfolio | Iterable[Portfolio] | None = None,
    *,
    as_of: datetime,
    calls: Calls | LegState | Scan[Calls] | None = None,
    queue_calls: QueueCalls | QueueState | Scan[QueueCalls] | None = None,
    policy: Policy | None = None,
    figures: Sequence[Kpi[Any]] = (),
) -> Report:
    """Every status, license and call figure at an instant.

    Args:
        portfolio: The portfolio, or its parts cut by customer in any way: the report is the same.
            Without one the report is of calls alone.
        as_of: A timezone-aware instant; nothing is counted by any clock.
        calls: Call legs, what ``partnerkpi.calling.fold`` counted of them, or a ``scan`` of them,
            which is counted batch by batch: rows that share a record id count once.
        queue_calls: Queue calls, likewise.
        policy: Windows and thresholds; the defaults if not given.
        figures: Figures of one's own, which then stand in the document and the text as well.

    Raises:
        InstantError: the instant is naive or out of range.
        InputError: two parts have a customer or subscription in common.
        MergeError: calls were counted at another instant or under another policy.
        CountOverflowError: a sum is beyond 64 bits.
        TypeError: neither a portfolio nor calls.
        ValueError: two figures of one's own share a name.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
        >>> report(portfolio, as_of=when).overview.total_customers.value
        0
        >>> from partnerkpi.call_columns import QueueCalls
        >>> found = report(queue_calls=QueueCalls.from_records([]), as_of=when)
        >>> found.calling.queues.offered.value
        0
    """
    own = _named(figures)
    if portfolio is None and calls is None and queue_calls is None:
        msg = "a report needs a portfolio, calls, or both"
        raise TypeError(msg)
    policy = policy or Policy()
    counted = [_counted(each, as_of, policy) for each in (calls, queue_calls)]
    sources = Sources(_parts(portfolio), *counted)
    _refuse_shared(sources.parts)
    state = lift_report(sources, as_of, policy, own)

    return finish(state, own, sources)


def _counted(given: Any, as_of: datetime, policy: Policy) -> Any:
    """What a scan gives is counted batch by batch."""
    if not isinstance(given, Scanned):
        return given
    rows: Any = given

    return fold(rows, as_of=as_of, policy=policy, duplicates="by_record_id", lenient=given.lenient)


def _parts(portfolio: Portfolio | Iterable[Portfolio] | None) -> tuple[Portfolio, ...] | None:
    if portfolio is None:
        return None
    parts = (portfolio,) if isinstance(portfolio, Portfolio) else tuple(portfolio)

    return parts or (Portfolio.from_customers([]),)


def _named(figures: Sequence[Kpi[Any]]) -> tuple[Kpi[Any], ...]:
    names = [figure.definition.name for figure in figures]
    if len(set(names)) != len(names):
        msg = f"two figures share a name: {', '.join(sorted(names))}"
        raise ValueError(msg)

    return tuple(figures)


def _refuse_shared(parts: tuple[Portfolio, ...] | None) -> None:
    """Parts of a partition have no customer or subscription in common."""
    from partnerkpi.reports.parts import shared_ids

    if parts and len(parts) > 1 and (faults := shared_ids(parts)):
        raise InputError(faults)


def finish(
    state: ReportState, figures: tuple[Kpi[Any], ...] = (), sources: Sources | None = None
) -> Report:
    """Say the report of what was counted.

    Args:
        state: What was counted, of one part or merged over many.
        figures: The figures of one's own that it was lifted with.
        sources: What it was counted of, needed only for segments.
    """
    say = Sayer(to_datetime(state.micros), state.policy)

    return Report(
        as_of=say.as_of,
        policy=state.policy,
        data=_notes(state),
        figures=Frozen(
            {
                figure.definition.name: _own_figure(figure, counted, say)
                for figure, counted in zip(figures, state.own, strict=True)
            }
        ),
        calling=None if state.calling is None else finish_calling(state.calling),
        state=state,
        portfolio=_portfolio(state, say) if state.portfolio else None,
        sources=sources or Sources(),
        own=figures,
    )


def _portfolio(state: ReportState, say: Sayer) -> PortfolioPart:
    products = zip(PRODUCTS, state.licenses.products, strict=True)

    return PortfolioPart(
        finish_overview(state.licenses.overview, say),
        Frozen({code: finish_product(each, say) for code, each in products}),
        state.customers,
    )


def _notes(state: ReportState) -> DataNotes:
    calling = state.calling or CallingState()
    calls = calling.legs.duplicates if calling.legs else None
    queue_calls = calling.queues.duplicates if calling.queues else None

    return DataNotes(
        state.unobserved_lines,
        duplicate_calls=calls.count if calls else None,
        duplicate_queue_calls=queue_calls.count if queue_calls else None,
        tied_calls=calls.ties if calls else None,
        tied_queue_calls=queue_calls.ties if queue_calls else None,
    )


def _own_figure(figure: Kpi[Any], counted: object, say: Sayer) -> Figure[Value]:
    from partnerkpi.reports.parts import OwnEvidence

    value: Value = figure.finish(counted)

    return say.figure(figure.definition, value, OwnEvidence(figure, counted))
