"""Reads delivered files the plain way, one row at a time, independent of the code that wrote them."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from ingest.catalogue import Layout, load_catalogue
from warehouse.state import DEMO_STATE, load_state

NAME = re.compile(r"(?P<source>\w+?)__(?P<file_type>\w+?)__(?P<submitter>[a-z_]+?)__(?P<period>\w+)\.\w+")


def described(path: Path) -> tuple[Layout, str, str]:
    """Layout, submitter and period that a file name states."""
    match = NAME.fullmatch(path.name)
    assert match, path.name
    layout = load_catalogue().layouts[f"{match['source']}/{match['file_type']}"]
    return layout, match["submitter"], match["period"]


def header_and_rows(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    layout, _, period = described(path)
    declared = layout.versions[layout.version_for(period)]
    text = path.read_bytes().decode(declared.encoding)
    lines = csv.reader(text.splitlines(), delimiter=declared.delimiter or ",")
    if declared.format == "delimited_records":
        return next(lines), (line for line in lines if line[0] == declared.record_type)
    return next(lines), lines


def standard_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows under the layout's column names, in standard codes."""
    layout, submitter, period = described(path)
    maps = load_state(DEMO_STATE).submitters[submitter].code_maps
    columns = layout.columns_in(layout.version_for(period))
    _, rows = header_and_rows(path)
    for row in rows:
        places = [
            (column.field_in(layout.version_for(period)) or number) - 1
            for number, column in enumerate(columns, 1)
        ]
        named = {column.name: row[place] for column, place in zip(columns, places, strict=True)}
        for column in columns:
            if column.code_set in maps and named[column.name]:
                named[column.name] = maps[column.code_set][named[column.name]]
        yield named
