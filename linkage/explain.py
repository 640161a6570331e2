"""What speaks for and against two records being one person: the model's weight of every comparison.

Scores given pairs whether or not a rule would have found them. Words and charts about the weights do not belong here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkage.engine import open_database, score_candidates
from linkage.matching.blocking import scope
from linkage.matching.predict import evidence_settings, load_frequencies, make_prior
from linkage.matching.standardise import standardise
from linkage.models.model import LinkModel, default_model
from linkage.models.settings import profiles
from linkage.records import check_decisions, check_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


def score_pairs(
    records: pa.Table,
    pairs: pa.Table,
    model: LinkModel | None = None,
    sizes: Mapping[str, int] | None = None,
) -> pa.Table:
    """Weigh pairs of records comparison by comparison.

    A pair that no model scores (two wage records, say, or a nameless one) is left out; so is a pair in one node, whose
    spellings are one by rule.

    Args:
        records: Person records; those outside the pairs count for the prior and for SSNs under several names.
        pairs: record_id_l, record_id_r.
        model: The model of the run; the one that ships with the package if none is given.
        sizes: Nodes by source of the whole population, where the records are a part of it.

    Returns:
        One row per pair and part, in the model's order after `prior`: record_id_l, record_id_r, model, position, part,
        level (the label of what was found), weight and frequency_weight (bits; the second is the share of `weight` that
        comes from how common the name is), match_weight and match_probability (of the whole pair).
    """
    model = model or default_model()
    connection = open_database()
    try:
        standardise(connection, check_records(records))
        make_prior(connection, sizes)
        connection.register("asked", check_decisions(pairs))
        connection.execute(_WANTED)
        connection.execute(_EVIDENCE)
        frequencies = load_frequencies(connection, model)
        for name in profiles():
            connection.execute(
                "create or replace table candidate as select distinct '0' as match_key, w.node_l as join_key_l,"
                " w.node_r as join_key_r from wanted as w join node as l on l.unique_id = w.node_l"
                f" join node as r on r.unique_id = w.node_r where {scope(name)}"
            )
            settings = evidence_settings(model, name, in_detail=True)
            with score_candidates(connection, settings, frequencies) as scored:
                for position, comparison in enumerate(settings["comparisons"], start=1):
                    connection.execute(_part(name, position, comparison, scored))
        return connection.execute(_ANSWER).to_arrow_table()
    finally:
        connection.close()


_WANTED = """
create or replace table wanted as
select a.record_id_l, a.record_id_r, least(nl.node, nr.node) as node_l, greatest(nl.node, nr.node) as node_r from asked as a
join record as l on l.record_id = a.record_id_l join record as r on r.record_id = a.record_id_r
join node_of as nl on nl.record = l.record join node_of as nr on nr.record = r.record where nl.node <> nr.node;
"""

_EVIDENCE = """
create or replace table evidence (
    node_l bigint, node_r bigint, model varchar, position integer, part varchar, level varchar, weight double,
    frequency_weight double);
"""


def _part(model: str, position: int, comparison: dict[str, Any], scored: str) -> str:
    name = comparison["output_column_name"]
    levels = comparison["comparison_levels"]
    # Splink numbers levels from the last one up; -1 is the null level.
    ordinary = [level for level in levels if not level.get("is_null_level")]
    labels = " ".join(
        f"when {len(ordinary) - 1 - place} then {_quoted(level['label_for_charts'])}"
        for place, level in enumerate(ordinary)
    )
    has_frequency = any(level.get("tf_adjustment_column") for level in levels)
    frequency = f"coalesce(mw_tf_adj_{name}, 0)" if has_frequency else "0"
    return f"""
    insert into evidence
    select least(unique_id_l, unique_id_r), greatest(unique_id_l, unique_id_r), '{model}', {position}, '{name}',
        case gamma_{name} {labels} else 'not known' end, round(coalesce(mw_{name}, 0) + {frequency}, 4), round({frequency}, 4)
    from {scored}
    """


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_ANSWER = """
with priors as (
    select distinct e.node_l, e.node_r, e.model, p.bits from evidence as e
    join node as l on l.unique_id = e.node_l join node as r on r.unique_id = e.node_r
    join prior as p on p.source_l = l.source and p.source_r = r.source
),
parts as (
    from evidence union all
    select node_l, node_r, model, 0, 'prior', 'before any comparison', bits, 0 from priors
),
whole as (select node_l, node_r, round(sum(weight), 4) as match_weight from parts group by node_l, node_r)
select w.record_id_l, w.record_id_r, p.model, p.position, p.part, p.level, p.weight, p.frequency_weight, whole.match_weight,
    round(1 / (1 + pow(2.0, -whole.match_weight)), 6) as match_probability
from wanted as w join parts as p using (node_l, node_r) join whole using (node_l, node_r)
order by w.record_id_l, w.record_id_r, p.position
"""
