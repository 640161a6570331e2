"""How a layout is written: a year states only its difference, a variant only its form.

Belongs here: the shape of layout files and what their abbreviations stand for. Must not come here: finding the files,
the rules of a whole layout (those are `layout`'s).
"""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from ingest.layout import (
    FORM_MARK,
    ColumnType,
    Layout,
    PiiClass,
    Role,
)
from ingest.layout_form import (
    DateFormat,
    Encoding,
    Format,
    HeaderRecord,
    Name,
    Position,
    Strict,
    TrailerRecord,
    Year,
)
from ingest.periods import PeriodKind


class ColumnForm(Strict):
    """Where a column stands from a version on; what is not said stays as it was."""

    headers: list[str] | None = Field(default=None, description="Accepted spellings, the usual one first.")
    position: Position | None = Field(default=None, description="[first, last], counted from 1.")
    field: int | None = Field(default=None, description="Number of the value in a delimited record.")
    absent: bool = Field(default=False, description="The column is no longer sent.")


class VersionFile(Strict):
    """What changes with a year; what is not said stays as in the version before, and null takes it away."""

    format: Format | None = None
    encoding: Encoding | None = Field(default=None, description="Decoded strictly: a wrong byte is refused.")
    delimiter: Literal[",", "|", ";", "\t"] | None = None
    date_format: DateFormat | None = None
    record_length: int | None = Field(default=None, gt=0)
    field_count: int | None = Field(default=None, gt=1, description="Values of a delimited data record.")
    record_type: str | None = Field(default=None, description="What every data record begins with.")
    other_record_types: list[str] = Field(default=[], description="Records of the form that hold no rows.")
    implied_decimals: int = Field(
        default=0, ge=0, le=4, description="Places of a decimal column without point."
    )
    header: HeaderRecord | None = None
    trailer: TrailerRecord | None = None
    columns: dict[Name, ColumnForm] = Field(
        default={}, description="Columns that stand elsewhere from now on."
    )


class VariantFile(Strict):
    """Another form of the same content: the rows go into the same table and are judged by the same rules."""

    title: str
    like: Name | None = Field(default=None, description="The variant whose forms this one changes.")
    versions: dict[Year, VersionFile] = Field(min_length=1)


class ColumnFile(Strict):
    """One column: what it means, how sensitive it is, and where it stands in the layout's own form."""

    name: Name
    description: str
    type: ColumnType
    required: bool | Year = Field(
        default=False, description="true, or the version from which on it is required."
    )
    pii: PiiClass
    ceds: str | None = Field(default=None, description="Global ID of the CEDS element.")
    element: str | None = Field(default=None, description="Number of the PIRL element.")
    code_set: Name | None = None
    headers: list[str] | dict[Year, list[str]] | None = Field(
        default=None,
        description="Accepted spellings, of all versions or from each version on; [] when dropped.",
    )
    position: Position | dict[Year, Position | None] | None = Field(
        default=None, description="[first, last], of all versions or from each version on; null when dropped."
    )
    field: int | dict[Year, int | None] | None = Field(
        default=None, description="Number of the value in a delimited record, whose type is the first."
    )
    example: str | None = Field(default=None, description="An invented value, for the data dictionary.")
    note: str | None = Field(default=None, description="What is doubtful, or varies by state.")
    owner: Role | None = Field(default=None, description="Office that answers for it; else the layout's.")
    steward: Role | None = Field(default=None, description="Office that looks after it; else the layout's.")


class LayoutFile(Strict):
    """The contract for one kind of file that one kind of agency sends, as it is written."""

    source: Name
    file_type: Name
    title: str
    grain: str
    provided_by: str
    owner: Role | None = Field(default=None, description="Office that answers for it; else the agency's.")
    steward: Role | None = Field(default=None, description="Office that looks after it; else the agency's.")
    period: PeriodKind
    key: list[Name] = Field(min_length=1, description="Columns that together name a row.")
    may_be_empty: bool = False
    own_variant: Name = Field(default="standard", description="Name of the form that `versions` describes.")
    versions: dict[Year, VersionFile] = Field(min_length=1)
    variants: dict[Name, VariantFile] = Field(default={})
    columns: list[ColumnFile] = Field(min_length=1)


_Form = dict[str, Any]
# How a column's place is told, by format.
_PLACES = ("headers", "position", "field")
_FORMAT_KEYS = tuple(name for name in VersionFile.model_fields if name != "columns")


def expand(written: LayoutFile) -> Layout:
    """Return the layout with everything said; raise ValueError when it contradicts itself."""
    own = {year: _difference(version) for year, version in written.versions.items()}
    for column in written.columns:
        _add_places(own, column)
    forms = _forms_of(written, own)
    columns = [_column(column, forms) for column in written.columns]
    content = written.model_dump(exclude={"versions", "variants", "columns"}) | {
        "variants": {name: variant.title for name, variant in written.variants.items()},
        "versions": {name: _format(form) for name, form in forms.items()},
        "columns": columns,
    }
    return Layout.model_validate(content)


def _difference(version: VersionFile) -> _Form:
    """Return what a version says, and nothing else."""
    said = version.model_dump(exclude_unset=True)
    said["columns"] = {name: dict(place) for name, place in said.get("columns", {}).items()}
    return said


def _add_places(own: dict[str, _Form], column: ColumnFile) -> None:
    """Bring what a column says about its places into the versions that it speaks of."""
    first = min(own)
    for kind, said in ((kind, getattr(column, kind)) for kind in _PLACES):
        if said is None:
            continue
        for year, place in (said if isinstance(said, dict) else {first: said}).items():
            if year not in own:
                raise ValueError(f"column {column.name} names version {year}, which is not declared")
            own[year]["columns"].setdefault(column.name, {}).setdefault(kind, place)


def _forms_of(written: LayoutFile, own: dict[str, _Form]) -> dict[str, _Form]:
    """Return every form by its name: each variant is the one it is like, with its own differences on top."""
    names = {column.name for column in written.columns}
    resolved: dict[str, dict[str, _Form]] = {written.own_variant: _cumulated({}, own, names)}
    waiting = dict(written.variants)
    while waiting:
        ready = [name for name, variant in waiting.items() if variant.like in (None, *resolved)]
        if not ready:
            name = min(waiting)
            raise ValueError(
                f"variant {name} is like {waiting[name].like}, which is no variant that comes before it"
            )
        for name in ready:
            if name in resolved:
                raise ValueError(f"variant {name} has the name of the layout's own form")
            variant = waiting.pop(name)
            differences = {year: _difference(version) for year, version in variant.versions.items()}
            resolved[name] = _cumulated(resolved.get(variant.like or "", {}), differences, names)
    return {
        year if variant == written.own_variant else f"{year}{FORM_MARK}{variant}": form
        for variant, forms in resolved.items()
        for year, form in forms.items()
    }


def _cumulated(liked: dict[str, _Form], own: dict[str, _Form], columns: set[str]) -> dict[str, _Form]:
    """Return the form of each year: the one it is like in that year, with all differences up to the year applied."""
    begin = min(own)
    forms = {}
    for year in sorted({*own, *(year for year in liked if year > begin)}):
        form: _Form = _in_force(liked, year)
        for _, difference in sorted((since, said) for since, said in own.items() if since <= year):
            if unknown := sorted(set(difference["columns"]) - columns):
                raise ValueError(
                    f"version {year} speaks of column {unknown[0]}, which the layout does not have"
                )
            form = _changed(form, difference)
        forms[year] = form
    return forms


def _in_force(forms: dict[str, _Form], year: str) -> _Form:
    past: Iterable[str] = [name for name in forms if name <= year]
    return forms[max(past)] if past else {"columns": {}}


def _changed(form: _Form, difference: _Form) -> _Form:
    columns = dict(form["columns"])
    for name, place in difference["columns"].items():
        columns[name] = {} if place.get("absent") else {**columns.get(name, {}), **place}
    return {**form, **difference, "columns": columns}


def _format(form: _Form) -> _Form:
    return {name: form[name] for name in _FORMAT_KEYS if name in form}


def _column(column: ColumnFile, forms: dict[str, _Form]) -> dict[str, Any]:
    said = column.model_dump(exclude={"required", *_PLACES})
    if isinstance(column.required, str):
        said["required_from"] = column.required
    else:
        said["required"] = column.required
    for kind in _PLACES:
        places = {name: form["columns"].get(column.name, {}).get(kind) for name, form in forms.items()}
        said[kind] = {name: place for name, place in places.items() if place} or None
    return said
