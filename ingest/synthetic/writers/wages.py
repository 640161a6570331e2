"""The unemployment insurance agency's files: quarterly ICESA records, and employer accounts per calendar year.

Belongs here: jobs as employers report them. Must not come here: who works where.
"""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array, Rng, text
from ingest.synthetic.calendars import FIRST_QUARTER, LAST_QUARTER
from ingest.synthetic.employment import (
    BORROWED_SSN,
    NAME_VARIANTS,
    OWN_SSN,
    PLACEHOLDER_SSN,
    WRONG_SSN,
    QuarterRows,
)
from ingest.synthetic.identity_errors import wrong_number
from ingest.synthetic.names import NameBook
from ingest.synthetic.places import COUNTIES, NAME_FULL, NAME_NONE, NAME_SHORT, Employers
from ingest.synthetic.population import People
from ingest.synthetic.records import RecordTruth
from ingest.synthetic.renditions import PLACEHOLDERS, WAGES, Profile, render
from ingest.synthetic.writers.outbox import Outbox, Value

SUBMITTER = "ui_agency"
# Later than any marriage.
_ALWAYS = 2**31 - 1
_VARIANTS = 2 * NAME_VARIANTS
_STYLES = (NAME_FULL, NAME_SHORT, NAME_NONE)
_SSN_KINDS = (OWN_SSN, WRONG_SSN, BORROWED_SSN, PLACEHOLDER_SSN)
# The letters of every number from 0000 to 9999: four digits are written at once.
_FOUR_DIGITS = np.arange(10_000)[:, None] // np.array([1000, 100, 10, 1]) % 10 + ord("0")
_FOUR_DIGITS = _FOUR_DIGITS.astype(np.uint8)
_NAME_PARTS = {"last_name": 20, "first_name": 12, "middle_initial": 1}


def identity_codes(rows: QuarterRows, employers: Employers) -> Array:
    """Return for each wage record a code of its person, kind of number and way of writing the name; see `WageNames.keys`."""
    style = employers.name_style[rows.employer]
    name = np.where(style == NAME_NONE, NAME_NONE * _VARIANTS, style * _VARIANTS + rows.name_variant)
    codes: Array = rows.person.astype(np.int64) * 256 + rows.ssn_kind * 32 + name
    return codes


class WageNames:
    """A block's names and numbers as employers know them, by person, kind of number and way of writing the name."""

    def __init__(self, rng: Rng, people: People, names: NameBook) -> None:
        everyone = np.arange(len(people))
        self.ssn = np.zeros((len(_SSN_KINDS), len(people)), dtype=np.int64)
        self.ssn[OWN_SSN] = people.ssn
        self.ssn[WRONG_SSN] = wrong_number(rng, people.ssn)
        self.ssn[BORROWED_SSN] = np.roll(people.ssn, 1 + int(rng.integers(0, max(len(people) - 2, 1))))
        self.ssn[PLACEHOLDER_SSN] = np.array([int(number) for number in PLACEHOLDERS])[people.person % 3]
        self.has_initial = rng.random(len(people)) < 0.6
        self.parts = {
            name: np.zeros((len(_STYLES) * _VARIANTS, len(people)), f"S{width}")
            for name, width in _NAME_PARTS.items()
        }
        seeds = rng.integers(0, 2**63, NAME_VARIANTS)
        profiles = (_profile(0.0, 0.0, 0.1), _profile(0.6, 0.0, 0.5), _profile(0.1, 0.5, 0.2))
        wed = np.full(len(people), _ALWAYS)
        for variant, (seed, profile) in enumerate(zip(seeds, profiles, strict=True)):
            for married in (0, 1):
                record = render(
                    np.random.default_rng(seed), people, names, profile, everyone, on=wed if married else None
                )
                self._keep(variant + married * NAME_VARIANTS, record.last, record.first, record.middle)

    def _keep(self, variant: int, last: pa.Array, first: pa.Array, middle: pa.Array) -> None:
        """Keep a name in every style: in full, cut to six letters and an initial, or not at all."""
        last, first = _letters(last), _letters(first)
        initial = np.where(self.has_initial, _bytes(_letters(middle), 1), b"")
        full, short = NAME_FULL * _VARIANTS + variant, NAME_SHORT * _VARIANTS + variant
        self.parts["last_name"][full] = np.char.strip(_bytes(last, 20))
        self.parts["first_name"][full] = np.char.strip(_bytes(first, 12))
        self.parts["middle_initial"][full] = initial
        self.parts["last_name"][short] = np.char.strip(_bytes(last, 6))
        self.parts["first_name"][short] = _bytes(first, 1)

    def keys(self, codes: Array) -> tuple[Array, pa.Array]:
        """Return persons and record keys for codes of person, kind of number and way of writing."""
        person, kind, name = codes // 256, codes // 32 % 8, codes % 32
        parts = [pa.array(self.parts[part][name, person].astype("U")) for part in _NAME_PARTS]
        return person, pc.binary_join_element_wise(text(self.ssn[kind, person], 9), *parts, "|")


class WageWriter:
    """Writes the wage files; their final records are added when every block has been written."""

    def __init__(self, outbox: Outbox, employers: Employers) -> None:
        self.outbox, self.employers = outbox, employers
        self.layout = outbox.catalogue.layouts["ui/wage"]
        version = max(self.layout.versions_of(self.layout.own_variant))
        places = {c.name: c.position_in(version) for c in self.layout.columns}
        self.places = {name: place for name, place in places.items() if place is not None}
        declared = self.layout.versions[version]
        self.length, self.trailer = declared.record_length or 0, declared.trailer
        self.totals: dict[Path, list[int]] = defaultdict(lambda: [0, 0])
        self._irregular: set[str] = set()

    def write(self, rows: QuarterRows, names: WageNames) -> Array:
        """Append one quarter's records; return the codes of the identities in them."""
        period = f"{rows.quarter // 4}Q{rows.quarter % 4 + 1}"
        path = self.outbox.path(self.layout, SUBMITTER, period)
        codes = identity_codes(rows, self.employers)
        lines = self._records(rows, names, codes % 32)
        self.outbox.append(path, self._header(rows.quarter), lines.tobytes(), len(rows.person))
        self.totals[path][0] += len(rows.person)
        self.totals[path][1] += int(rows.cents.sum())
        return codes

    def add_truth(self, codes: Array, names: WageNames, people: People, truth: RecordTruth) -> None:
        """Record whose identities these are; a key that two persons share stays with the first."""
        person, keys = names.keys(codes)
        kind = codes // 32 % 8
        # Two ways of writing a name can come out alike.
        places = keys.dictionary_encode().indices.to_numpy()
        keep = np.zeros(len(codes), dtype=bool)
        keep[np.unique(places, return_index=True)[1]] = True
        for place in np.flatnonzero(keep & (kind != OWN_SSN)):
            key = keys[int(place)].as_py()
            keep[place] = key not in self._irregular
            self._irregular.add(key)
        truth.add("ui", keys.filter(pa.array(keep)), people, person[keep])

    def finish(self) -> None:
        """Add the final record of every file: how many records it holds, and their wages in total."""
        for path, (count, total) in self.totals.items():
            record = np.full(self.length, ord(" "), dtype=np.uint8)
            record[0] = ord("F")
            said = self.trailer
            for place, value in ((said.record_count, count), (said.control_total, total)) if said else ():
                if isinstance(place, tuple):
                    first, last = place
                    digits = str(value).zfill(last - first + 1)
                    record[first - 1 : last] = np.frombuffer(digits.encode(), np.uint8)
            self.outbox.append(path, b"", record.tobytes() + b"\n", 0)

    def _records(self, rows: QuarterRows, names: WageNames, name: Array) -> Array:
        count = len(rows.person)
        lines = np.full((count, self.length + 1), ord(" "), dtype=np.uint8)
        lines[:, 0], lines[:, -1] = ord("S"), ord("\n")
        self._digits(lines, "ssn", names.ssn[rows.ssn_kind, rows.person])
        for part in _NAME_PARTS:
            self._text(lines, part, names.parts[part][name, rows.person])
        self._constant(lines, "state_code", b"SY")
        self._constant(lines, "taxing_entity", b"UTAX")
        self._digits(lines, "total_gross_wages", rows.cents)
        self._digits(lines, "total_ui_wages", rows.cents)
        weeks = np.where(rows.separated | (rows.hired == rows.quarter), 1 + rows.cents % 12, 13)
        self._digits(lines, "weeks_worked", weeks)
        switched = rows.quarter >= self.employers.successor_from[rows.employer]
        account = np.where(
            switched, self.employers.successor[rows.employer], self.employers.account[rows.employer]
        )
        self._digits(lines, "employer_account_id", account, 10)
        self._digits(lines, "reporting_unit_id", rows.person % self.employers.units[rows.employer] + 1, 5)
        self._constant(
            lines, "reporting_period", f"{rows.quarter % 4 * 3 + 3:02d}{rows.quarter // 4}".encode()
        )
        self._month(lines, "first_employed", rows.hired, rows.hired >= FIRST_QUARTER)
        self._month(lines, "separation", np.full(count, rows.quarter), rows.separated)
        return lines

    def _digits(self, lines: Array, column: str, values: Array, width: int | None = None) -> None:
        first, last = self.places[column]
        rest, end = values.astype(np.int64), first - 1 + (width or last - first + 1)
        while end > first - 1:
            begin = max(end - 4, first - 1)
            rest, four = np.divmod(rest, 10_000)
            lines[:, begin:end] = _FOUR_DIGITS[four, begin - end :]
            end = begin

    def _text(self, lines: Array, column: str, values: Array) -> None:
        first, last = self.places[column]
        width = last - first + 1
        letters = np.ascontiguousarray(values.astype(f"S{width}")).view(np.uint8).reshape(len(values), width)
        lines[:, first - 1 : last] = np.where(letters == 0, ord(" "), letters)

    def _constant(self, lines: Array, column: str, value: bytes) -> None:
        first, _ = self.places[column]
        lines[:, first - 1 : first - 1 + len(value)] = np.frombuffer(value, np.uint8)

    def _month(self, lines: Array, column: str, quarter: Array, known: Array) -> None:
        first, last = self.places[column]
        value = (quarter % 4 * 3 + 1) * 10_000 + quarter // 4
        self._digits(lines, column, value)
        lines[~known, first - 1 : last] = ord(" ")

    def _header(self, quarter: int) -> bytes:
        record = f"A{quarter // 4}990000001UTAX".ljust(23) + "Unemployment Insurance Agency"
        return (record.ljust(self.length) + "\n").encode("ascii")


def write_employers(outbox: Outbox, employers: Employers) -> None:
    """Write the employer accounts of every calendar year; a successor names the account it took over."""
    unit = np.concatenate([np.arange(1, 1 + count) for count in employers.units])
    of_unit = np.repeat(np.arange(len(employers.account)), employers.units)
    for year in range(FIRST_QUARTER // 4, LAST_QUARTER // 4 + 1):
        old = employers.successor_from[of_unit] > year * 4
        new = employers.successor_from[of_unit] <= year * 4 + 3
        which = np.r_[of_unit[old], of_unit[new]]
        is_new = np.r_[np.zeros(int(old.sum()), bool), np.ones(int(new.sum()), bool)]
        account = np.where(is_new, employers.successor[which], employers.account[which])
        predecessor = text(employers.account[which], 10)
        columns: dict[str, Value] = {
            "calendar_year": np.full(len(which), year),
            "employer_account_id": text(account, 10),
            "reporting_unit_id": text(np.r_[unit[old], unit[new]], 5),
            "employer_id_federal": text(employers.fein[which], 9),
            "predecessor_account_id": pc.if_else(pa.array(is_new), predecessor, pa.scalar(None, pa.string())),
            "employer_name": pc.binary_join_element_wise(pa.scalar("Employer"), text(which + 1, 6), " "),
            "naics_code": pa.array(employers.naics[which]),
            "county_name": pa.array(np.array(COUNTIES)[employers.county[which]]),
            "ownership": pa.array(employers.ownership[which]),
        }
        outbox.write("ui/employer", SUBMITTER, str(year), columns)


def _profile(nickname: float, misspelled: float, one_surname: float) -> Profile:
    return Profile(
        WAGES.spelling, WAGES.upper, no_ssn=0.0, wrong_ssn=0.0, nickname=nickname, misspelled=misspelled,
        one_surname=one_surname, joined_surname=WAGES.joined_surname,
    )  # fmt: skip


def _letters(values: pa.Array) -> pa.Array:
    """Return names as payroll systems keep them: capitals and blanks only."""
    kept = pc.replace_substring(pc.fill_null(values, ""), "-", " ")
    for sign in ("'", "."):
        kept = pc.replace_substring(kept, sign, "")
    return kept


def _bytes(values: pa.Array, width: int) -> Array:
    found: Array = (
        pc.utf8_slice_codeunits(values, 0, width).to_numpy(zero_copy_only=False).astype(f"S{width}")
    )
    return found
