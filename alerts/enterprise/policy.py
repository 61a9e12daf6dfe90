"""What a district decides about enterprises and their monitors: section `enterprise` of the policy."""

from pydantic import BaseModel, ConfigDict


class EnterprisePolicy(BaseModel):
    """Deadlines and thresholds of enterprises; local rules, where no national text prescribes any."""

    model_config = ConfigDict(frozen=True, extra="forbid")
