"""One rule about one kind of file: what must hold, said so that the sending agency understands it.

Belongs here: the shape of a rule and what makes it complete. Must not come here: SQL, expectations, results.
"""

import math
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

RuleKind = Literal[
    "completeness",
    "type",
    "code_set",
    "range",
    "format",
    "date_order",
    "uniqueness",
    "cross_column",
    "referential",
    "cross_file",
    "volume",
    "distribution",
]
Severity = Literal["reject", "hold", "warn"]
Origin = Literal["package", "changed", "state"]
RuleCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4,8}-([0-9]{3}|[A-Z]{3}-[a-z0-9_]+)$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
OtherLayout = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+/[a-z0-9_]+\.[a-z0-9_]+$")]

# What a rule of each kind must name beside its sentence.
_NEEDS: dict[str, set[str]] = {
    "completeness": {"column"},
    "type": {"column"},
    "code_set": {"column"},
    "range": {"column"},
    "format": {"column", "pattern"},
    "date_order": {"columns"},
    "uniqueness": {"columns"},
    "cross_column": {"column", "fails"},
    "referential": {"column", "refers_to"},
    "cross_file": {"columns", "other", "partner"},
    "volume": {"between_periods", "least_rows"},
    "distribution": {"least_rows"},
}
# ... and of these one at least.
_ONE_OF: dict[str, tuple[set[str], ...]] = {
    "range": ({"minimum", "maximum"},),
    "volume": ({"fall", "rise"},),
    "distribution": ({"column", "columns"}, {"shift", "stability"}),
}
# What a rule of each kind may name beside.
_MAY: dict[str, set[str]] = {"cross_file": {"fails"}}
_DETAILS = (
    "column",
    "columns",
    "pattern",
    "minimum",
    "maximum",
    "fails",
    "refers_to",
    "other",
    "partner",
    "fall",
    "rise",
    "between_periods",
    "shift",
    "stability",
    "least_rows",
)
_ABOUT_SEVERAL_ROWS = ("uniqueness", "cross_file")
_ABOUT_THE_FILE = ("volume", "distribution")
TolerableChange = Annotated[float, Field(gt=0)]


def tolerated_rows(tolerance: float, rows: int) -> int:
    """Return how many rows a tolerated share comes to: one at least where any share is tolerated.

    Otherwise a single slip would hold every file of a few rows. The database rounds up in the same way.
    """
    return math.ceil(round(tolerance * rows, 9))


class Rule(BaseModel):
    """What must hold for the rows of one layout, how much it matters, and who can put it right.

    `reject` sets the failing row aside, `hold` stops a delivery in which more than the tolerated share
    of rows fails, `warn` counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: RuleCode
    layout: str
    kind: RuleKind
    sentence: str = Field(min_length=10, pattern=r"\.$")
    repair: str = Field(min_length=10, pattern=r"\.$")
    severity: Severity
    owner: str
    # The package's as it is, the package's as the state has changed it, or a state's own.
    origin: Origin = "package"
    reference: str = ""
    tolerance: float = Field(ge=0, lt=1)
    column: ColumnName | None = None
    columns: tuple[ColumnName, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    fails: str | None = None
    refers_to: Reference | None = None
    skip_blank: bool = False
    # cross_file: the layout in which a row with the same values in `columns` is required or forbidden; `fails`
    # then says which rows of it count, with their columns as `other.<name>`.
    other: OtherLayout | None = None
    partner: Literal["required", "forbidden"] | None = None
    same_submitter: bool = True
    # volume: by which share of rows a file may fall or rise against the one it replaces, and against that of another
    # period. distribution: how far a share may move, and the greatest population stability index. Fewer rows than
    # `least_rows` in either file say nothing.
    fall: TolerableChange | None = Field(default=None, lt=1)
    rise: TolerableChange | None = None
    between_periods: TolerableChange | None = None
    shift: TolerableChange | None = Field(default=None, lt=1)
    stability: TolerableChange | None = None
    least_rows: int | None = Field(default=None, ge=1)

    @property
    def column_name(self) -> str:
        """The column that an agency looks at first when the rule fails; empty of a rule about the whole file."""
        return self.column or (self.columns[0] if self.is_about_rows else "")

    @property
    def is_about_rows(self) -> bool:
        """Whether rows break the rule, not the file as a whole in comparison with an earlier one."""
        return self.kind not in _ABOUT_THE_FILE

    def tolerates(self, failed: int, rows: int) -> bool:
        """Return whether so many failing rows are within the tolerance."""
        return failed <= tolerated_rows(self.tolerance, rows)

    @property
    def is_about_one_row(self) -> bool:
        """Whether a row can be judged by itself, without other rows of its delivery or of other files."""
        return self.is_about_rows and self.kind not in _ABOUT_SEVERAL_ROWS

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = {name for name in _DETAILS if getattr(self, name) not in (None, ())}
        needed = _NEEDS[self.kind] | given & _MAY.get(self.kind, set())
        for choice in _ONE_OF.get(self.kind, ()):
            needed = needed | (given & choice or {min(choice)})
        if given != needed:
            raise ValueError(f"a {self.kind} rule names {', '.join(sorted(needed))} and nothing else")
        if self.kind == "date_order" and len(self.columns) != 2:
            raise ValueError("a date_order rule names two columns, the earlier date first")
        if self.kind == "cross_file" and self.severity != "warn":
            raise ValueError(
                "a cross_file rule warns: the other file may be late, or be the one that is wrong"
            )
        if not self.is_about_rows and self.severity == "reject":
            raise ValueError("a rule about the whole file holds or warns: there is no row to set aside")
        if {"fall", "rise"} <= given or {"column", "columns"} <= given:
            raise ValueError(f"a {self.kind} rule names one column or several, a fall or a rise, not both")
        if self.skip_blank and self.kind != "uniqueness":
            raise ValueError("skip_blank is for uniqueness rules")
        return self
