"""What one agency file looks like: its columns, its versions, its format, as read from a layout file.

Belongs here: the shape of a layout and the questions that can be asked of it without reading a file.
Must not come here: reading delivered files, SQL, the list of layouts (that is the catalogue).
"""

from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ingest.periods import PeriodKind, period_example, period_year
from warehouse.errors import P20WError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
ColumnType = Literal["text", "date", "integer", "decimal", "code"]
PiiClass = Literal["none", "quasi", "direct", "wage_confidential"]
DateFormat = Literal["YYYYMMDD", "YYYY-MM-DD", "MM/DD/YYYY"]
Encoding = Literal["utf-8", "windows-1252", "ascii"]
Position = tuple[int, int]

# Columns that the warehouse itself puts in front of every raw table.
RESERVED_COLUMNS = ("delivery_id", "row_number")
# Leaves room for "__d" and a delivery number within PostgreSQL's 63 bytes.
_LONGEST_TABLE_NAME = 45


class _Strict(BaseModel):
    """A part of a layout file; an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Column(_Strict):
    """One column of a file: what it means, how sensitive it is, where it stands in each version."""

    name: Name
    description: str
    type: ColumnType
    required: bool = False
    pii: PiiClass
    ceds: str | None = None
    element: str | None = None
    code_set: Name | None = None
    headers: list[str] | dict[str, list[str]] | None = None
    position: Position | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name in RESERVED_COLUMNS:
            raise ValueError(f"{self.name} is a name that the warehouse keeps for itself")
        if (self.type == "code") != (self.code_set is not None):
            raise ValueError("type code and code_set belong together")
        if self.position is not None and not 1 <= self.position[0] <= self.position[1]:
            raise ValueError("position is [first, last], counted from 1")
        return self

    def headers_for(self, version: str) -> list[str]:
        """Return the header spellings accepted in a version, the usual one first; empty when not sent."""
        if isinstance(self.headers, dict):
            return self.headers.get(version, [])
        return self.headers or []


class HeaderRecord(_Strict):
    """A record in front of the data of a fixed-width file."""

    record_type: str = Field(min_length=1)


class TrailerRecord(_Strict):
    """The record behind the data of a fixed-width file, with what it says about them."""

    record_type: str = Field(min_length=1)
    record_count: Position | None = None
    control_total: Position | None = None
    control_column: Name | None = None


class LayoutVersion(_Strict):
    """The file format from one year on."""

    format: Literal["delimited", "fixed_width"]
    encoding: Encoding
    delimiter: Literal[",", "|", ";", "\t"] | None = None
    date_format: DateFormat | None = None
    record_length: int | None = Field(default=None, gt=0)
    record_type: str | None = None
    implied_decimals: int = Field(default=0, ge=0, le=4)
    header: HeaderRecord | None = None
    trailer: TrailerRecord | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.format == "delimited" and self.delimiter is None:
            raise ValueError("a delimited version needs a delimiter")
        if self.format == "fixed_width" and (self.record_length is None or self.encoding == "utf-8"):
            raise ValueError("a fixed_width version needs a record_length and an encoding of single bytes")
        if (self.header or self.trailer) and not self.record_type:
            raise ValueError("header and trailer records need a record_type for the data records")
        return self

    @property
    def extension(self) -> str:
        """File name extension that goes with the format."""
        return "dat" if self.format == "fixed_width" else ("csv" if self.delimiter == "," else "txt")


class Layout(_Strict):
    """The contract for one kind of file that one kind of agency sends."""

    source: Name
    file_type: Name
    title: str
    grain: str
    provided_by: str
    period: PeriodKind
    key_columns: list[Name] = Field(min_length=1, alias="key")
    # A file with a header and no row is loaded either way; the gate may ask whether that is expected.
    may_be_empty: bool = False
    versions: dict[Annotated[str, StringConstraints(pattern=r"^(19|20)\d\d$")], LayoutVersion] = Field(
        min_length=1
    )
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

    def version_for(self, period: str) -> str:
        """Return the version in force for a period: the newest one whose year has come."""
        year = self.period_year(period)
        in_force = [version for version in self.versions if int(version) <= year]
        if not in_force:
            raise P20WError(
                f"Layout {self.key} begins with {min(self.versions)} and has no version for {period}.",
                f"Add a version for {period} to the layout file, or correct the period.",
            )
        return max(in_force)

    def columns_in(self, version: str) -> list[Column]:
        """Return the columns that a file of this version can hold."""
        if self.versions[version].format == "fixed_width":
            return [column for column in self.columns if column.position]
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
        for version, declared in self.versions.items():
            if declared.format == "fixed_width":
                _check_positions(self, version)
            else:
                _check_headers(self, version)
        return self


def _repeated(values: list[str]) -> str | None:
    return next((value for value in values if values.count(value) > 1), None)


def _check_headers(layout: Layout, version: str) -> None:
    """Raise ValueError unless a header line of this version can be read in only one way."""
    spellings: list[str] = []
    for column in layout.columns:
        if isinstance(column.headers, dict) and (unknown := set(column.headers) - set(layout.versions)):
            raise ValueError(f"column {column.name} names version {min(unknown)}, which is not declared")
        accepted = column.headers_for(version)
        if column.required and not accepted:
            raise ValueError(f"required column {column.name} has no header in version {version}")
        spellings += dict.fromkeys(accepted)
    if repeated := _repeated(spellings):
        raise ValueError(f"header {repeated!r} belongs to two columns of version {version}")


def _check_positions(layout: Layout, version: str) -> None:
    """Raise ValueError unless the fixed-width columns lie beside each other within the record."""
    declared = layout.versions[version]
    length = declared.record_length or 0
    spans = {c.name: c.position for c in layout.columns if c.position is not None}
    if missing := [c.name for c in layout.columns if c.required and c.position is None]:
        raise ValueError(f"required column {missing[0]} has no position")
    if not spans:
        raise ValueError(f"no column has a position, which version {version} needs")
    if beyond := [name for name, (_, last) in spans.items() if last > length]:
        raise ValueError(f"column {beyond[0]} ends after the record length of {length}")
    ordered = sorted(spans.items(), key=lambda item: item[1])
    for (first_name, first), (second_name, second) in pairwise(ordered):
        if second[0] <= first[1]:
            raise ValueError(f"columns {first_name} and {second_name} overlap")
    trailer = declared.trailer
    if trailer and trailer.control_total and trailer.control_column not in spans:
        raise ValueError("the trailer's control_total needs a control_column that has a position")
