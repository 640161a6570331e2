"""The data dictionary of a layout, as it is sent to an agency: text, HTML or CSV.

Belongs here: what an agency must know to make the file. Must not come here: delivered data, the catalogue's files.
"""

import csv
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace

from ingest.catalogue import Catalogue, Column, Layout
from ingest.readers.typed_text import PATTERNS
from warehouse.state_sections.senders import Agency, Submitter

_CONFIDENTIALITY = {
    "none": "",
    "quasi": "identifies together with other columns",
    "direct": "identifies a person",
    "wage_confidential": "wages, confidential",
}


@dataclass(frozen=True)
class Entry:
    """One column of the file."""

    column: str
    name: str
    description: str
    ceds: str
    type: str
    required: str
    codes: str
    example: str
    confidentiality: str
    note: str
    limitations: str
    owner: str
    steward: str


@dataclass(frozen=True)
class Stewardship:
    """Who answers for a column and who looks after it; empty where nobody has been named."""

    owner: str
    steward: str


@dataclass(frozen=True)
class Dictionary:
    """One form of a layout, told to those who send it."""

    title: str
    facts: dict[str, str]
    entries: list[Entry]
    whose: Stewardship


def dictionary(
    catalogue: Catalogue,
    layout: Layout,
    form: str,
    submitter: Submitter | None = None,
    year: int | None = None,
    limitations: Mapping[str, Sequence[str]] | None = None,
    agency: Agency | None = None,
) -> Dictionary:
    """Return the dictionary of one form; with a submitter in its own codes, those of the year.

    Args:
        catalogue: where the codes are.
        layout: what is told.
        form: one of the layout's forms.
        submitter: whose codes are shown; else the standard ones.
        year: the year of the codes; else the form's first.
        limitations: column -> what is known to be doubtful about it.
        agency: whose owner and steward are told where the layout names none.
    """
    declared = layout.versions[form]
    variant = layout.variant_of(form)
    whose = stewardship(layout, None, agency)
    facts = {
        "File": layout.key,
        "One row": layout.grain,
        "Sent by": layout.provided_by,
        "Owner": whose.owner or "not named",
        "Steward": whose.steward or "not named",
        "Form": f"{layout.variants.get(variant, variant)}, from {form[:4]}",
        "Format": _format(layout, form),
        "Encoding": declared.encoding,
        "Key": ", ".join(layout.key_columns),
    }
    if declared.date_format:
        facts["Dates"] = declared.date_format
    year = year or int(form[:4])
    entries = [
        replace(
            _entry(catalogue, column, layout, form, submitter, year),
            limitations=" ".join((limitations or {}).get(column.name, ())),
            **vars(stewardship(layout, column, agency)),
        )
        for column in layout.columns_in(form)
    ]
    return Dictionary(layout.title, facts, entries, whose)


def stewardship(layout: Layout, column: Column | None, agency: Agency | None) -> Stewardship:
    """Return a column's owner and steward: its own, else the layout's, else the agency's."""
    said = [one for one in (column, layout, agency) if one is not None]
    return Stewardship(
        next((one.owner for one in said if one.owner), ""),
        next((one.steward for one in said if one.steward), ""),
    )


def _format(layout: Layout, form: str) -> str:
    declared = layout.versions[form]
    names = {",": "commas", "|": "vertical bars", ";": "semicolons", "\t": "tabs"}
    separated = f"separated by {names[declared.delimiter or ',']}"
    if declared.format != "delimited":
        is_fixed = declared.format == "fixed_width"
        size = f"{declared.record_length} bytes" if is_fixed else f"{declared.field_count} values"
        parts = [f"records of {size}" + ("" if is_fixed else f" {separated}, the first of them the type")]
        parts += [f"header {declared.header.record_type}"] if declared.header else []
        parts += [f"data {declared.record_type}"] if declared.record_type else []
        parts += [f"trailer {declared.trailer.record_type}"] if declared.trailer else []
        return ", ".join(parts)
    return f"text with a header line, {separated}; or Parquet or XLSX"


def _entry(
    catalogue: Catalogue, column: Column, layout: Layout, form: str, submitter: Submitter | None, year: int
) -> Entry:
    codes = _codes(catalogue, column, submitter, year)
    return Entry(
        column=_place(column, layout, form),
        name=column.name,
        description=column.description,
        ceds=f"CEDS {column.ceds}" if column.ceds else (f"PIRL {column.element}" if column.element else ""),
        type=_type(layout, column, form),
        required="yes" if column.is_required_in(form) else "",
        codes="; ".join(f"{code} {label}" for code, label in codes),
        example=column.example or _example(layout, column, form, codes),
        confidentiality=_CONFIDENTIALITY[column.pii],
        note=column.note or (catalogue.code_sets[column.code_set].note if column.code_set else "") or "",
        limitations="",
        owner="",
        steward="",
    )


def _place(column: Column, layout: Layout, form: str) -> str:
    """Return where the column stands, in words of the form: positions, the number of the value, or headers."""
    kind = layout.versions[form].format
    if kind == "fixed_width" and (place := column.position_in(form)):
        return f"{place[0]}-{place[1]}"
    return (
        f"field {column.field_in(form)}"
        if kind == "delimited_records"
        else " or ".join(column.headers_for(form))
    )


def _codes(
    catalogue: Catalogue, column: Column, submitter: Submitter | None, year: int
) -> list[tuple[str, str]]:
    """Return the codes to send with their labels: the submitter's own where it has some."""
    if column.code_set is None:
        return []
    code_set = catalogue.code_sets[column.code_set]
    maps = submitter.code_map(column.code_set) if submitter else []
    if not maps:
        return [
            (code, label) for code, label in code_set.codes.items() if _in(year, *code_set.years_of(code))
        ]
    return [
        (local, code_set.codes[standard])
        for first, last, codes in maps
        if _in(year, first, last)
        for local, standard in codes.items()
        if standard in code_set.codes and _in(year, *code_set.years_of(standard))
    ]


def _in(year: int, first: int, last: int) -> bool:
    return first <= year <= last


def _type(layout: Layout, column: Column, form: str) -> str:
    decimals = layout.versions[form].implied_decimals
    if column.type == "decimal" and decimals:
        return f"decimal, {decimals} implied places"
    return f"date {layout.versions[form].date_format}" if column.type == "date" else column.type


def _example(layout: Layout, column: Column, form: str, codes: list[tuple[str, str]]) -> str:
    import datetime

    if column.type == "date":
        return datetime.date(2019, 5, 31).strftime(PATTERNS[layout.versions[form].date_format])
    if column.type == "decimal":
        return "000123456" if layout.versions[form].implied_decimals else "1234.56"
    if column.type == "integer":
        return "2019" if column.name.endswith("year") else "12"
    return codes[0][0] if codes else ""


def as_text(told: Dictionary) -> str:
    """Return the dictionary for a terminal."""
    lines = [told.title, ""] + [f"{name + ':':10}{value}" for name, value in told.facts.items()]
    for entry in told.entries:
        lines += ["", f"{entry.column}  [{entry.name}]"]
        facts = [entry.type, "required" if entry.required else "", entry.ceds, entry.confidentiality]
        lines += [f"    {entry.description}", f"    {', '.join(fact for fact in facts if fact)}"]
        lines += [f"    Codes: {entry.codes}"] if entry.codes else []
        lines += [f"    For example: {entry.example}"] if entry.example else []
        lines += [f"    Note: {entry.note}"] if entry.note else []
        lines += [f"    Known limitation: {entry.limitations}"] if entry.limitations else []
        if (entry.owner, entry.steward) != (told.whose.owner, told.whose.steward):
            lines.append(f"    Owner: {entry.owner or 'not named'}; steward: {entry.steward or 'not named'}")
    return "\n".join(lines) + "\n"


def as_csv(told: Dictionary) -> str:
    """Return the dictionary as a table for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Entry)])
    # A leading quote mark keeps a spreadsheet from taking a header or code for a formula.
    writer.writerows([[_plain(value) for value in astuple(entry)] for entry in told.entries])
    return text.getvalue()


def _plain(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def as_html(told: Dictionary) -> str:
    """Return the dictionary as one page that can be printed."""
    facts = "".join(
        f"<tr><th>{html.escape(n)}</th><td>{html.escape(v)}</td></tr>" for n, v in told.facts.items()
    )
    names = [field.name for field in fields(Entry)]
    head = "".join(f'<th scope="col">{name.capitalize()}</th>' for name in names)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(value)}</td>" for value in astuple(entry)) + "</tr>"
        for entry in told.entries
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(told.title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{html.escape(told.title)}</h1><table class=facts>{facts}</table>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></body></html>\n"
    )


_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:2em}table{border-collapse:collapse;margin-bottom:1.5em}"
    "th,td{border:1px solid #bbb;padding:.3em .5em;text-align:left;vertical-align:top}thead th{background:#eee}"
    "@media print{body{margin:0;font-size:10px}}"
)
