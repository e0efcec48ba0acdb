"""Call legs: who calls how much, how well it goes, and what is used."""

from partnerkpi.calling.legs.feature_kpis import FeatureRow, Features, finish_features
from partnerkpi.calling.legs.feature_measures import FeatureState, queue_customers
from partnerkpi.calling.legs.figures import features, quality, usage
from partnerkpi.calling.legs.quality_kpis import Quality, finish_quality
from partnerkpi.calling.legs.quality_measures import QualityState
from partnerkpi.calling.legs.quality_rows import (
    CustomerQualityRow,
    EndpointQualityRow,
    QualityWeek,
)
from partnerkpi.calling.legs.state import LegState, LegTerms, leg_state
from partnerkpi.calling.legs.usage_kpis import Usage, finish_usage
from partnerkpi.calling.legs.usage_measures import UsageState
from partnerkpi.calling.legs.usage_rows import UsageChangeRow, UsageRow, UsageWeek

__all__ = [
    "CustomerQualityRow",
    "EndpointQualityRow",
    "FeatureRow",
    "FeatureState",
    "Features",
    "LegState",
    "LegTerms",
    "Quality",
    "QualityState",
    "QualityWeek",
    "Usage",
    "UsageChangeRow",
    "UsageRow",
    "UsageState",
    "UsageWeek",
    "features",
    "finish_features",
    "finish_quality",
    "finish_usage",
    "leg_state",
    "quality",
    "queue_customers",
    "usage",
]
