import random
import uuid

import pyarrow as pa
import pytest

from linkage import LinkResult, link
from linkage.evaluation.evaluate import evaluate_pairs
from tests.unit.linkage.cases import Story, stories
from tests.unit.linkage.people import clusters_by_key, membership, population, table

pytestmark = pytest.mark.slow

Linked = tuple[LinkResult, pa.Table]
STORIES = stories()


@pytest.fixture(scope="module")
def told() -> Linked:
    """All stories amid strangers, without whom agreement by chance would look likelier than it is."""
    rows = [row for story in STORIES for row in story.rows]
    records = table([*rows, *population(200, seed=5)[0].to_pylist()])
    return link(records), records


@pytest.fixture(scope="module")
def town() -> tuple[Linked, pa.Table]:
    records, truth = population(700, seed=44)
    return (link(records, threads=2), records), truth


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_who_belongs_together(story: Story, told: Linked) -> None:
    letters = {(row["source"], row["source_key"]): row["source_key"][-1] for row in story.rows}
    found = {frozenset(letters[key] for key in person if key in letters) for person in clusters_by_key(*told)}
    assert found - {frozenset()} == story.together


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_what_a_person_is_asked(story: Story, told: Linked) -> None:
    identifiers = {row["record_id"] for row in story.rows}
    asked = {
        row["reason"]
        for row in told[0].conflicts.to_pylist()
        if row["record_id_l"] in identifiers and row["record_id_r"] in identifiers
    }
    assert asked >= story.reasons
    assert asked - story.reasons <= {"below_threshold", "same_ssn", "name_only"}


@pytest.mark.parametrize("sources", [(), ("k12",), ("ui",)])
def test_any_selection_of_sources_can_be_linked(sources: tuple[str, ...], told: Linked) -> None:
    records = table([row for row in told[1].to_pylist() if row["source"] in sources])
    assert link(records).clusters.num_rows == records.num_rows


def test_the_order_of_records_their_ids_and_the_threads_change_nothing(
    town: tuple[Linked, pa.Table],
) -> None:
    (first, records), _ = town
    rows = [row | {"record_id": str(uuid.uuid4())} for row in records.to_pylist()]
    random.Random(3).shuffle(rows)
    shuffled = table(rows)
    second = link(shuffled, threads=1)
    assert clusters_by_key(first, records) == clusters_by_key(second, shuffled)
    assert first.counts == second.counts


def test_quality_stays_above_its_floors_on_a_population_the_model_never_saw(
    town: tuple[Linked, pa.Table],
) -> None:
    (result, records), truth = town
    quality = evaluate_pairs(membership(result, records), truth).pairs
    assert quality.precision >= 0.999
    assert quality.recall >= 0.97


def test_no_person_holds_two_records_of_a_source_that_issues_one(town: tuple[Linked, pa.Table]) -> None:
    (result, records), _ = town
    for person in clusters_by_key(result, records):
        sources = [source for source, _ in person]
        assert all(sources.count(source) <= 1 for source in ("k12", "wioa", "bridge"))


def test_edges_hold_every_person_together_and_join_no_two(town: tuple[Linked, pa.Table]) -> None:
    (result, records), _ = town
    parent = {identifier: identifier for identifier in records["record_id"].to_pylist()}

    def root(node: str) -> str:
        while parent[node] != node:
            node = parent[node]
        return node

    for edge in result.edges.to_pylist():
        parent[root(edge["record_id_l"])] = root(edge["record_id_r"])
    roots = {(row["cluster_id"], root(row["record_id"])) for row in result.clusters.to_pylist()}
    assert len(roots) == len({cluster for cluster, _ in roots}) == len({node for _, node in roots})


def test_counts_say_what_was_found(town: tuple[Linked, pa.Table]) -> None:
    (result, records), _ = town
    assert sum(result.counts["records"].values()) == records.num_rows
    assert result.counts["persons"] == len(clusters_by_key(result, records))
    assert sum(result.counts["links_by_method"].values()) == result.edges.num_rows
    assert sum(result.counts["links_by_source_pair"].values()) == result.edges.num_rows


def test_linking_prints_nothing_and_reads_other_widths_alike(capfd: pytest.CaptureFixture[str]) -> None:
    records, _ = population(60, seed=2)
    wide = records.cast(
        pa.schema([(f.name, pa.large_string() if f.type == pa.string() else f.type) for f in records.schema])
    )
    assert clusters_by_key(link(records), records) == clusters_by_key(link(wide), wide)
    assert capfd.readouterr() == ("", "")
