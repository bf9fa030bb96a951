"""The rows of what runs by itself, one room a noun."""

from ownstock.automation.models.autonomy import Autonomy, AutonomyEvent
from ownstock.automation.models.digests import DigestMail, DigestSetting
from ownstock.automation.models.orders import AutomaticOrder
from ownstock.automation.models.pauses import Pause
from ownstock.automation.models.policy import AutomationPolicy
from ownstock.automation.models.runs import AutomationRun
from ownstock.automation.models.standing import StandingRule, Verdict

__all__ = [
    "AutomaticOrder", "AutomationPolicy", "AutomationRun", "Autonomy", "AutonomyEvent", "DigestMail",
    "DigestSetting", "Pause", "StandingRule", "Verdict",
]  # fmt: skip
