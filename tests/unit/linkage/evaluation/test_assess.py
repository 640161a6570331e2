"""A file linked and measured at one go, as `p20w link evaluate` does."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkage.evaluation.assess import assess_file
from tests.unit.linkage.people import population

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    records, truth = population(120, seed=21)
    by_key = {(row["source"], row["source_key"]): row["person"] for row in truth.to_pylist()}
    persons = [by_key[row["source"], row["source_key"]] for row in records.to_pylist()]
    # The last ten records are of nobody knows whom.
    persons[-10:] = [None] * 10
    file = tmp_path_factory.mktemp("people") / "people.parquet"
    pq.write_table(records.append_column("person", pa.array(persons, pa.int64())), file)
    return file


def test_a_file_with_truth_is_measured_by_pair_source_and_group(people: Path) -> None:
    found = assess_file(people, truth="person", groups=("sex",))
    pairs = found["quality"]["pairs"]
    assert found["records"] == pq.read_metadata(people).num_rows
    assert pairs["precision"] > 0.99
    assert pairs["recall"] > 0.9
    assert pairs["true_pairs"] > 300
    assert pairs["f1"] == pytest.approx(
        2 * pairs["precision"] * pairs["recall"] / (pairs["precision"] + pairs["recall"]), abs=1e-4
    )
    assert {"bridge-k12", "bridge-ui"} <= set(found["quality"]["by_source_pair"])
    assert {"F", "M"} <= set(found["quality"]["by_group"]["sex"])
    assert found["seconds"] > 0
    assert found["peak_mb"] > 0
    assert found["ignored_columns"] == []


def test_without_truth_there_are_counts_and_no_quality(people: Path) -> None:
    found = assess_file(people)
    assert "quality" not in found
    assert found["ignored_columns"] == ["person"]
    assert found["review_items"] == sum(found["review_by_reason"].values())


def test_a_stricter_threshold_links_fewer(people: Path) -> None:
    assert assess_file(people, threshold=0.999999)["links"] < assess_file(people)["links"]
