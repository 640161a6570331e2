"""What one agency file looks like: its columns, and each form in which it comes.

Belongs here: the shape of a layout with everything said, and the questions that can be asked of it.
Must not come here: how a layout file abbreviates it (layout_file), reading delivered files, SQL, the catalogue.
"""

from collections.abc import Collection
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ingest.layout_form import LayoutVersion, Name, Position, Strict, Year
from ingest.periods import PeriodKind, period_days, period_example, period_year
from warehouse.errors import P20WError

ColumnType = Literal["text", "date", "integer", "decimal", "code"]
PiiClass = Literal["none", "quasi", "direct", "wage_confidential"]
# An office, not a person: people change.
Role = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120)]

# Columns that the warehouse itself puts in front of every raw table.
RESERVED_COLUMNS = ("delivery_id", "row_number")
# Leaves room for "__d" and a delivery number within PostgreSQL's 63 bytes.
_LONGEST_TABLE_NAME = 45


# A form is named by the year of its version, and by its variant when that is not the layout's own: 2014, 2014+efw2.
FORM_MARK = "+"
FormName = Annotated[str, StringConstraints(pattern=r"^(19|20)\d\d(\+[a-z][a-z0-9_]*)?$", max_length=40)]


class Column(Strict):
    """One column of a file: what it means, how sensitive it is, where it stands in each form.

    Headers and positions are those of every form, or of each form by its name.
    """

    name: Name
    description: str
    type: ColumnType
    required: bool = False
    # The version from which on the column is required, when it is not in all.
    required_from: Year | None = None
    pii: PiiClass
    ceds: str | None = None
    element: str | None = None
    code_set: Name | None = None
    headers: list[str] | dict[str, list[str]] | None = None
    position: Position | dict[str, Position] | None = None
    # The number of the value in a delimited record, whose first value is its type.
    field: int | dict[str, int] | None = None
    example: str | None = None
    note: str | None = None
    # Who answers for the column and who looks after it, where that is not as with the layout.
    owner: Role | None = None
    steward: Role | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name in RESERVED_COLUMNS:
            raise ValueError(f"{self.name} is a name that the warehouse keeps for itself")
        if (self.type == "code") != (self.code_set is not None):
            raise ValueError("type code and code_set belong together")
        places = self.position.values() if isinstance(self.position, dict) else [self.position]
        if any(place is not None and not 1 <= place[0] <= place[1] for place in places):
            raise ValueError("position is [first, last], counted from 1")
        fields = self.field.values() if isinstance(self.field, dict) else [self.field]
        if any(number is not None and number < 2 for number in fields):
            raise ValueError("field is counted from 1, which is the record's type")
        return self

    def position_in(self, version: str) -> Position | None:
        """Return the first and last position in a fixed-width form; None when the form has no such column."""
        if isinstance(self.position, dict):
            return self.position.get(version)
        return self.position

    def field_in(self, version: str) -> int | None:
        """Return the number of the value in a form of delimited records; None when the form has no such column."""
        return self.field.get(version) if isinstance(self.field, dict) else self.field

    def is_required_in(self, version: str) -> bool:
        """Return whether every row of this form must have a value."""
        since = self.required_from
        return self.required or (since is not None and version.partition(FORM_MARK)[0] >= since)

    def headers_for(self, version: str) -> list[str]:
        """Return the header spellings accepted in a version, the usual one first; empty when not sent."""
        if isinstance(self.headers, dict):
            return self.headers.get(version, [])
        return self.headers or []


class Layout(Strict):
    """The contract for one kind of file that one kind of agency sends."""

    source: Name
    file_type: Name
    title: str
    grain: str
    provided_by: str
    # Who answers for the content and who looks after it; else the agency's, which the state's file names.
    owner: Role | None = None
    steward: Role | None = None
    period: PeriodKind
    key_columns: list[Name] = Field(min_length=1, alias="key")
    # A file with a header and no row is loaded either way; the gate may ask whether that is expected.
    may_be_empty: bool = False
    # Other forms of the same content, name → title, beside the layout's own, which has a name too.
    own_variant: Name = "standard"
    variants: dict[Name, str] = Field(default={})
    versions: dict[FormName, LayoutVersion] = Field(min_length=1)
    columns: list[Column] = Field(min_length=1)

    @property
    def key(self) -> str:
        """Name of the layout in commands and control tables, such as k12/student."""
        return f"{self.source}/{self.file_type}"

    @property
    def table(self) -> str:
        """Name of the raw table, such as k12__student."""
        return f"{self.source}__{self.file_type}"

    @cached_property
    def columns_by_name(self) -> dict[str, Column]:
        """Columns by their name, in the order of the file."""
        return {column.name: column for column in self.columns}

    @property
    def code_sets(self) -> list[str]:
        """Names of the code sets that the columns use."""
        return sorted({column.code_set for column in self.columns if column.code_set})

    def period_year(self, period: str) -> int:
        """Return the year of a period; raise P20WError when the text is no period of this layout's kind."""
        year = period_year(self.period, period)
        if year is None:
            raise P20WError(
                f"{period!r} is not a {self.period.replace('_', ' ')}, which {self.key} is delivered by.",
                f"Write the period as {period_example(self.period)}.",
            )
        return year

    def days_of(self, period: str) -> tuple[date, date]:
        """Return the first and the last day of a period; raise P20WError when the text is none of this layout's kind."""
        self.period_year(period)
        return period_days(self.period, period)

    def version_for(self, period: str, variant: str | None = None) -> str:
        """Return the form in force for a period: the newest version whose year has come, of the own or another variant."""
        year = self.period_year(period)
        forms = self.versions_of(variant or self.own_variant)
        in_force = [form for form in forms if int(form.partition(FORM_MARK)[0]) <= year]
        if not in_force:
            first = min(forms).partition(FORM_MARK)[0]
            raise P20WError(
                f"Layout {self.key} begins with {first} and has no version for {period}.",
                f"Add a version for {period} to the layout file, or correct the period.",
            )
        return max(in_force)

    def versions_of(self, variant: str) -> list[str]:
        """Return the forms of a variant, by year; raise P20WError when the layout has no such variant."""
        if variant not in (self.own_variant, *self.variants):
            known = ", ".join([self.own_variant, *self.variants])
            raise P20WError(f"Layout {self.key} has no variant {variant!r}.", f"Its variants are: {known}.")
        return sorted(form for form in self.versions if self.variant_of(form) == variant)

    def variant_of(self, version: str) -> str:
        """Return the variant that a form belongs to."""
        return version.partition(FORM_MARK)[2] or self.own_variant

    def columns_in(self, version: str) -> list[Column]:
        """Return the columns that a file of this version can hold."""
        if self.versions[version].format == "fixed_width":
            return [column for column in self.columns if column.position_in(version)]
        if self.versions[version].format == "delimited_records":
            return [column for column in self.columns if column.field_in(version)]
        return [column for column in self.columns if column.headers_for(version)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [column.name for column in self.columns]
        if repeated := _repeated(names):
            raise ValueError(f"column {repeated} is listed twice")
        if unknown := [name for name in self.key_columns if name not in names]:
            raise ValueError(f"key column {unknown[0]} is not a column")
        if len(self.table) > _LONGEST_TABLE_NAME:
            raise ValueError(f"source and file_type together are longer than {_LONGEST_TABLE_NAME} letters")
        for column in self.columns:
            _check_forms(self, column)
        for version, declared in self.versions.items():
            if declared.format == "fixed_width":
                _check_positions(self, version)
            elif declared.format == "delimited_records":
                _check_fields(self, version)
            else:
                _check_headers(self, version)
        return self


def _repeated(values: list[str]) -> str | None:
    return next((value for value in values if values.count(value) > 1), None)


def _check_forms(layout: Layout, column: Column) -> None:
    """Raise ValueError when a column speaks of a form that the layout does not have."""
    for said in (column.headers, column.position, column.field):
        if isinstance(said, dict) and (unknown := set(said) - set(layout.versions)):
            raise ValueError(f"column {column.name} names version {min(unknown)}, which is not declared")


def _check_headers(layout: Layout, version: str) -> None:
    """Raise ValueError unless a header line of this version can be read in only one way."""
    spellings: list[str] = []
    for column in layout.columns:
        accepted = column.headers_for(version)
        if column.is_required_in(version) and not accepted:
            raise ValueError(f"required column {column.name} has no header in version {version}")
        spellings += dict.fromkeys(accepted)
    if not spellings:
        raise ValueError(f"no column has a header, which version {version} needs")
    if repeated := _repeated(spellings):
        raise ValueError(f"header {repeated!r} belongs to two columns of version {version}")


def _check_fields(layout: Layout, version: str) -> None:
    """Raise ValueError unless each value of a delimited record belongs to one column at most."""
    declared = layout.versions[version]
    fields = {c.name: c.field_in(version) for c in layout.columns}
    if missing := [c.name for c in layout.columns if c.is_required_in(version) and fields[c.name] is None]:
        raise ValueError(f"required column {missing[0]} has no field in version {version}")
    numbers = {name: number for name, number in fields.items() if number is not None}
    if not numbers:
        raise ValueError(f"no column has a field, which version {version} needs")
    if beyond := [name for name, number in numbers.items() if number > (declared.field_count or 0)]:
        raise ValueError(f"column {beyond[0]} lies behind the last of {declared.field_count} fields")
    for number in sorted(numbers.values()):
        if len(taken := [name for name, other in numbers.items() if other == number]) > 1:
            raise ValueError(f"columns {taken[0]} and {taken[1]} have the same field")
    _check_control_column(declared, numbers)


def _check_control_column(declared: LayoutVersion, placed: Collection[str]) -> None:
    trailer = declared.trailer
    if trailer and trailer.control_total and trailer.control_column not in placed:
        raise ValueError("the trailer's control_total needs a control_column that has a place")


def _check_positions(layout: Layout, version: str) -> None:
    """Raise ValueError unless the fixed-width columns lie beside each other within the record."""
    declared = layout.versions[version]
    length = declared.record_length or 0
    places = {c.name: c.position_in(version) for c in layout.columns}
    spans = {name: place for name, place in places.items() if place is not None}
    if missing := [c.name for c in layout.columns if c.is_required_in(version) and c.name not in spans]:
        raise ValueError(f"required column {missing[0]} has no position in version {version}")
    if not spans:
        raise ValueError(f"no column has a position, which version {version} needs")
    if beyond := [name for name, (_, last) in spans.items() if last > length]:
        raise ValueError(f"column {beyond[0]} ends after the record length of {length}")
    ordered = sorted(spans.items(), key=lambda item: item[1])
    for (first_name, first), (second_name, second) in pairwise(ordered):
        if second[0] <= first[1]:
            raise ValueError(f"columns {first_name} and {second_name} overlap")
    _check_control_column(declared, spans)
