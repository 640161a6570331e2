"""The rules that compare a file with an earlier one, as they follow from a layout: its rows, its codes, its blanks.

Belongs here: deriving these rules and their usual limits. Must not come here: what a file is compared with
(comparables), SQL.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ingest.layout import Layout
from quality_checks.rule import ColumnName, Rule

_Part = Annotated[float, Field(gt=0, lt=1)]
_Change = Annotated[float, Field(gt=0)]
_Rows = Annotated[int, Field(ge=1)]


class VolumeLimits(BaseModel):
    """By which share the number of rows may change before it is told.

    A correction has nearly the rows of what it corrects. Between periods cohorts differ, so only what hardly
    happens by nature is told; a file cut off in the middle is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fall: _Part = 0.2
    fall_between_periods: _Part = 0.6
    rise: _Change = 0.5
    rise_between_periods: _Change = 2.0
    least_rows: _Rows = 100


class DistributionLimits(BaseModel):
    """How far the share of a code, or of filled values, may move.

    Of two hundred rows a share moves by a tenth by chance; a quarter means that something is written differently.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    shift: _Part = 0.25
    stability: _Change | None = None
    filled_shift: _Part = 0.3
    least_rows: _Rows = 200
    # Columns whose shares change by nature, such as what only one term has.
    unwatched: tuple[ColumnName, ...] = ()


def comparison_rules(
    layout: Layout, prefix: str, owner: str, volume: VolumeLimits, distribution: DistributionLimits
) -> list[Rule]:
    """Return the rules about a file of this layout beside the comparable earlier one."""
    common = {"layout": layout.key, "owner": owner, "tolerance": 0.0}
    warns = common | {"severity": "warn", "least_rows": distribution.least_rows, "kind": "distribution"}
    rules = [
        common
        | {
            "code": f"{prefix}-VOL-rows",
            "kind": "volume",
            "severity": "hold",
            "fall": volume.fall,
            "between_periods": volume.fall_between_periods,
            "least_rows": volume.least_rows,
            "sentence": "The file has not far fewer rows than the comparable earlier one.",
            "repair": "Look whether the export broke off or left a part out, and send the whole file; if so few are"
            " right, tell the warehouse why.",
        },
        common
        | {
            "code": f"{prefix}-VOL-growth",
            "kind": "volume",
            "severity": "warn",
            "rise": volume.rise,
            "between_periods": volume.rise_between_periods,
            "least_rows": volume.least_rows,
            "sentence": "The file has not far more rows than the comparable earlier one.",
            "repair": "Look whether rows of another period or of another part are among them.",
        },
    ]
    rules += [
        warns
        | {
            "code": f"{prefix}-DIS-{column.name}",
            "column": column.name,
            "shift": distribution.shift,
            "stability": distribution.stability,
            "sentence": f"Column {column.name} holds each code about as often as in the comparable earlier file.",
            "repair": "Look whether the column is filled from another source than before, or the code map has changed.",
        }
        for column in layout.columns
        if column.type == "code" and column.name not in distribution.unwatched
    ]
    optional = [
        column.name
        for column in layout.columns
        if not column.required and column.name not in distribution.unwatched
    ]
    if optional:
        rules.append(
            warns
            | {
                "code": f"{prefix}-DIS-filled",
                "columns": tuple(optional),
                "shift": distribution.filled_shift,
                "sentence": "Optional columns are filled in about as often as in the comparable earlier file.",
                "repair": "Look whether the export still fills the column, and under its own header.",
            }
        )
    return [Rule.model_validate(rule) for rule in rules]
