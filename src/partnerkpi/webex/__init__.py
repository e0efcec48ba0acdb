"""The platform's own answers, as payloads already fetched: to records, portfolios and facts."""

from partnerkpi.webex.administrators import (
    ADMINISTRATOR_ROLES,
    WebexAdministrator,
    administrators,
)
from partnerkpi.webex.assembly import portfolio
from partnerkpi.webex.call_history import CallHistory, call_history, call_history_in_batches
from partnerkpi.webex.clients import CLIENT_TYPES
from partnerkpi.webex.exports import WebexExports, read, recognized
from partnerkpi.webex.features import FEATURES
from partnerkpi.webex.ids import LicenseId, WebexId, decode_id, decode_license_id, decode_role
from partnerkpi.webex.licenses import WebexLicense, WebexLicenseUser, licenses
from partnerkpi.webex.listings import (
    WebexReport,
    WebexReportTemplate,
    WebexRole,
    report_templates,
    reports,
    roles,
)
from partnerkpi.webex.notes import (
    FIGURES_OF_FACTS,
    FreeLicense,
    IncompleteFigure,
    LeftOut,
    LeftOutReason,
    MissingFacts,
)
from partnerkpi.webex.organizations import (
    WebexManagedOrganization,
    WebexOrganization,
    managed_organizations,
    organizations,
)
from partnerkpi.webex.payloads import Payload
from partnerkpi.webex.products import LICENSE_PRODUCTS, product_of
from partnerkpi.webex.quality_statistics import (
    WebexQualityStatistics,
    good_calls_share,
    quality_statistics,
)
from partnerkpi.webex.queue_legs import LegQueueCalls
from partnerkpi.webex.queue_legs_rules import QueueRule
from partnerkpi.webex.queue_legs_stream import queue_calls_from_legs
from partnerkpi.webex.queue_statistics import QueueStatistics, queue_statistics
from partnerkpi.webex.queue_statistics_rows import QueueStatisticsRow
from partnerkpi.webex.subscription_facts import (
    FACT_COLUMNS,
    SubscriptionFacts,
    subscription_facts,
)
from partnerkpi.webex.tags import WebexTag, WebexTags, tag_catalogue, tags
from partnerkpi.webex.webex_portfolio import WebexPortfolio
from partnerkpi.webex.wholesale import (
    WebexAddress,
    WebexIssue,
    WebexPackage,
    WebexSubPartner,
    WebexSubscriber,
    WebexWholesaleCustomer,
    wholesale_customers,
    wholesale_subpartners,
    wholesale_subscribers,
)

__all__ = [
    "ADMINISTRATOR_ROLES",
    "CLIENT_TYPES",
    "FACT_COLUMNS",
    "FEATURES",
    "FIGURES_OF_FACTS",
    "LICENSE_PRODUCTS",
    "CallHistory",
    "FreeLicense",
    "IncompleteFigure",
    "LeftOut",
    "LeftOutReason",
    "LegQueueCalls",
    "LicenseId",
    "MissingFacts",
    "Payload",
    "QueueRule",
    "QueueStatistics",
    "QueueStatisticsRow",
    "SubscriptionFacts",
    "WebexAddress",
    "WebexAdministrator",
    "WebexExports",
    "WebexId",
    "WebexIssue",
    "WebexLicense",
    "WebexLicenseUser",
    "WebexManagedOrganization",
    "WebexOrganization",
    "WebexPackage",
    "WebexPortfolio",
    "WebexQualityStatistics",
    "WebexReport",
    "WebexReportTemplate",
    "WebexRole",
    "WebexSubPartner",
    "WebexSubscriber",
    "WebexTag",
    "WebexTags",
    "WebexWholesaleCustomer",
    "administrators",
    "call_history",
    "call_history_in_batches",
    "decode_id",
    "decode_license_id",
    "decode_role",
    "good_calls_share",
    "licenses",
    "managed_organizations",
    "organizations",
    "portfolio",
    "product_of",
    "quality_statistics",
    "queue_calls_from_legs",
    "queue_statistics",
    "read",
    "recognized",
    "report_templates",
    "reports",
    "roles",
    "subscription_facts",
    "tag_catalogue",
    "tags",
    "wholesale_customers",
    "wholesale_subpartners",
    "wholesale_subscribers",
]
