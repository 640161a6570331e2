"""Scores that a run leaves to the next one, and the weights behind a pair."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linkage import LinkResult, link
from linkage.explain import score_pairs
from tests.unit.linkage.people import clusters_by_key, population

Linked = tuple[LinkResult, pa.Table]


@pytest.fixture(scope="module")
def linked() -> Linked:
    records, _ = population(300, seed=3)
    return link(records), records


def test_scoring_only_what_is_new_or_changed_gives_what_scoring_everything_gives(linked: Linked) -> None:
    whole, records = linked
    changed = pc.equal(records["source"], "wioa")
    names = pc.if_else(changed, "Zephyrine", records["first_name"])
    earlier = records.set_column(records.column_names.index("first_name"), "first_name", names).slice(40)
    again = link(records, whole.model, standing=link(earlier, whole.model).standing)
    assert clusters_by_key(again, records) == clusters_by_key(whole, records)
    assert again.edges == whole.edges
    assert again.conflicts == whole.conflicts


def test_a_standing_of_another_model_is_not_built_on(linked: Linked) -> None:
    whole, records = linked
    foreign = type(whole.standing)("another", whole.standing.nodes, whole.standing.pairs.slice(0, 0))
    assert link(records, whole.model, standing=foreign).edges == whole.edges


def test_the_weights_of_a_pair_add_up_to_its_score(linked: Linked) -> None:
    whole, records = linked
    scored = whole.edges.filter(pc.equal(whole.edges["method"], "model"))
    parts = score_pairs(records, scored, whole.model)
    keys = ["record_id_l", "record_id_r"]
    sums = parts.group_by(keys).aggregate([("weight", "sum"), ("model", "min"), ("part", "count")])
    both = scored.join(sums, keys, join_type="inner")
    assert both.num_rows == scored.num_rows
    assert pc.max(pc.abs(pc.subtract(both["match_weight"], both["weight_sum"]))).as_py() < 0.01
    assert both["model"] == both["model_min"]
    assert set(both["part_count"].to_pylist()) == {5, 8, 9}


def test_pairs_that_no_rule_would_look_at_are_weighed_too(linked: Linked) -> None:
    _, records = linked
    spine = records.filter(pc.is_in(records["source"], pa.array(["bridge", "k12"])))["record_id"]
    asked = pa.table({"record_id_l": spine.slice(0, 50), "record_id_r": spine.slice(100, 50)})
    parts = score_pairs(records, asked)
    assert parts.filter(pc.equal(parts["part"], "prior")).num_rows == 50
    assert {"another birth date", "before any comparison"} <= set(parts["level"].to_pylist())
