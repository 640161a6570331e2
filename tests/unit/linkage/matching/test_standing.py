"""Scores that a run leaves to the next one, and the weights behind a pair."""

import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linkage import LinkResult, link
from linkage.explain import score_pairs
from linkage.matching.standing import standing_pairs
from tests.unit.linkage.cases import stories
from tests.unit.linkage.people import clusters_by_key, population, table

pytestmark = pytest.mark.slow

Linked = tuple[LinkResult, pa.Table]


@pytest.fixture(scope="module")
def linked() -> Linked:
    records, _ = population(160, seed=3)
    return link(records), records


def test_scoring_only_what_is_new_or_changed_gives_what_scoring_everything_gives(
    linked: Linked, tmp_path: Path
) -> None:
    whole, records = linked
    changed = pc.equal(records["source"], "wioa")
    names = pc.if_else(changed, "Zephyrine", records["first_name"])
    earlier = records.set_column(records.column_names.index("first_name"), "first_name", names).slice(40)
    link(earlier, whole.model, keep=tmp_path / "first")
    again = link(records, whole.model, standing=tmp_path / "first", keep=tmp_path / "second")
    assert again.full_because is None
    assert_same(again, whole, records)
    # And once more on what the increment left, without a tenth of the records.
    fewer = records.slice(0, records.num_rows * 9 // 10)
    third = link(fewer, whole.model, standing=tmp_path / "second")
    assert third.full_because is None
    assert_same(third, link(fewer, whole.model), fewer)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def assert_same(one: LinkResult, other: LinkResult, records: pa.Table) -> None:
    assert clusters_by_key(one, records) == clusters_by_key(other, records)
    assert one.edges == other.edges
    assert one.conflicts == other.conflicts
    assert one.counts == other.counts


def test_decisions_given_and_taken_back_move_only_what_they_touch(linked: Linked, tmp_path: Path) -> None:
    whole, records = linked
    asked = whole.conflicts.slice(0, 12).select(["record_id_l", "record_id_r"])
    must, cannot = asked.slice(0, 6), asked.slice(6)
    joined = whole.edges.slice(0, 5).select(["record_id_l", "record_id_r"])
    cannot = pa.concat_tables([cannot, joined])
    link(records, whole.model, keep=tmp_path / "before")
    decided = {"must_link": must, "cannot_link": cannot}
    found = link(records, whole.model, **decided, standing=tmp_path / "before", keep=tmp_path / "decided")
    assert found.touched is not None
    assert 0 < found.touched.num_rows < records.num_rows / 4
    assert_same(found, link(records, whole.model, **decided), records)
    undone = link(records, whole.model, standing=tmp_path / "decided")
    assert undone.full_because is None
    assert_same(undone, whole, records)


def test_a_name_that_a_new_wage_record_knows_reaches_a_pupil(linked: Linked, tmp_path: Path) -> None:
    whole, strangers = linked
    story = next(story for story in stories() if story.name == "given_name_that_wages_alone_know")
    records = pa.concat_tables([strangers, table(story.rows)])
    link(records.slice(0, records.num_rows - 1), whole.model, keep=tmp_path / "before")
    again = link(records, whole.model, standing=tmp_path / "before")
    assert again.full_because is None
    full = link(records, whole.model)
    assert_same(again, full, records)
    assert story.together <= {frozenset(key[-1] for _, key in one) for one in clusters_by_key(full, records)}


def test_pupils_of_other_years_of_birth_are_linked_anew(linked: Linked, tmp_path: Path) -> None:
    whole, records = linked
    earlier = records.filter(pc.not_equal(records["source"], "k12"))
    link(earlier, whole.model, keep=tmp_path / "before")
    again = link(records, whole.model, standing=tmp_path / "before")
    assert again.full_because == "pupils of other years of birth came"
    assert again.edges == whole.edges


def test_a_file_of_another_model_or_threshold_is_not_built_on(linked: Linked, tmp_path: Path) -> None:
    whole, records = linked
    link(records, whole.model, threshold=0.95, keep=tmp_path / "stricter")
    again = link(records, whole.model, standing=tmp_path / "stricter")
    assert again.full_because == "the model or a threshold changed"
    assert again.edges == whole.edges
    assert link(records, whole.model, standing=tmp_path / "absent").edges == whole.edges


@pytest.mark.parametrize("damage", ["cut off", "overwritten"])
def test_a_damaged_file_is_not_built_on_and_stays_as_it_is(
    linked: Linked, tmp_path: Path, damage: str
) -> None:
    whole, records = linked
    link(records, whole.model, keep=tmp_path / "kept")
    good = (tmp_path / "kept").read_bytes()
    # Beyond the headers lie the blocks of the tables.
    bad = good[:100_000] if damage == "cut off" else good[:20_000] + b"x" * 400_000 + good[420_000:]
    (tmp_path / "kept").write_bytes(bad)
    again = link(records, whole.model, standing=tmp_path / "kept")
    assert again.full_because == "what the live run kept cannot be read"
    assert again.edges == whole.edges
    assert (tmp_path / "kept").read_bytes() == bad


def test_the_kept_file_is_its_owners_only_and_tells_what_was_weighed(linked: Linked, tmp_path: Path) -> None:
    whole, records = linked
    link(records, whole.model, keep=tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o600
    edge = whole.edges.filter(pc.equal(whole.edges["model"], "education")).slice(0, 1).to_pylist()[0]
    found = standing_pairs(tmp_path / "kept", [edge["record_id_r"]], [edge["record_id_l"]]).to_pylist()
    assert [(row["record_id_l"], row["record_id_r"]) for row in found] == [
        (edge["record_id_r"], edge["record_id_l"])
    ]


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
