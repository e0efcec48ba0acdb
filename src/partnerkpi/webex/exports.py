"""A directory of the platform's answers and exports, each file known by what is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from attrs import field, frozen

from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi._frozen import Frozen
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.errors import Place
from partnerkpi.io._csv import CsvReader
from partnerkpi.io._files import opened, text_pieces
from partnerkpi.io._json import JsonText
from partnerkpi.webex._call_headings import squeezed
from partnerkpi.webex._fact_rows import heading_key
from partnerkpi.webex.assembly import portfolio
from partnerkpi.webex.call_history import call_history
from partnerkpi.webex.payloads import Payload
from partnerkpi.webex.quality_statistics import WebexQualityStatistics, quality_statistics
from partnerkpi.webex.queue_legs_stream import queue_calls_from_legs
from partnerkpi.webex.subscription_facts import SubscriptionFacts, subscription_facts

if TYPE_CHECKING:
    import os
    from datetime import datetime

    from partnerkpi.io._files import ByteSource
    from partnerkpi.models import Partner
    from partnerkpi.webex._fact_rows import UnknownKeys
    from partnerkpi.webex.assembly import Undated
    from partnerkpi.webex.webex_portfolio import WebexPortfolio

__all__ = ["WebexExports", "read", "recognized"]

Form: TypeAlias = Literal["json", "csv"]

_PART = 1 << 16
_ENDINGS: Mapping[str, Form] = Frozen(
    {".json": "json", ".json.gz": "json", ".csv": "csv", ".csv.gz": "csv"}
)
_FORMS: tuple[Form, ...] = ("json", "csv")
_LISTS = ("items", "subPartners")
# Files of a directory come in no order: the legs of a call are looked for in all of them.
_ANY_GAP = timedelta(days=100_000)
_NO_ORGANIZATIONS = "an answer with organizations, beside those with licenses"
_QUALITY = "call quality by the platform's own rule"
_NOTHING = "answers or exports of the platform, as .json or .csv"


@frozen
class _Look:
    """What is seen of a file at first sight.

    Attributes:
        form: What it is written in.
        names: The keys of the first record as they are, or the headings as they are compared.
        listed: The key of the list that the record is in, if it is in one.
    """

    form: Form
    names: frozenset[str]
    listed: str | None = None

    def has(self, *names: str) -> bool:
        """Whether all of some keys or headings are there."""
        return self.names.issuperset(names)

    def has_squeezed(self, *names: str) -> bool:
        """Whether all of some names are there, however they are spelled."""
        return {squeezed(each) for each in self.names}.issuperset(names)

    def has_any(self, *names: str) -> bool:
        """Whether any of some keys or headings is there."""
        return not self.names.isdisjoint(names)


@frozen
class _Recognizer:
    """A kind of file, and how it is known."""

    kind: str
    form: Form
    fits: Callable[[_Look], bool]


#: How each kind of file is known: the first that fits. A kind that is added here is read in
#: ``read``, where the files of each kind are at hand by its name.
_RECOGNIZERS = (
    *(
        _Recognizer(
            "call_history",
            form,
            lambda look: look.has_squeezed("correlationid", "starttime", "direction"),
        )
        for form in _FORMS
    ),
    _Recognizer("queue_statistics", "csv", lambda look: look.has("call queue", "answered calls")),
    _Recognizer("subpartners", "json", lambda look: look.listed == "subPartners"),
    _Recognizer("licenses", "json", lambda look: look.has_any("totalUnits", "consumedUnits")),
    _Recognizer("quality_statistics", "json", lambda look: look.has("metrics", "startTime")),
    _Recognizer("administrators", "json", lambda look: look.has("id", "emails")),
    _Recognizer("subscribers", "json", lambda look: look.has("customerId", "status")),
    _Recognizer(
        "wholesale",
        "json",
        lambda look: look.has("id", "status") and look.has_any("packages", "address", "externalId"),
    ),
    _Recognizer("organizations", "json", lambda look: look.has("id", "displayName")),
    _Recognizer("tags", "json", lambda look: look.has("orgId", "tags")),
    _Recognizer("managed_organizations", "json", lambda look: look.has("orgId", "role")),
    _Recognizer("report_templates", "json", lambda look: look.has("title", "maxDays")),
    _Recognizer(
        "reports",
        "json",
        lambda look: look.has("status") and look.has_any("startDate", "billingStartDate"),
    ),
    _Recognizer("roles", "json", lambda look: look.names == {"id", "name"}),
    _Recognizer("facts", "json", lambda look: look.has("subscription_id")),
    _Recognizer(
        "tag_catalogue",
        "json",
        lambda look: look.has("name") and look.names <= {"name", "description"},
    ),
    _Recognizer("facts", "csv", lambda look: look.has_any("subscription id", "sub ref id(s)")),
)


def _by_name(files: Mapping[str, str]) -> Mapping[str, str]:
    return Frozen(files)


@frozen(eq=False, kw_only=True)
class WebexExports:
    """What a directory of answers and exports holds.

    Attributes:
        portfolio: The customers, with what has to be said beside them; ``None`` without
            organizations.
        calls: The call legs; ``None`` without any.
        queue_calls: The queue calls; ``None`` without any.
        quality_statistics: Statistics of call quality.
        files: What each file was taken for, by its name.
        unused: Names of files that were recognized, but say nothing of a report by themselves.
        unrecognized: Names of files of JSON or CSV that were not recognized.

    Example:
        >>> WebexExports().portfolio is None
        True
    """

    portfolio: WebexPortfolio | None = None
    calls: Calls | None = None
    queue_calls: QueueCalls | None = None
    quality_statistics: Payload[WebexQualityStatistics] = field(factory=lambda: Payload(()))
    files: Mapping[str, str] = field(default=Frozen({}), converter=_by_name)
    unused: tuple[str, ...] = ()
    unrecognized: tuple[str, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """What has to be said, a sentence each.

        Example:
            >>> WebexExports(unrecognized=("notes.csv",)).notes()
            ('not recognized: notes.csv',)
        """
        said = () if self.portfolio is None else self.portfolio.notes()
        quality = [f"{_QUALITY}: {one}" for one in self.quality_statistics]
        unused = [f"not used: {name} ({self.files[name]})" for name in self.unused]
        unrecognized = [f"not recognized: {name}" for name in self.unrecognized]

        return (*said, *quality, *unused, *unrecognized)


def recognized(directory: str | os.PathLike[str]) -> Mapping[str, str]:
    """What each file of a directory is taken for, by its name; nothing for what is not recognized.

    Only files of JSON and CSV are looked at, gzipped or not: at the keys of the first record, or
    at the headings.

    Raises:
        InputError: a file is neither JSON nor CSV, whatever its name says.
        OSError: it is no directory, or a file cannot be opened.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     _ = Path(directory, "a.json").write_text('[{"id": "o", "displayName": "Globex"}]')
        ...     dict(recognized(directory))
        {'a.json': 'organizations'}
    """
    found, log = {}, FaultLog()
    for path in sorted(Path(directory).iterdir()):
        form = next((each for end, each in _ENDINGS.items() if path.name.endswith(end)), None)
        if form is not None and path.is_file():
            with log.noting():
                found[path.name] = _kind_of(path, form)
    log.refuse()

    return Frozen(found)


def _kind_of(path: Path, form: Form) -> str:
    with opened(path) as source:
        look = _look_at_json(source) if form == "json" else _look_at_csv(source)
    kinds = (each.kind for each in _RECOGNIZERS if each.form == form and each.fits(look))

    return next(kinds, "")


def _look_at_json(source: ByteSource) -> _Look:
    text = JsonText(source.name, text_pieces(source, _PART))
    listed, found = _first_record(text)
    names = frozenset(map(str, found)) if isinstance(found, Mapping) else frozenset[str]()

    return _Look("json", names, listed)


def _first_record(text: JsonText) -> tuple[str | None, object]:
    """The first record of an answer, and the key of the list that it is in."""
    if text.look() == "[":
        return None, text.value() if text.enter("[]") else {}
    if text.look() != "{":
        return None, text.value()
    found: dict[str, object] = {}
    for key in text.members():
        if key in _LISTS and text.look() == "[":
            return key, text.value() if text.enter("[]") else {}
        found[key] = text.value()

    return None, found


def _look_at_csv(source: ByteSource) -> _Look:
    log = FaultLog()
    header = CsvReader(source, log).header()
    log.refuse()

    return _Look("csv", frozenset(map(heading_key, header[1] if header else ())))


def read(
    directory: str | os.PathLike[str],
    *,
    observed_at: datetime,
    partner: Partner | str | None = None,
    products: Mapping[str, str] | None = None,
    undated: Undated = "long_ago",
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> WebexExports:
    """Read a directory of answers and exports, each file known by what is in it.

    Args:
        directory: The directory; files in folders below it are not looked at.
        observed_at: When the answers were fetched; a timezone-aware instant.
        partner: As for ``portfolio``.
        products: As for ``portfolio``.
        undated: As for ``portfolio``.
        lenient: As for ``portfolio``.
        unknown_keys: As for ``subscription_facts``: the answers may have any.
        max_faults: As for ``portfolio``.

    Raises:
        InputError: a file is faulty, or there are licenses without organizations, or nothing is
            recognized at all; carries every fault.
        InstantError: ``observed_at`` is naive or out of range.
        OSError: it is no directory, or a file cannot be opened.

    Example:
        >>> from datetime import datetime, timezone
        >>> from tempfile import TemporaryDirectory
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> with TemporaryDirectory() as directory:
        ...     _ = Path(directory, "a.json").write_text('[{"id": "o", "displayName": "Globex"}]')
        ...     found = read(directory, observed_at=when)
        >>> found.portfolio.portfolio.customers[0].name
        'Globex'
    """
    kinds, log = recognized(directory), FaultLog(max_faults)
    files = _Files.of(directory, kinds)
    files.judge(log)
    reading: _Reading = {"lenient": lenient, "max_faults": max_faults}
    calls, queue_calls = None, None
    with log.noting():
        calls, queue_calls = _calls(files["call_history"], **reading)
    found, statistics = None, Payload[WebexQualityStatistics](())
    with log.noting():
        statistics = quality_statistics(*files["quality_statistics"], **reading)
    if files["organizations"]:
        facts = files.facts(unknown_keys, None if lenient else log, max_faults)
        with log.noting():
            found = portfolio(
                organizations=files["organizations"],
                licenses=files["licenses"],
                observed_at=observed_at,
                tags=files["tags"],
                facts=facts,
                wholesale=files["wholesale"],
                partner=partner,
                products=products,
                undated=undated,
                **reading,
            )
    log.refuse()

    return WebexExports(
        portfolio=found,
        calls=calls,
        queue_calls=queue_calls,
        quality_statistics=statistics,
        files={name: kind for name, kind in kinds.items() if kind},
        unused=tuple(name for name, kind in kinds.items() if kind in _UNUSED),
        unrecognized=tuple(name for name, kind in kinds.items() if not kind),
    )


def _calls(
    files: list[Path], *, lenient: bool, max_faults: int
) -> tuple[Calls | None, QueueCalls | None]:
    """The call legs of all files, and the queue calls that they show."""
    if not files:
        return None, None
    histories = [call_history(path, lenient=lenient, max_faults=max_faults) for path in files]
    entries = queue_calls_from_legs(histories, gap=_ANY_GAP, lenient=lenient, max_faults=max_faults)
    queued = [each.calls for each in entries]

    return (
        Calls.concatenate([each.calls for each in histories]),
        QueueCalls.concatenate(queued) if queued else QueueCalls.from_records([]),
    )


class _Reading(TypedDict):
    lenient: bool
    max_faults: int


@frozen
class _Files:
    """The files of a directory, by kind."""

    directory: Path
    of_kinds: Mapping[str, list[Path]]

    @staticmethod
    def of(directory: str | os.PathLike[str], kinds: Mapping[str, str]) -> _Files:
        found: dict[str, list[Path]] = {}
        for name, kind in kinds.items():
            found.setdefault(kind, []).append(Path(directory, name))

        return _Files(Path(directory), found)

    def __getitem__(self, kind: str) -> list[Path]:
        return self.of_kinds.get(kind, [])

    def judge(self, log: FaultLog) -> None:
        """Fault what does not make an input.

        Raises:
            InputError: there is any fault.
        """
        place = Place(str(self.directory))
        if not {*self.of_kinds} - _UNUSED - {""}:
            log.add(place, _NOTHING, "none of them")
        elif self["licenses"] and not self["organizations"]:
            log.add(place, _NO_ORGANIZATIONS, "none")
        log.refuse()

    def facts(
        self, unknown_keys: UnknownKeys, log: FaultLog | None, max_faults: int
    ) -> list[Payload[SubscriptionFacts]]:
        """The facts; what is faulty in them goes to the log, if there is one."""
        found = [
            subscription_facts(path, lenient=True, unknown_keys=unknown_keys, max_faults=max_faults)
            for path in self["facts"]
        ]
        for each in found:
            if log is not None:
                log.take(each.faults, each.fault_count)

        return found


#: Kinds that are recognized, and of which a report says nothing: administrators, because their
#: answer does not say of which organization they are, and queue statistics, because the report
#: says neither its unit nor its period.
_UNUSED = frozenset(
    {
        "administrators",
        "managed_organizations",
        "queue_statistics",
        "report_templates",
        "reports",
        "roles",
        "subpartners",
        "subscribers",
        "tag_catalogue",
    }
)
