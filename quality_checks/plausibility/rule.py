"""One rule about what the warehouse has made: a measure with one number per subject, and where it must lie.

Belongs here: the shape of such a rule. Must not come here: rules about delivered files (quality_checks.rule), running.
"""

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from quality_checks.rule import Origin, RuleCode

Gate = Literal["linkage", "release"]
GateSeverity = Literal["hold", "warn"]
Relation = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]


class Limits(BaseModel):
    """Where a number must lie; open at a side that is not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("give a minimum, a maximum or both")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("the minimum is above the maximum")
        return self


class Group(NamedTuple):
    """Subjects of a rule that have the same limits: those named, or all without limits of their own."""

    column: str
    limits: Limits
    subject: str | None


class PlausibilityRule(BaseModel):
    """What must hold for a linkage run or for the numbers of a release.

    `hold` keeps the run or the release out, `warn` tells the steward.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: RuleCode
    gate: Gate
    sentence: str = Field(min_length=10, pattern=r"\.$")
    repair: str = Field(min_length=10, pattern=r"\.$")
    severity: GateSeverity
    owner: str
    reference: str = ""
    origin: Origin = "package"
    # A select of subject and value; `%(run)s`, `%(before)s` and each of `settings` can be used in it.
    measure: str
    # Without these relations there is nothing to measure yet.
    needs: tuple[Relation, ...] = ()
    settings: dict[str, float] = {}
    minimum: float | None = None
    maximum: float | None = None
    # Limits of single subjects, such as two sources that share few people by nature.
    limits_of: dict[str, Limits] = {}
    # Whether it compares a linkage run with the one before, so that `p20w link --accept-drift` lets it pass.
    is_drift: bool = False
    # Whether a finding may tell the number: not where it is one that disclosure control might hide.
    tells_value: bool = False

    @property
    def limits(self) -> Limits:
        """The limits of every subject that has none of its own."""
        return Limits(minimum=self.minimum, maximum=self.maximum)

    def limits_for(self, subject: str) -> Limits:
        """Return the limits of one subject."""
        return self.limits_of.get(subject, self.limits)

    @property
    def groups(self) -> list[Group]:
        """Each set of limits with a column name of its own, that of most subjects first."""
        name = self.code.lower().replace("-", "_")
        own = enumerate(self.limits_of.items(), start=1)
        return [
            Group(name, self.limits, None),
            *(Group(f"{name}_{number}", limits, subject) for number, (subject, limits) in own),
        ]

    @model_validator(mode="after")
    def _check(self) -> Self:
        # Made for its own check of what is given.
        _ = self.limits
        if not self.measure.strip().lower().startswith(("select", "with")):
            raise ValueError("a measure is a query that gives subject and value")
        return self


#: What a state may change of a rule; with another measure it would be another rule.
CHANGEABLE = frozenset(
    {"sentence", "repair", "severity", "owner", "reference", "settings", "minimum", "maximum", "limits_of"}
)


def changed(rule: PlausibilityRule, change: dict[str, Any]) -> PlausibilityRule:
    """Return the rule as a state has it; settings and single subjects' limits are laid over the package's."""
    content = rule.model_dump() | change | {"origin": "changed"}
    for name in ("settings", "limits_of"):
        if isinstance(change.get(name), dict):
            content[name] = rule.model_dump()[name] | change[name]
    return PlausibilityRule.model_validate(content)
