"""What a research request may name: the package's groups and measures, and every indicator by its code.

Belongs here: the vocabulary and what an indicator is as a group or a measure. Must not come here: requests, rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.yaml_lines import read_yaml

_FILE = Path(__file__).with_name("vocabulary.yml")

Kind = Literal["category", "year", "count", "amount"]
#: A column of a layout, such as k12/student.sex.
Element = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+/[a-z0-9_]+\.[a-z0-9_]+$")]

_INDICATORS = """
    select indicator_code, indicator_version, name, unit, definition, denominator, caveats
    from indicators.registry where is_computed order by indicator_code
"""
# Indicators count persons or periods of participation: of several periods the last one speaks for the person.
_OUTCOME = """
    select distinct on (person_id) person_id, {value} as value from indicators.outcome
    where indicator_code = {code} order by person_id, cohort_period desc, unit_id
"""
_DISTRICT_CELL = """
    select distinct on (diploma.person_id) diploma.person_id, cell.shown_value as value,
        cast(cast(substring(cell.shown_value from '[0-9]+') as integer) / 10 * 10 as text) as coarser
    from core.fct_diploma as diploma
    inner join core.dim_school as school using (school_id)
    inner join published.indicator_cell as cell
        on cell.category = school.district_id and cell.dimension = 'district' and cell.within_dimension = 'state'
    where diploma.diploma_treatment = 'regular' and cell.indicator_code = {code} and cell.shown_value is not null
        and cell.release_id = (
            select max(release_id) from published.release as r
            where not exists (select from published.withdrawal as w where w.release_id = r.release_id)
        )
    order by diploma.person_id, diploma.diploma_date, diploma.school_id, cell.cohort_period desc
"""
_COUNTED = """
    select person_id, min(cast(substring(cohort_period from '[0-9]{{4}}') as integer)) as year
    from indicators.outcome where indicator_code = {code} group by person_id
"""


class _Entry(BaseModel):
    """A part of the vocabulary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    elements: tuple[Element, ...] = Field(min_length=1)
    sql: str


class Group(_Entry):
    """People by a year: one row per person."""

    title: str


class Measure(_Entry):
    """One value per person.

    Attributes:
        describes: the column of the warehouse whose description tells what it is.
        note: what the measure makes of that column.
        kind: how it is coarsened.
        key: whether outsiders may know the value of somebody.
    """

    describes: str
    note: str = ""
    kind: Kind
    key: bool


@dataclass(frozen=True)
class Term:
    """A group or a measure as a request uses it.

    Attributes:
        elements: layout -> columns it is made from.
        version: of an indicator.
    """

    name: str
    title: str
    sql: str
    elements: Mapping[str, tuple[str, ...]]
    kind: Kind = "category"
    key: bool = False
    describes: str = ""
    caveats: str = ""
    version: str = ""


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, Group], dict[str, Measure]]:
    content: dict[str, Any] = read_yaml(_FILE.read_text(encoding="utf-8"))
    groups = {name: Group.model_validate(said) for name, said in content["groups"].items()}
    return groups, {name: Measure.model_validate(said) for name, said in content["measures"].items()}


class Vocabulary:
    """Groups and measures by name; indicators are both."""

    def __init__(self, warehouse: Warehouse, elements_of: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """Read the package's vocabulary and the warehouse's indicators.

        Args:
            warehouse: has the registry of indicators, once its models are built.
            elements_of: the layouts behind each indicator, and the columns of them that it is made from.
        """
        groups, measures = _read()
        self.groups = {name: _group(name, said) for name, said in groups.items()}
        self.measures = {name: _measure(name, said) for name, said in measures.items()}
        if not warehouse.fetch_value("select to_regclass('indicators.registry') is not null"):
            raise P20WError(
                "There is nothing to make an extract from yet.", "Load deliveries, then `p20w run`."
            )
        for row in warehouse.fetch_dicts(_INDICATORS):
            elements = {
                layout: tuple(columns)
                for layout, columns in elements_of.get(row["indicator_code"], {}).items()
            }
            self.groups[row["indicator_code"]] = _counted(row, elements)
            self.measures[row["indicator_code"]] = _outcome(row, elements)
            if row["unit"] == "percent":
                around = _of_district(row, elements)
                self.measures[around.name] = around


def _group(name: str, said: Group) -> Term:
    return Term(name, said.title, said.sql, _by_layout(said.elements))


def _measure(name: str, said: Measure) -> Term:
    return Term(name, said.note, said.sql, _by_layout(said.elements), said.kind, said.key, said.describes)


def _by_layout(elements: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for element in elements:
        layout, _, column = element.partition(".")
        found[layout] = (*found.get(layout, ()), column)
    return found


def _counted(row: Mapping[str, Any], elements: Mapping[str, tuple[str, ...]]) -> Term:
    return Term(
        row["indicator_code"],
        f"Everybody whom the indicator {row['indicator_code']} counts: {row['denominator']}",
        _COUNTED.format(code=_text(row["indicator_code"])),
        elements,
        version=row["indicator_version"],
    )


def _outcome(row: Mapping[str, Any], elements: Mapping[str, tuple[str, ...]]) -> Term:
    is_amount = row["unit"] == "usd"
    return Term(
        row["indicator_code"],
        f"{row['name']}: {row['definition']}" + ("" if is_amount else " yes, no or not_yet_available."),
        _OUTCOME.format(code=_text(row["indicator_code"]), value="amount_usd" if is_amount else "outcome"),
        elements,
        "amount" if is_amount else "category",
        caveats=row["caveats"] or "",
        version=row["indicator_version"],
    )


def _of_district(row: Mapping[str, Any], elements: Mapping[str, tuple[str, ...]]) -> Term:
    """The cube's cell of a person's district as the newest release shows it: the true one would tell what is hidden."""
    return Term(
        f"{row['indicator_code']}_OF_DISTRICT",
        f"{row['name']}, percent, in the district of the first regular diploma, as last published for the newest cohort;"
        " coarser, the ten percent that it begins in.",
        _DISTRICT_CELL.format(code=_text(row["indicator_code"])),
        dict(elements) | {"k12/diploma": tuple(sorted({*elements.get("k12/diploma", ()), "school_id"}))},
        "category",
        # A district's number names the district.
        key=True,
        describes="indicators.cube.rate",
        caveats=row["caveats"] or "",
        version=row["indicator_version"],
    )


def _text(value: str) -> str:
    """A text of the registry as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
