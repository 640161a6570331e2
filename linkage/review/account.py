"""Why two records, or two persons, are one or are not: the evidence, the path through other records, what stood against it.

Sentences and numbers; names of people come only with the sheet, which is for vault screens.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.matching.standing import standing_pairs
from linkage.records import DUPLICATE_FREE_SOURCES
from linkage.review.evidence import Sheet, sheets
from linkage.review.queue import WORDS
from linkage.runs.increments import standing_file
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse


@dataclass(frozen=True)
class Step:
    """One link of a path."""

    record_id_l: str
    record_id_r: str
    words: str
    match_weight: float | None


@dataclass(frozen=True)
class Account:
    """The answer about two records in one run: what holds, why, and the records it was asked about."""

    same_person: bool
    verdict: str
    reasons: list[str]
    path: list[Step]
    sheet: Sheet | None


def find_records(warehouse: Warehouse, run: Run, name: str) -> list[str]:
    """Return the record ids that a name stands for: a record id, `source:key`, or a person id."""
    if ":" in name:
        source, key = name.split(":", 1)
        found = warehouse.fetch_all(
            "select record_id::text from identity.source_record where source = %s and source_key = %s",
            [source, key],
        )
    else:
        try:
            identifier = str(uuid.UUID(name))
        except ValueError:
            raise P20WError(
                "That is no record id, no person id and no key of a source.",
                "Write a key as source:key, for example k12:12345.",
            ) from None
        found = warehouse.fetch_all(
            "select record_id::text from identity.source_record where record_id = %s"
            " union all select record_id::text from identity.membership"
            " where linkage_run_id = %s::uuid and person_id = %s order by 1",
            [identifier, run.linkage_run_id, identifier],
        )
    if not found:
        raise P20WError(
            "No record or person of that name is in the live run.", "See `p20w link review` for record ids."
        )
    return [str(row[0]) for row in found]


def explain(warehouse: Warehouse, run: Run, name_a: str, name_b: str) -> Account:
    """Say why two records are one person in a run, or why not; of two persons, by the pair that comes nearest."""
    a, b = _nearest(
        warehouse, run, find_records(warehouse, run, name_a), find_records(warehouse, run, name_b)
    )
    if a == b:
        raise P20WError("Both names stand for the same record.", "Name two different records or persons.")
    person = dict(
        warehouse.fetch_all(
            "select record_id::text, person_id::text from identity.membership"
            " where linkage_run_id = %s::uuid and record_id = any(%s::uuid[])",
            [run.linkage_run_id, [a, b]],
        )
    )
    sheet = sheets(warehouse, run, [(a, b)]).get((a, b))
    missing = [record for record in (a, b) if record not in person]
    if missing:
        return Account(
            False, "Not linked.", ["No accepted delivery describes one of them any more."], [], sheet
        )
    decision = _decision(warehouse, a, b)
    if person[a] == person[b]:
        path = _path(warehouse, run, person[a], a, b)
        reasons = [decision] if decision else []
        if len(path) > 1:
            reasons.append(
                f"They are joined through {len(path) - 1} other record(s): no link holds them directly."
            )
        elif path:
            reasons.append(f"{path[0].words}.")
        return Account(True, "One person.", reasons, path, sheet)
    reasons = ([decision] if decision else []) + _why_apart(warehouse, run, a, b, sheet)
    return Account(False, "Two persons.", reasons, [], sheet)


_NEAREST = """
select record_id_l::text, record_id_r::text from (
    select record_id_l, record_id_r, match_weight from identity.edge where linkage_run_id = %(run)s::uuid
    union all
    select record_id_l, record_id_r, match_weight from identity.review_item where linkage_run_id = %(run)s::uuid
) as pair
where record_id_l = any(%(a)s::uuid[]) and record_id_r = any(%(b)s::uuid[])
    or record_id_l = any(%(b)s::uuid[]) and record_id_r = any(%(a)s::uuid[])
order by match_weight desc nulls last, 1, 2 limit 1
"""


def _nearest(warehouse: Warehouse, run: Run, a: list[str], b: list[str]) -> tuple[str, str]:
    if len(a) == 1 and len(b) == 1:
        return a[0], b[0]
    rows = warehouse.fetch_all(_NEAREST, {"run": run.linkage_run_id, "a": a, "b": b})
    if not rows:
        weighed = _weighed(warehouse, run, a, b) or []
        rows = [(row["record_id_l"], row["record_id_r"]) for row in weighed if not row["is_apart"]][:1]
    if not rows:
        return a[0], next((record for record in b if record != a[0]), b[0])
    left, right = rows[0]
    return (left, right) if left in a else (right, left)


def _weighed(warehouse: Warehouse, run: Run, a: list[str], b: list[str]) -> list[dict[str, Any]] | None:
    """What the run weighed between two sets of records, best first; None if it is kept no more."""
    file = standing_file(warehouse, run.linkage_run_id)
    return standing_pairs(file, a, b).to_pylist() if file.exists() else None


def _decision(warehouse: Warehouse, a: str, b: str) -> str | None:
    rows = warehouse.fetch_all(
        "select decision_id, kind, steward, at, reason from identity.decision_in_force"
        " where record_id_l = least(%s::uuid, %s::uuid) and record_id_r = greatest(%s::uuid, %s::uuid)",
        [a, b, a, b],
    )
    if not rows:
        return None
    number, kind, steward, at, reason = rows[0]
    answer = "they are one person" if kind == "must" else "they are two persons"
    return f"{steward} decided on {at:%Y-%m-%d} that {answer} (decision {number}: {reason})."


def _path(warehouse: Warehouse, run: Run, person: str, a: str, b: str) -> list[Step]:
    """Return the links from a to b whose weakest is strongest."""
    rows = warehouse.fetch_dicts(
        "select e.record_id_l::text as l, e.record_id_r::text as r, e.model, e.method, e.match_weight, e.match_probability"
        " from identity.membership as m join identity.edge as e on e.linkage_run_id = m.linkage_run_id"
        " and e.record_id_l = m.record_id where m.linkage_run_id = %s::uuid and m.person_id = %s::uuid",
        [run.linkage_run_id, person],
    )
    strongest_first = sorted(rows, key=lambda row: (-_strength(row), row["l"], row["r"]))
    group: dict[str, str] = {}

    def root(record: str) -> str:
        while group.setdefault(record, record) != record:
            record = group[record]
        return record

    tree: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for row in strongest_first:
        if root(row["l"]) == root(row["r"]):
            continue
        group[root(row["l"])] = root(row["r"])
        tree.setdefault(row["l"], []).append((row["r"], row))
        tree.setdefault(row["r"], []).append((row["l"], row))
        if root(a) == root(b):
            break
    return _walk(tree, a, b)


def _strength(row: dict[str, Any]) -> float:
    # Decisions and rules have no weight: they hold whatever a model says.
    return float("inf") if row["match_weight"] is None else float(row["match_weight"])


def _walk(tree: dict[str, list[tuple[str, dict[str, Any]]]], a: str, b: str) -> list[Step]:
    came: dict[str, tuple[str, dict[str, Any]]] = {}
    waiting = [a]
    while waiting:
        record = waiting.pop()
        for other, row in tree.get(record, []):
            if other != a and other not in came:
                came[other] = (record, row)
                waiting.append(other)
    steps = []
    at = b
    while at in came:
        before, row = came[at]
        steps.append(Step(before, at, _link_words(row), row["match_weight"]))
        at = before
    return steps[::-1]


def _link_words(row: dict[str, Any]) -> str:
    if row["method"] == "model":
        return f"The {row['model']} model links them with probability {row['match_probability']:.4f}"
    words = {
        "ssn_and_given_name": "They have one social security number and an agreeing given name",
        "ssn_only": "A record without a name has the social security number that one person alone uses",
        "decision": "A person decided that they are one",
    }
    return words.get(row["method"], f"The rule {row['method']} links them")


_RIVALS = """
select s.source, count(*) from identity.membership as m
join identity.source_record as s on s.record_id = m.record_id and s.source = %(source)s
where m.linkage_run_id = %(run)s::uuid and m.record_id <> %(other)s::uuid
    and m.person_id = (
        select person_id from identity.membership where linkage_run_id = %(run)s::uuid and record_id = %(record)s::uuid)
group by s.source
"""


def _why_apart(warehouse: Warehouse, run: Run, a: str, b: str, sheet: Sheet | None) -> list[str]:
    values = {"run": run.linkage_run_id, "a": a, "b": b}
    reasons = [
        f"{WORDS.get(reason, reason.replace('_', ' '))} The pair waits for a person."
        for (reason,) in warehouse.fetch_all(
            "select distinct reason from identity.review_item where linkage_run_id = %(run)s::uuid and"
            " (record_id_l, record_id_r) in ((%(a)s::uuid, %(b)s::uuid), (%(b)s::uuid, %(a)s::uuid))",
            values,
        )
    ]
    weighed = _weighed(warehouse, run, [a], [b])
    if any(row["is_apart"] for row in weighed or []):
        reasons.append(
            "Their social security numbers differ by more than a slip: names and birth date do not outweigh that."
        )
    reasons += _slot_reasons(warehouse, run, a, b)
    probability = sheet.probability if sheet else None
    if probability is None:
        if not reasons:
            reasons.append("No model weighs such a pair: the records share too little to be compared.")
    elif run.threshold is not None and probability < run.threshold:
        reasons.append(f"Their probability of {probability:.4f} is below the threshold of {run.threshold:g}.")
    elif weighed == [] and not reasons:
        reasons.append("No blocking rule brings the pair together, so that it was never weighed in the run.")
    elif not reasons:
        reasons.append("The best links of each record lead elsewhere.")
    return reasons


def _slot_reasons(warehouse: Warehouse, run: Run, a: str, b: str) -> list[str]:
    """What follows from one record per person and source."""
    source = dict(
        warehouse.fetch_all(
            "select record_id::text, source from identity.source_record where record_id = any(%s::uuid[])",
            [[a, b]],
        )
    )
    if source[a] == source[b] and source[a] in DUPLICATE_FREE_SOURCES:
        return [
            f"Both are records of {source[a]}, which issues one identifier per person: only a person's decision joins them."
        ]
    reasons = []
    for record, other in ((a, b), (b, a)):
        if source[other] not in DUPLICATE_FREE_SOURCES:
            continue
        values = {"run": run.linkage_run_id, "source": source[other], "record": record, "other": other}
        if warehouse.fetch_all(_RIVALS, values):
            reasons.append(
                f"The person of the {source[record]} record has a better record of {source[other]} already."
            )
    return reasons
