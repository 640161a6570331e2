"""The hidden-identifier test: link without an identifier that is known, then ask the identifier who was right.

It costs nobody's time and needs no truth from outside: records whose identifier somebody else has too are scored, the others
only stand in the way, as in life. Run it once a year and after training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkage.core import link
from linkage.evaluation.evaluate import Evaluation, PairQuality, evaluate_pairs
from linkage.records import WAGE_SOURCES, check_records
from linkage.review.evidence import run_model
from linkage.runs.inputs import RECORDS
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import pyarrow as pa

    from linkage.models.model import LinkModel
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse
    from warehouse.state import State

IDENTIFIERS = ("ssn", "state-id")
_WAGES = ", ".join(f"'{source}'" for source in WAGE_SOURCES)

# Wages have nothing but SSN and name: without the SSN they are never linked, so they take no part.
_WITHOUT_SSN = f"{RECORDS} where source not in ({_WAGES})"
_KNOWN_SSN = """
select r.source, r.source_key, r.ssn as person {groups} from identity.person_record as r {joins}
where r.source not in ({wages}) and r.ssn is not null and (
    select count(*) from identity.person_record as o where o.ssn = r.ssn and o.source not in ({wages})) between 2 and 25
"""

# The oldest and the newest description of a pupil as two files; the state's id alone knows which belong together.
_DESCRIPTIONS = """
with described as (
    select *, row_number() over (partition by source_key order by recency) as from_first,
        row_number() over (partition by source_key order by recency desc) as from_last
    from identity.person_description where source = 'k12' and (last_name is not null or birthdate is not null)
),
chosen as (
    select 'bridge' as file, * from described where from_first = 1 and from_last > 1
    union all select 'k12', * from described where from_last = 1
)
select file || '|' || source_key as record_id, file as source, source_key, null::text as ssn, first_name, middle_name, last_name,
    generation_code, preferred_name, birthdate, sex, zip_code,
    case when former_last_name is null then array[]::text[] else array[former_last_name] end as other_last_names,
    array[]::text[] as other_first_names, array[]::text[] as set_aside, null::date as first_seen, null::date as last_seen
from chosen
"""


def hidden_identifier_test(warehouse: Warehouse, run: Run, state: State, identifier: str) -> Evaluation:
    """Link without the SSN, or without the state's student id, score with it, and keep the counts with the run."""
    model = run_model(warehouse, run)
    if identifier == "ssn":
        found = _hide_ssn(warehouse, model, state)
    elif identifier == "state-id":
        found = _hide_state_id(warehouse, model, state)
    else:
        raise P20WError(f"{identifier} cannot be hidden.", f"Known: {', '.join(IDENTIFIERS)}.")
    _keep(warehouse, run, f"hidden_{identifier.replace('-', '_')}", found)
    return found


def _hide_ssn(warehouse: Warehouse, model: LinkModel, state: State) -> Evaluation:
    import pyarrow as pa

    records = check_records(warehouse.fetch_arrow(_WITHOUT_SSN))
    truth = warehouse.fetch_arrow(_known_ssn(warehouse))
    if not truth.num_rows:
        raise P20WError("No two records share a social security number.", "There is nothing to test with.")
    place = records.schema.get_field_index("ssn")
    hidden = records.set_column(place, "ssn", pa.nulls(records.num_rows, pa.string()))
    return _score(hidden, truth, model, state, _groups(truth))


def _hide_state_id(warehouse: Warehouse, model: LinkModel, state: State) -> Evaluation:
    if warehouse.fetch_value("select to_regclass('identity.person_description')") is None:
        raise P20WError("The descriptions of pupils are not built.", "Run `p20w run` first.")
    records = check_records(warehouse.fetch_arrow(_DESCRIPTIONS))
    if "bridge" not in records["source"].unique().to_pylist():
        raise P20WError("No pupil is described in two ways.", "There is nothing to test with.")
    truth = records.select(["source", "source_key", "source_key", "sex"]).rename_columns(
        ["source", "source_key", "person", "sex"]
    )
    return _score(records, truth, model, state, ("sex",))


def _score(
    records: pa.Table, truth: pa.Table, model: LinkModel, state: State, groups: tuple[str, ...]
) -> Evaluation:
    result = link(records, model, threshold=state.linkage.threshold, review_floor=state.linkage.review_floor)
    membership = records.select(["record_id", "source", "source_key"]).join(result.clusters, "record_id")
    return evaluate_pairs(membership, truth, groups=groups)


def _known_ssn(warehouse: Warehouse) -> str:
    """Truth with groups: those of the person whom the live run made, so that one value belongs to one SSN's records."""
    wages = _WAGES
    if warehouse.fetch_value("select to_regclass('core.dim_person')") is None:
        sex = ", max(r.sex) over (partition by r.ssn) as sex"
        return _KNOWN_SSN.format(groups=sex, joins="", wages=wages)
    groups = "".join(
        f", max(p.{column}) over (partition by r.ssn) as {column}" for column in ("sex", "race_ethnicity")
    )
    joins = (
        "left join identity.person_crosswalk as x on x.record_id = r.record_id"
        " left join core.dim_person as p on p.person_id = x.person_id"
    )
    return _KNOWN_SSN.format(groups=groups, joins=joins, wages=wages)


def _groups(truth: pa.Table) -> tuple[str, ...]:
    return tuple(name for name in truth.column_names if name not in ("source", "source_key", "person"))


def _keep(warehouse: Warehouse, run: Run, name: str, found: Evaluation) -> None:
    rows: list[list[Any]] = []

    def add(dimension: str, category: str, quality: PairQuality) -> None:
        for kind, of in (("recall", quality.true_pairs), ("precision", quality.linked_pairs)):
            rows.append(
                [run.linkage_run_id, f"{name}_{kind}", dimension, category, quality.correct_pairs, of]
            )

    add("all", "all", found.pairs)
    for pair, quality in found.by_source_pair.items():
        add("source_pair", pair, quality)
    for column, values in found.by_group.items():
        for value, quality in values.items():
            add(column, value, quality)
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "delete from identity.linkage_measure where linkage_run_id = %s and measure like %s",
            [run.linkage_run_id, f"{name}\\_%"],
        )
        cursor.executemany("insert into identity.linkage_measure values (%s, %s, %s, %s, %s, %s)", rows)
