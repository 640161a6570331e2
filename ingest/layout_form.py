"""The form in which a file comes from one year on: its format, encoding, records.

Belongs here: what is said of a form as a whole. Must not come here: columns and where they stand (layout).
"""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Year = Annotated[str, StringConstraints(pattern=r"^(19|20)\d\d$")]
DateFormat = Literal["YYYYMMDD", "YYYY-MM-DD", "MM/DD/YYYY"]
Encoding = Literal["utf-8", "windows-1252", "ascii"]
# Lines under a line of names; records cut by position; records of delimited values, told apart by the first one.
Format = Literal["delimited", "fixed_width", "delimited_records"]
Position = tuple[int, int]
# Where a header or trailer says something: bytes of a fixed-width record, or the number of a delimited one's value.
Place = Position | Annotated[int, Field(ge=2)]


class Strict(BaseModel):
    """A part of a layout file; an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class HeaderRecord(Strict):
    """A record in front of the data."""

    record_type: str = Field(min_length=1)


class TrailerRecord(Strict):
    """The record behind the data, with what it says about them."""

    record_type: str = Field(min_length=1)
    record_count: Place | None = None
    # Whether the count is of all records, header and trailer among them, or of those that hold data.
    counts_all: bool = False
    control_total: Place | None = None
    control_column: Name | None = None


class LayoutVersion(Strict):
    """The file format from one year on."""

    format: Format
    encoding: Encoding
    delimiter: Literal[",", "|", ";", "\t"] | None = None
    date_format: DateFormat | None = None
    record_length: int | None = Field(default=None, gt=0)
    # How many values a data record has, its type among them.
    field_count: int | None = Field(default=None, gt=1)
    record_type: str | None = None
    # Records between the data that belong to the form and hold no rows, such as an employer's in front of its workers'.
    other_record_types: list[str] = Field(default=[])
    implied_decimals: int = Field(default=0, ge=0, le=4)
    header: HeaderRecord | None = None
    trailer: TrailerRecord | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.format != "fixed_width" and self.delimiter is None:
            raise ValueError(f"a {self.format} version needs a delimiter")
        if self.format == "delimited_records" and (self.record_type is None or self.field_count is None):
            raise ValueError("a delimited_records version needs a record_type and a field_count")
        if self.format == "fixed_width" and (self.record_length is None or self.encoding == "utf-8"):
            raise ValueError("a fixed_width version needs a record_length and an encoding of single bytes")
        if (self.header or self.trailer or self.other_record_types) and not self.record_type:
            raise ValueError("header, trailer and other records need a record_type for the data records")
        if self.format == "delimited" and self.record_type:
            raise ValueError("records of a type have no line of names: their format is delimited_records")
        said = (self.trailer.record_count, self.trailer.control_total) if self.trailer else ()
        if any(isinstance(place, int) != (self.format == "delimited_records") for place in said if place):
            raise ValueError("a trailer of fixed width has positions [first, last], a delimited one numbers")
        return self

    @property
    def extension(self) -> str:
        """File name extension that goes with the format."""
        return "dat" if self.format == "fixed_width" else ("csv" if self.delimiter == "," else "txt")
