"""A first layout file out of a sample: what can be guessed is guessed, the rest is marked for a person to decide.

Belongs here: guessing from a bounded part of one delimited file. Must not come here: loading, and any value of the
sample but codes of columns that hold few of them, for a draft is passed around.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations, islice
from pathlib import Path

from ingest.catalogue import load_catalogue
from ingest.layout_check import UNDECIDED
from ingest.layout_form import DateFormat
from ingest.layout_schema import EDITOR_LINE
from ingest.readers.delimited import read_header_bytes
from ingest.readers.headers import split_header
from ingest.readers.stream import read_chunks
from ingest.readers.typed_text import PATTERNS
from warehouse.errors import P20WError

_MOST_BYTES, _MOST_ROWS = 1 << 22, 5000
_ENCODINGS = ("ascii", "utf-8", "windows-1252")
_DELIMITERS = (",", "|", ";", "\t")
# Codes are written down only when each stands in several rows and there are few: nobody's value is among them.
_MOST_CODES, _LONGEST_CODE, _FEWEST_ROWS, _FEWEST_EACH = 20, 24, 50, 3
_PERSONAL = re.compile(
    r"name|fnm|lnm|nick|suffix|ssn|soc.?sec|birth|dob|phone|mail|addr|street|city|zip|postal|account|fein|_?id$|^id_?|number|nbr|wage|salary",
    re.IGNORECASE,
)
_DATA_LIKE = re.compile(r"\d{6,}|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}")


def draft_layout(sample: Path) -> str:
    """Return the text of a draft; raise P20WError when the sample is no delimited file with a header."""
    if not sample.is_file():
        raise P20WError(f"There is no file {sample}.", "Check the path.")
    encoding, text = _decoded(sample)
    first = read_header_bytes(sample, sample.name).decode(encoding)
    delimiter = max(_DELIMITERS, key=first.count)
    names = split_header(first, delimiter)
    if len(names) < 2:
        raise P20WError(
            f"{sample.name} has no header line with several columns.",
            "Records of fixed width have positions that nobody can guess: write their layout by hand.",
        )
    rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1, _MOST_ROWS + 1))
    rows = [row for row in rows if len(row) == len(names)]
    columns = [[row[place].strip() for row in rows] for place in range(len(names))]
    _check_header(sample, names, columns)
    dates = _date_format(columns)
    lines = [*_head(columns, names), *_version(delimiter, encoding, dates), "columns:"]
    for place, (name, values) in enumerate(zip(names, columns, strict=True), start=1):
        lines += _column(place, name, values, dates)
    return "\n".join(lines) + "\n"


def _decoded(sample: Path) -> tuple[str, str]:
    """Return the encoding and the text of the sample's whole lines, as far as they are looked at."""
    content = b""
    for chunk in read_chunks(sample, sample.name):
        content += chunk
        if len(content) >= _MOST_BYTES:
            content = content[: content.rfind(b"\n") + 1]
            break
    content = content.removeprefix(b"\xef\xbb\xbf")
    for encoding in _ENCODINGS:
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise P20WError(f"{sample.name} is in none of the encodings {', '.join(_ENCODINGS)}.", "Save it in one.")


def _check_header(sample: Path, names: list[str], columns: list[list[str]]) -> None:
    is_data = any(
        not name or _DATA_LIKE.search(name) or name in values
        for name, values in zip(names, columns, strict=True)
    )
    if is_data or len(set(names)) < len(names):
        raise P20WError(
            f"{sample.name}, line 1 looks like data, not like a header.",
            "Put the names of the columns there.",
        )


def _date_format(columns: list[list[str]]) -> DateFormat | None:
    """Return the format in which most columns are dates."""
    found = Counter(form for values in columns for form in PATTERNS if form and _all_dates(values, form))
    return found.most_common(1)[0][0] if found else None


def _all_dates(values: list[str], form: DateFormat) -> bool:
    filled = [value for value in values if value]
    try:
        return bool(filled) and all(
            len(v) >= 8 and datetime.strptime(v, PATTERNS[form]).year > 1900 for v in filled
        )
    except ValueError:
        return False


def _head(columns: list[list[str]], names: list[str]) -> Iterator[str]:
    unique = _unique(columns)
    hint = f"  # unique in the sample: {', '.join(_name(n + 1, names[n]) for n in unique)}" if unique else ""
    yield EDITOR_LINE
    yield f'# A draft: decide everything that is marked "{UNDECIDED}", then run p20w layout check on this file.'
    for key in ("source", "file_type", "title", "grain", "provided_by", "period"):
        yield f'{key}: "{UNDECIDED}"'
    yield f'key: ["{UNDECIDED}"]{hint}'


def _unique(columns: list[list[str]]) -> tuple[int, ...]:
    for width in (1, 2, 3):
        for places in islice(combinations(range(len(columns)), width), 2000):
            seen = list(zip(*(columns[place] for place in places), strict=True))
            if seen and len(set(seen)) == len(seen) and all(all(value) for value in seen):
                return places
    return ()


def _version(delimiter: str, encoding: str, dates: DateFormat | None) -> Iterator[str]:
    yield "versions:"
    # The year in which this form began is nowhere in the file.
    yield f'  "{UNDECIDED}":'
    yield "    format: delimited"
    yield f"    delimiter: {json.dumps(delimiter)}"
    yield f"    encoding: {encoding}"
    if dates:
        yield f"    date_format: {dates}"


def _column(place: int, header: str, values: list[str], dates: DateFormat | None) -> Iterator[str]:
    filled = [value for value in values if value]
    kind = _type(header, filled, dates)
    yield f"  - name: {_name(place, header)}"
    yield f'    description: "{UNDECIDED}"'
    yield f"    type: {kind}"
    if filled and len(filled) == len(values):
        yield "    required: true  # no blank in the sample"
    yield f'    pii: "{UNDECIDED}"'
    if kind == "code":
        codes = sorted(set(filled))
        yield f"    # codes in the sample: {', '.join(json.dumps(code) for code in codes)}"
        yield f"    code_set: {_code_set(codes)}"
    yield f"    headers: [{json.dumps(header)}]"


def _type(header: str, filled: list[str], dates: DateFormat | None) -> str:
    if dates and _all_dates(filled, dates):
        return "date"
    if _is_code(header, filled):
        return "code"
    if filled and all(re.fullmatch(r"-?(0|[1-9]\d{0,8})", value) for value in filled):
        return "integer"
    if filled and all(re.fullmatch(r"-?(0|[1-9]\d*)?\.?\d+", value) for value in filled):
        # Digits behind a leading zero are an identifier or a code, not an amount.
        return "text" if any(re.fullmatch(r"-?0\d+", value) for value in filled) else "decimal"
    return "text"


def _is_code(header: str, filled: list[str]) -> bool:
    counts = Counter(filled)
    return (
        len(filled) >= _FEWEST_ROWS
        and len(counts) <= _MOST_CODES
        and min(counts.values()) >= _FEWEST_EACH
        and max(map(len, counts)) <= _LONGEST_CODE
        and not _PERSONAL.search(header)
        and not any(_DATA_LIKE.search(value) for value in counts)
        and not all(re.fullmatch(r"(19|20)\d\d", value) for value in counts)
    )


def _code_set(codes: list[str]) -> str:
    """Return the smallest code set of the catalogue that has all these codes, else the mark."""
    fitting = [s for s in load_catalogue().code_sets.values() if set(codes) <= set(s.codes)]
    best = min(fitting, key=lambda code_set: len(code_set.codes), default=None)
    return f"{best.name}  # has all of them; is it meant?" if best else f'"{UNDECIDED}"'


def _name(place: int, header: str) -> str:
    """Return a name to begin with; the agency's spelling stays in the headers alone."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", header)
    name = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:50]
    return name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else f"column_{place}"
