import itertools

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.evaluation.evaluate import evaluate_pairs
from warehouse.errors import P20WError

pytestmark = pytest.mark.slow

Labelled = list[tuple[str, int, int, str]]


def tables(rows: Labelled) -> tuple[pa.Table, pa.Table]:
    """Membership and truth of (source, cluster, person, group) rows."""
    keys = [str(number) for number in range(len(rows))]
    sources = pa.array([row[0] for row in rows], pa.string())
    membership = pa.table({"source": sources, "source_key": keys, "cluster_id": [row[1] for row in rows]})
    truth = pa.table(
        {
            "source": sources,
            "source_key": keys,
            "person": [row[2] for row in rows],
            "grp": [row[3] for row in rows],
        }
    )
    return membership, truth


def test_one_wrong_and_one_missing_pair_are_counted() -> None:
    rows: Labelled = [("k12", 1, 1, "a"), ("ui", 1, 1, "a"), ("bridge", 2, 1, "a"), ("ui", 2, 2, "b")]
    found = evaluate_pairs(*tables(rows), groups=("grp",))
    assert (found.pairs.true_pairs, found.pairs.linked_pairs, found.pairs.correct_pairs) == (3, 2, 1)
    assert (found.pairs.precision, found.pairs.recall) == (0.5, pytest.approx(1 / 3))
    assert found.bcubed_precision == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found.by_source_pair["k12-ui"].recall == 1.0
    assert found.by_source_pair["bridge-ui"].precision == 0.0
    assert found.by_group["grp"]["b"].linked_pairs == 1
    assert found.as_dict()["pairs"]["f1"] == pytest.approx(0.4)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["k12", "ui"]), st.integers(0, 3), st.integers(0, 3)),
        min_size=1,
        max_size=14,
    )
)
def test_counting_by_sizes_equals_counting_pairs(rows: list[tuple[str, int, int]]) -> None:
    labelled: Labelled = [(source, cluster, person, str(person % 2)) for source, cluster, person in rows]
    found = evaluate_pairs(*tables(labelled), groups=("grp",))
    pairs = list(itertools.combinations(labelled, 2))
    linked = [pair for pair in pairs if pair[0][1] == pair[1][1]]
    true = [pair for pair in pairs if pair[0][2] == pair[1][2]]
    assert found.pairs.linked_pairs == len(linked)
    assert found.pairs.true_pairs == len(true)
    assert found.pairs.correct_pairs == sum(1 for pair in linked if pair[0][2] == pair[1][2])
    assert sum(quality.linked_pairs for quality in found.by_source_pair.values()) == len(linked)
    for group, quality in found.by_group["grp"].items():
        assert quality.true_pairs == sum(1 for pair in true if pair[0][3] == group)
        assert quality.linked_pairs == sum(1 for pair in linked if group in (pair[0][3], pair[1][3]))


def test_no_records_at_all_is_no_error() -> None:
    found = evaluate_pairs(*tables([]))
    assert (found.records, found.pairs.precision, found.pairs.recall) == (0, 1.0, 1.0)


def test_a_missing_column_is_named() -> None:
    membership, truth = tables([("k12", 1, 1, "a")])
    with pytest.raises(P20WError, match="lacks the column cluster_id"):
        evaluate_pairs(membership.drop_columns(["cluster_id"]), truth)
