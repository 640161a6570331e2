"""Two records side by side, field by field, with the weight that the model gives each comparison: what a person decides by.

Values of people pass through here to vault screens only: never log or store what these functions return.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.explain import score_pairs
from linkage.models.model import LinkModel, current_model, load_model
from linkage.runs.inputs import RECORDS

if TYPE_CHECKING:
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse

Pair = tuple[str, str]

FIELDS = (
    ("Source", "source"),
    ("Key at the source", "source_key"),
    ("Social security number", "ssn"),
    ("First name", "first_name"),
    ("Middle name", "middle_name"),
    ("Last name", "last_name"),
    ("Suffix", "generation_code"),
    ("Preferred name", "preferred_name"),
    ("Other first names", "other_first_names"),
    ("Other last names", "other_last_names"),
    ("Birth date", "birthdate"),
    ("Sex", "sex"),
    ("ZIP code", "zip_code"),
    ("First seen", "first_seen"),
    ("Last seen", "last_seen"),
    ("Set aside", "set_aside"),
)
_PARTS = {
    "given": "Given name",
    "family": "Surname",
    "middle": "Middle name",
    "dob": "Birth date",
    "sex": "Sex",
    "zip": "Residence",
    "ssn": "Social security number",
}


# Each record has its own of these, whoever it describes.
_OWN = ("Source", "Key at the source", "First seen", "Last seen", "Set aside")


@dataclass(frozen=True)
class Weight:
    """What one comparison says: bits for (positive) or against one person."""

    part: str
    level: str
    bits: float
    frequency_bits: float

    @property
    def words(self) -> str:
        """The comparison in words, with what a rare or common name adds."""
        if self.part == "prior":
            return "Before any comparison: most pairs are two persons"
        name = _PARTS.get(self.part, self.part.capitalize())
        if abs(self.frequency_bits) < 0.5:
            return f"{name}: {self.level}"
        rarity = "a rare one" if self.frequency_bits > 0 else "a common one"
        return f"{name}: {self.level}, {rarity}"


@dataclass(frozen=True)
class Field:
    """One field of both records; `verdict` is same, differs, one side or empty."""

    label: str
    left: str
    right: str

    @property
    def verdict(self) -> str:
        """How the two values compare, in a word that needs no colour; empty where a difference says nothing."""
        if self.label in _OWN:
            return ""
        if not self.left and not self.right:
            return "empty"
        if not self.left or not self.right:
            return "one side"
        return "same" if self.left.casefold() == self.right.casefold() else "differs"


@dataclass(frozen=True)
class Sheet:
    """All that a screen shows of a pair."""

    record_id_l: str
    record_id_r: str
    model: str | None
    weights: list[Weight]
    probability: float | None
    fields: list[Field]
    companions_l: str
    companions_r: str
    same_person: bool

    @property
    def total_bits(self) -> float:
        """The sum of the weights."""
        return sum(weight.bits for weight in self.weights)

    def as_evidence(self) -> dict[str, Any]:
        """Return what a decision's log keeps of the screen: weights and levels, no value."""
        return {
            "model": self.model,
            "probability": self.probability,
            "levels": {weight.part: [weight.level, weight.bits] for weight in self.weights},
        }


def sheets(warehouse: Warehouse, run: Run, pairs: Sequence[Pair]) -> dict[Pair, Sheet]:
    """Return a sheet per pair that is still delivered, weighed with the run's model and the run's population."""
    if not pairs:
        return {}
    ids = sorted({str(uuid.UUID(record)) for pair in pairs for record in pair})
    model = run_model(warehouse, run)
    records = _records(warehouse, ids, model)
    known = {row["record_id"]: row for row in records.to_pylist()}
    shown = [pair for pair in pairs if pair[0] in known and pair[1] in known]
    weights = _weights(run, model, records, shown)
    companions = _companions(warehouse, run, ids)
    found = {}
    for pair in shown:
        name, rows, probability = weights.get(frozenset(pair), (None, [], None))
        left, right = (companions.get(record, ("", "")) for record in pair)
        found[pair] = Sheet(
            *pair,
            name,
            rows,
            probability,
            [
                Field(label, _text(known[pair[0]][name]), _text(known[pair[1]][name]))
                for label, name in FIELDS
            ],
            left[1],
            right[1],
            bool(left[0]) and left[0] == right[0],
        )
    return found


def run_model(warehouse: Warehouse, run: Run) -> LinkModel:
    """Return the model that scored a run; the present one where its file is gone."""
    path = warehouse.home.models / f"person_{run.model_version}.json"
    return load_model(path) if path.exists() else current_model(warehouse.home.models)


def _records(warehouse: Warehouse, ids: list[str], model: LinkModel) -> Any:
    if model.frequencies is None:
        # So few that the run counted their names anew: the same count gives the same weights.
        return warehouse.fetch_arrow(RECORDS)
    listed = ", ".join(f"'{record}'" for record in ids)
    # Records of the same SSN decide whether it counts as shared.
    return warehouse.fetch_arrow(
        f"{RECORDS} where record_id in ({listed}) or ssn in"
        f" (select ssn from identity.person_record where record_id in ({listed}) and ssn is not null)"
    )


def _weights(
    run: Run, model: LinkModel, records: Any, pairs: Sequence[Pair]
) -> dict[frozenset[str], tuple[str | None, list[Weight], float | None]]:
    import pyarrow as pa

    asked = pa.table(
        {
            "record_id_l": pa.array([pair[0] for pair in pairs], pa.string()),
            "record_id_r": pa.array([pair[1] for pair in pairs], pa.string()),
        }
    )
    sizes = {str(source): int(n) for source, n in run.counts.get("nodes", {}).items()}
    found: dict[frozenset[str], tuple[str | None, list[Weight], float | None]] = {}
    for row in score_pairs(records, asked, model, sizes).to_pylist():
        if row["level"] == "not known":
            continue
        key = frozenset((row["record_id_l"], row["record_id_r"]))
        _, rows, _ = found.setdefault(key, (None, [], None))
        rows.append(Weight(row["part"], row["level"], row["weight"], row["frequency_weight"]))
        found[key] = (row["model"], rows, row["match_probability"])
    return found


def _companions(warehouse: Warehouse, run: Run, ids: list[str]) -> dict[str, tuple[str, str]]:
    """By record: its person, and how many records of which sources that person has, in words."""
    rows = warehouse.fetch_all(
        """
        with asked as (
            select record_id, person_id from identity.membership
            where linkage_run_id = %(run)s::uuid and record_id = any(%(ids)s::uuid[])
        ),
        counted as (
            select a.record_id, a.person_id, s.source, count(*) as n from asked as a
            join identity.membership as m on m.linkage_run_id = %(run)s::uuid and m.person_id = a.person_id
            join identity.source_record as s on s.record_id = m.record_id group by 1, 2, 3
        )
        select record_id::text, person_id::text, string_agg(n || ' ' || source, ', ' order by source) from counted group by 1, 2
        """,
        {"run": run.linkage_run_id, "ids": ids},
    )
    return {record: (person, words) for record, person, words in rows}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
