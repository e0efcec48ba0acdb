"""The platform's own answers, as payloads already fetched: to records, portfolios and facts."""

from partnerkpi.webex.administrators import (
    ADMINISTRATOR_ROLES,
    WebexAdministrator,
    administrators,
)
from partnerkpi.webex.assembly import portfolio
from partnerkpi.webex.exports import WebexExports, read, recognized
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
    "FACT_COLUMNS",
    "FIGURES_OF_FACTS",
    "LICENSE_PRODUCTS",
    "FreeLicense",
    "IncompleteFigure",
    "LeftOut",
    "LeftOutReason",
    "LicenseId",
    "MissingFacts",
    "Payload",
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
