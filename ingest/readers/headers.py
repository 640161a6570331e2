"""Header lines: which column of the layout each name stands for, and what is wrong when it does not.

Belongs here: names of columns. Must not come here: data rows, the database.
"""

import csv
from difflib import get_close_matches

from ingest.catalogue import Column, Layout
from ingest.readers.reader import Reader
from warehouse.errors import P20WError

_OTHER_DELIMITERS = {",": "commas", ";": "semicolons", "|": "vertical bars", "\t": "tabs"}


class HeadedReader(Reader):
    """A file whose columns are told apart by a header; `header_names` and `columns` are in the file's order."""

    header_names: list[str]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Each column of the file with its name in the header, in the file's order."""
        return list(zip(self.columns, self.header_names, strict=True))


def split_header(text: str, delimiter: str) -> list[str]:
    """Return the names in a header line, without a byte order mark, outer spaces and quotes."""
    text = text.removeprefix("\ufeff").strip("\r\n")
    if not text.strip():
        return []
    try:
        names = [name.strip().strip('"').strip() for name in next(csv.reader([text], delimiter=delimiter))]
    except csv.Error:
        names = [text]
    if any("\n" in name or "\r" in name for name in names):
        # A quotation that does not end on the line runs into the data, which no message may show; its mark stays, so
        # that the name is not taken for a known one.
        return [name.strip() for name in text.splitlines()[0].split(delimiter)]
    return names


def match_header(names: list[str], layout: Layout, version: str, file_name: str) -> list[Column]:
    """Return the column of each header name; raise P20WError naming what is unknown, missing or repeated."""
    by_spelling = _spellings(layout, version)
    found = [by_spelling.get(name) for name in names]
    matched = [column for column in found if column is not None]
    if len(matched) * 2 < len(names):
        # Then the line may be data, and data must not be quoted.
        raise _not_this_header(names, layout, version, file_name)
    for name, column in zip(names, found, strict=True):
        if column is None:
            raise _unknown(name, by_spelling, matched, file_name)
    for place, column in enumerate(matched):
        if column in matched[:place]:
            raise P20WError(
                f"{file_name}, header: column {column.name} appears twice, then as {names[place]!r}.",
                "Remove one of the two columns.",
            )
    for column in layout.columns_in(version):
        if column.is_required_in(version) and column not in matched:
            expected = column.headers_for(version)[0]
            raise P20WError(
                f"{file_name}, header: required column {column.name} ({expected}) is missing.",
                f"Add a column {expected!r} to the file.",
            )
    return matched


def versions_with_header(names: list[str], layout: Layout) -> list[str]:
    """Return the versions of a layout that this header fits without any fault."""
    return [
        version
        for version, declared in layout.versions.items()
        if declared.format == "delimited" and fits(names, layout, version)
    ]


def fits(names: list[str], layout: Layout, version: str) -> bool:
    """Return whether the names are those of one form of the layout, with all that it requires and nothing else."""
    by_spelling = _spellings(layout, version)
    found = [by_spelling[name].name for name in names if name in by_spelling]
    required = {column.name for column in layout.columns_in(version) if column.is_required_in(version)}
    return len(found) == len(names) == len(set(found)) and required <= set(found)


def _spellings(layout: Layout, version: str) -> dict[str, Column]:
    return {name: column for column in layout.columns for name in column.headers_for(version)}


def _unknown(name: str, by_spelling: dict[str, Column], present: list[Column], file_name: str) -> P20WError:
    other_case = [spelling for spelling in by_spelling if spelling.casefold() == name.casefold()]
    absent = [spelling for spelling, column in by_spelling.items() if column not in present]
    near = other_case or get_close_matches(name, absent, n=1, cutoff=0.5) or absent[:1]
    where = f"{file_name}, header: {name[:60]!r} is not a column of this file."
    if other_case:
        return P20WError(where, f"Upper and lower case count: write {near[0]!r}.")
    if near:
        return P20WError(where, f"Remove it; or, if {near[0]!r} is meant, write that.")
    return P20WError(where, "Remove the column, or add it to the layout file.")


def _not_this_header(names: list[str], layout: Layout, version: str, file_name: str) -> P20WError:
    delimiter = layout.versions[version].delimiter or ","
    expected = delimiter.join(column.headers_for(version)[0] for column in layout.columns_in(version))
    if len(names) == 1:
        for other, word in _OTHER_DELIMITERS.items():
            if other != delimiter and other in names[0]:
                return P20WError(
                    f"{file_name} is separated by {word}; {layout.key} is separated by"
                    f" {_OTHER_DELIMITERS[delimiter]} in version {version}.",
                    "Deliver it with the declared delimiter, or correct the layout file.",
                )
    for other_version in versions_with_header(names, layout):
        return P20WError(
            f"{file_name} has the header of version {other_version} of {layout.key};"
            f" its period calls for version {version}.",
            "Check the period, or deliver the file in the layout of that period.",
        )
    return P20WError(
        f"{file_name}, line 1 is not the header of {layout.key}, version {version}.",
        f"The header must read: {expected}",
    )
