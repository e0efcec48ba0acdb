"""Managing customers: values in, new values and change records out; nothing is kept or called."""

from partnerkpi.managing.administrators import (
    CustomerAdministrators,
    add_partner_administrator,
    administrators,
    assign_administrator,
    change_partner_role,
    change_role,
    remove_administrator,
    remove_partner_administrator,
)
from partnerkpi.managing.changes import AREAS, Area, ChangeRecord, Operation, Rule
from partnerkpi.managing.journal import replay
from partnerkpi.managing.launch import launch_link
from partnerkpi.managing.orders import (
    LicenseTotal,
    OrderRow,
    ProductLicenses,
    SubscriptionDetails,
    order_history,
    record_payment,
    subscription_details,
)
from partnerkpi.managing.records import change_document, change_from, change_schema
from partnerkpi.managing.roles import (
    PERMISSIONS,
    Access,
    Permission,
    Reach,
    may,
    sees,
    visible_customers,
)
from partnerkpi.managing.set_up import accept_terms, configure_services, review_plan
from partnerkpi.managing.tags import (
    MAX_TAG_LENGTH,
    MAX_TAGS,
    TagUse,
    add_tag,
    assign_tags,
    remove_tag,
    tags_in_use,
)
from partnerkpi.managing.trials import (
    LONGEST_TRIAL_DAYS,
    Trials,
    TrialStanding,
    extend_trial,
    start_trial,
    trials,
)

__all__ = [
    "AREAS",
    "LONGEST_TRIAL_DAYS",
    "MAX_TAGS",
    "MAX_TAG_LENGTH",
    "PERMISSIONS",
    "Access",
    "Area",
    "ChangeRecord",
    "CustomerAdministrators",
    "LicenseTotal",
    "Operation",
    "OrderRow",
    "Permission",
    "ProductLicenses",
    "Reach",
    "Rule",
    "SubscriptionDetails",
    "TagUse",
    "TrialStanding",
    "Trials",
    "accept_terms",
    "add_partner_administrator",
    "add_tag",
    "administrators",
    "assign_administrator",
    "assign_tags",
    "change_document",
    "change_from",
    "change_partner_role",
    "change_role",
    "change_schema",
    "configure_services",
    "extend_trial",
    "launch_link",
    "may",
    "order_history",
    "record_payment",
    "remove_administrator",
    "remove_partner_administrator",
    "remove_tag",
    "replay",
    "review_plan",
    "sees",
    "start_trial",
    "subscription_details",
    "tags_in_use",
    "trials",
    "visible_customers",
]
