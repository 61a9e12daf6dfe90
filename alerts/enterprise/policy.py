"""What a district decides about enterprises and their monitors: section `enterprise` of the policy."""

from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.outlet_policy import LedgerPolicy, OnboardingPolicy, OperatorPolicy
from alerts.enterprise.ranking import RankingPolicy


class EnterprisePolicy(BaseModel):
    """Deadlines and thresholds of enterprises; local rules, where no national text prescribes any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reply_hours: float = Field(default=48, gt=0, le=24 * 31)
    """After its name was released: until when an enterprise is to answer; later answers are taken, and counted late."""
    remind_hours: float = Field(default=12, ge=0, le=24 * 31)
    """So long before its answer is due an enterprise that has not answered is reminded."""
    appeal_days: int = Field(default=5, ge=1, le=60)
    """Working days after its name was released in which it may appeal."""
    files_mb: float = Field(default=200, gt=0, le=100_000)
    """MiB of files that each side may keep in the window of one enterprise."""
    mark_back_days: float = Field(default=7, gt=0, le=366)
    """How far back what an enterprise declares of its monitor (stop, fault …) may begin."""
    mark_ahead_days: float = Field(default=30, ge=0, le=366)
    """How far ahead planned work may begin."""
    mark_unreviewed_days: float = Field(default=7, gt=0, le=366)
    """For how long a declared mark holds before the desk has accepted it; once accepted it holds to its end."""
    report_hours: float = Field(default=12, gt=0, le=24 * 31)
    """Within which a failure of a monitor is to be reported, from its beginning on."""
    repair_days: int = Field(default=5, ge=1, le=60)
    """Working days within which it is to be repaired; the day on which it began is not counted."""
    onboarding: OnboardingPolicy = OnboardingPolicy()
    operators: OperatorPolicy = OperatorPolicy()
    ledger: LedgerPolicy = LedgerPolicy()
    ranking: RankingPolicy = RankingPolicy()
