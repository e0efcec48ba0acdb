"""What a user meets: pinned by name, documented with examples, frozen."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import attrs
import pytest

import partnerkpi

# A name that is added or taken away is a decision, and belongs into the changelog.
FACE = {
    "partnerkpi": """
        Acceptance Administrator CallLeg Calls Checklist Coded Comparison Customer Duplicates Inputs
        Invoice Kind LicenseLine ManagedBy Observation Order OrderItem OrderKind Outcome Partner
        Policy Portfolio QueueCall QueueCalls Report Role Scan Subscription arrow_tables calling
        calls_from_arrow calls_from_columns calls_from_rows calls_in_batches compare
        customer_details deduplicated errors filters from_arrow from_columns from_dict licenses
        managing queue_calls_from_arrow queue_calls_from_columns queue_calls_from_rows
        queue_calls_in_batches read read_calls read_inputs read_queue_calls read_report read_tables
        report resources scan schema status webex where write
        """,
    "partnerkpi.aggregates": "Ratio exact_ranks masked_sum pair_sums_by_code sums_by_code",
    "partnerkpi.call_columns": "CallRecords Calls QueueCalls",
    "partnerkpi.call_models": "CallId CallLeg Outcome QueueCall QueueId RecordId UserId",
    "partnerkpi.deduplication": "Duplicates deduplicated survivors",
    "partnerkpi.calling": """
        Calling CallingSeats CallingState Features LegState LegTerms Quality QueueKpis QueueSection
        QueueState QueueTerms RowNumbers StoredQueues Usage WeekFigure WeekSayer Weeks Within
        calling_state features finish_calling finish_features finish_quality finish_queues
        finish_usage fold leg_state quality queue_customers queue_kpis queue_state usage weeks_at
        within
        """,
    "partnerkpi.errors": """
        ChangeRefusedError CountOverflowError Fault FilterAmbiguityError FilterDepthError
        FilterError FilterLengthError FilterSyntaxError FilterTermsError FormatError InputError
        InstantError LaunchLinkError MergeError MissingExtraError NotPermittedError PartnerKpiError
        Place PolicyError RecordsMissingError ReplayError UnknownLanguageError
        UnknownNameError
        """,
    "partnerkpi.filters": """
        PRODUCT_NAMES Among And Between Compare Contains Exists Expression F Field FieldType Fields
        Not Numbers Or Ratios SavedFilters Suggestion Term all_of any_of check configure_converter
        describe everybody fields format from_dict leaves mask matches missing_names parse
        product_code product_name suggest to_dict where
        """,
    "partnerkpi.io": """
        ArrowStream Inputs PortfolioTable PortfolioTables Scan TableFile TableFiles arrow_tables
        calls_from_arrow calls_from_columns calls_from_rows calls_in_batches from_arrow from_columns
        from_dict queue_calls_from_arrow queue_calls_from_columns queue_calls_from_rows
        queue_calls_in_batches read read_calls read_inputs read_queue_calls read_tables scan schema
        write
        """,
    "partnerkpi.kpi": """
        Check Column Condition Definition Evidence Figure Kpi Members Reason RowPart Table
        TableDefinition Unit Value Why
        """,
    "partnerkpi.languages": "LANGUAGES PRODUCT_NAMES STATUS_NAMES language_of",
    "partnerkpi.managing": """
        AREAS MAX_TAGS MAX_TAG_LENGTH LONGEST_TRIAL_DAYS PERMISSIONS Access Area ChangeRecord
        CustomerAdministrators LicenseTotal Operation OrderRow Permission ProductLicenses Reach
        Rule SubscriptionDetails TagUse TrialStanding Trials accept_terms add_partner_administrator
        add_tag administrators assign_administrator assign_tags change_document change_from
        change_partner_role change_role change_schema configure_services extend_trial launch_link
        may order_history record_payment remove_administrator remove_partner_administrator
        remove_tag replay review_plan sees start_trial subscription_details tags_in_use trials
        visible_customers
        """,
    "partnerkpi.managing_models": """
        Acceptance Access Administrator AdministratorId Checklist Invoice Order OrderItem OrderKind
        PERMISSIONS Permission Reach Role SetUpStep
        """,
    "partnerkpi.models": """
        Attributes Customer CustomerId Kind LicenseLine ManagedBy Observation Partner PartnerId
        ProductCode Subscription SubscriptionId SubscriptionState
        """,
    "partnerkpi.periods": """
        DAY WEEK day_count days_after days_before last_week_end month_count week_ends
        """,
    "partnerkpi.policy": """
        BenchmarkRates FixedRate LowAssignmentRule PeerMedian PeerQuantile PeerRates Policy
        QUALITY_LIMITS ServiceLevel ServiceLevelFormula
        """,
    "partnerkpi.present": """
        ENGLISH LANGUAGES Bar Block Chart Charts Listing Page Picture Said Words average great_table
        guarded listing notebook_html page_html page_text percent printable said_cell said_count
        said_value table_csv words write_workbook
        """,
    "partnerkpi.resource_models": "HelpDeskContact Resource Section",
    "partnerkpi.resources": "Catalogue HelpDeskContact Resource Section read",
    "partnerkpi.status": """
        RULES Explanation LineEvidence SignInEvidence Status StatusColumns StatusFacts StatusRule
        SubscriptionEvidence badge by_urgency derive derive_all explain status_columns
        """,
    "partnerkpi.testing": """
        Case call_leg_lists call_legs cases check_merge_laws customer_lists customers filter_texts
        filters instants license_lines observations policies portfolios queue_call_lists queue_calls
        subscriptions
        """,
    "partnerkpi.webex": """
        ADMINISTRATOR_ROLES CLIENT_TYPES CallHistory FACT_COLUMNS FEATURES FIGURES_OF_FACTS
        FreeLicense IncompleteFigure LICENSE_PRODUCTS LeftOut LeftOutReason LegQueueCalls LicenseId
        MissingFacts Payload QueueRule QueueStatistics QueueStatisticsRow SubscriptionFacts
        WebexAddress WebexAdministrator WebexExports WebexId WebexIssue WebexLicense
        WebexLicenseUser WebexManagedOrganization WebexOrganization WebexPackage WebexPortfolio
        WebexQualityStatistics WebexReport WebexReportTemplate WebexRole WebexSubPartner
        WebexSubscriber WebexTag WebexTags WebexWholesaleCustomer administrators call_history
        call_history_in_batches decode_id decode_license_id decode_role good_calls_share licenses
        managed_organizations organizations portfolio product_of quality_statistics
        queue_calls_from_legs queue_statistics read recognized report_templates reports roles
        subscription_facts tag_catalogue tags wholesale_customers wholesale_subpartners
        wholesale_subscribers
        """,
}


def rooms() -> list[str]:
    """Every module that a domain person may read: no underscore anywhere in its name."""
    found = pkgutil.walk_packages(partnerkpi.__path__, "partnerkpi.")
    return ["partnerkpi", *(each.name for each in found if "._" not in each.name)]


def promised(name: str) -> dict[str, Any]:
    """The names that a module promises, and what they stand for."""
    module = importlib.import_module(name)
    return {each: getattr(module, each) for each in module.__all__}


def classes(name: str) -> list[type]:
    """The classes that a module promises."""
    return [each for each in promised(name).values() if inspect.isclass(each)]


def public_methods(kind: type) -> Iterator[tuple[str, Any]]:
    """What a class has by itself to be called or read, but for its fields."""
    for name, value in vars(kind).items():
        made = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if not name.startswith("_") and inspect.isfunction(made):
            yield name, made


@pytest.mark.parametrize("name", FACE)
def test_the_names_are_pinned(name: str) -> None:
    """Every name is promised on purpose; lists are in the order that the linter keeps."""
    assert sorted(FACE[name].split()) == sorted(promised(name))


@pytest.mark.parametrize("name", ["errors", "licenses", "status"])
def test_the_front_door_opens_rooms_that_nobody_entered(name: str) -> None:
    """A room is found through the front door alone, without an import of its own."""
    code = f"import partnerkpi; print(partnerkpi.{name}.__name__)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert f"partnerkpi.{name}\n" == done.stdout


def test_the_front_door_knows_its_names() -> None:
    """All that is promised is listed, and nothing else is found."""
    assert {*partnerkpi.__all__, "__version__"} == set(dir(partnerkpi))
    with pytest.raises(AttributeError, match="no attribute 'reprot'"):
        partnerkpi.__getattr__("reprot")


@pytest.mark.parametrize("name", rooms())
def test_whatever_is_promised_is_documented(name: str) -> None:
    """Every public class and function, and every public method and property of a class."""
    undocumented = [
        each
        for each, value in promised(name).items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and not inspect.getdoc(value)
    ]
    undocumented += [
        f"{kind.__name__}.{each}"
        for kind in classes(name)
        for each, method in public_methods(kind)
        if not inspect.getdoc(method)
    ]
    assert [] == undocumented


@pytest.mark.parametrize("name", FACE)
def test_functions_show_an_example(name: str) -> None:
    """A function that is promised shows how it is called; the examples are run as tests."""
    silent = [
        each
        for each, value in promised(name).items()
        if inspect.isfunction(value) and ">>>" not in (inspect.getdoc(value) or "")
    ]
    assert [] == silent


# The files behind the doors hold what reads, which goes along while it is reading.
@pytest.mark.parametrize("name", [n for n in rooms() if not n.startswith("partnerkpi.io.")])
def test_public_records_are_frozen(name: str) -> None:
    """No instance of a public class of attrs changes or takes up another attribute."""
    for kind in classes(name):
        if not attrs.has(kind):
            continue
        blank = object.__new__(kind)
        for each in (*(field.name for field in attrs.fields(kind)), "another"):
            with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
                setattr(blank, each, None)
        assert not hasattr(blank, "__dict__"), kind


@pytest.mark.parametrize("name", rooms())
def test_public_records_describe_their_fields(name: str) -> None:
    """Each public field of a record is told in its docstring."""
    silent = [
        f"{kind.__name__}.{field.name}"
        for kind in classes(name)
        if attrs.has(kind)
        for field in attrs.fields(kind)
        if field.init
        and not field.name.startswith("_")
        and attributes_told(kind)
        and f"{field.name}: " not in (inspect.getdoc(kind) or "")
    ]
    assert [] == silent


def attributes_told(kind: type) -> bool:
    """Whether a class lists its attributes at all: one that tells some must tell all."""
    return "Attributes:" in (inspect.getdoc(kind) or "")


def test_rooms_are_reached_from_the_front_door() -> None:
    """`partnerkpi.status` and its like are there without another import."""
    rooms = "calling errors filters licenses managing resources status webex"

    assert set(rooms.split()) == {
        name for name, value in promised("partnerkpi").items() if isinstance(value, ModuleType)
    }


def test_the_front_door_has_a_version() -> None:
    """A version of three numbers."""
    assert 3 == len([int(part) for part in partnerkpi.__version__.split(".")])


def test_testing_names_its_extra() -> None:
    """Without hypothesis, the room for tests says which extra it needs."""
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from partnerkpi.errors import MissingExtraError\n"
        "try:\n    import partnerkpi.testing\n"
        "except MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert (
        "this needs the extra 'testing': pip install 'partnerkpi[testing]'" == done.stdout.strip()
    )
