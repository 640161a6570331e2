"""Increments on a real database: what comes later is added to the standing population, and the outcome is a full run's."""

from pathlib import Path

import pyarrow as pa
import pytest

from linkage.evaluation.hidden import hidden_identifier_test
from linkage.runs import step
from linkage.runs.history import find_run
from linkage.runs.step import Options, run_linkage
from reports.linkage_report import build_linkage_report
from tests.integration.linkage_data import add_records, crosswalk, make_vault
from tests.unit.linkage.people import population
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state


@pytest.fixture(scope="module")
def state() -> State:
    return load_state()


@pytest.fixture(scope="module")
def grown(warehouse: Warehouse, state: State) -> Warehouse:
    """A population whose last tenth came later, with a record changed and one gone meanwhile."""
    records: pa.Table = population(300, seed=5)[0]
    late = int(records.num_rows * 0.92)
    make_vault(warehouse, records.slice(0, late))
    with pytest.MonkeyPatch.context() as few:
        # Names are frozen from a thousand records on; these are fewer.
        few.setattr(step, "ENOUGH_NAMES", 100)
        run_linkage(warehouse, state)
    add_records(warehouse, records.slice(late))
    warehouse.execute(
        "update identity.person_record set last_name = 'Quackenbush' where source = 'bridge' and source_key = 'D000007';"
        "delete from identity.person_record where source = 'bridge' and source_key = 'D000009'"
    )
    return warehouse


def persons(warehouse: Warehouse) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for record, person in crosswalk(warehouse).items():
        found.setdefault(person, set()).add(record)
    return {frozenset(records) for records in found.values()}


def test_an_increment_comes_to_the_persons_and_ids_of_a_full_run(grown: Warehouse, state: State) -> None:
    summary = run_linkage(grown, state)
    assert summary.mode == "incremental"
    assert summary.mode_reason.endswith("1 changed, 1 gone records")
    added, ids = persons(grown), crosswalk(grown)
    again = run_linkage(grown, state, options=Options(full=True))
    assert (again.outcome, again.mode) == ("live", "full")
    assert persons(grown) == added
    assert crosswalk(grown) == ids


def test_the_next_run_is_full_when_the_threshold_or_much_of_the_population_changed(
    grown: Warehouse, state: State
) -> None:
    strict = state.model_copy(update={"linkage": state.linkage.model_copy(update={"threshold": 0.95})})
    assert run_linkage(grown, strict).mode_reason == "the threshold changed"
    grown.execute("update identity.person_record set zip_code = '99999' where source <> 'ui'")
    assert "of the records are new, changed or gone" in run_linkage(grown, strict).mode_reason


def test_much_that_moves_without_a_reason_keeps_a_run_out(
    grown: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_linkage(grown, state)
    before = crosswalk(grown)
    original = step.link

    def parted(*arguments: object, **options: object) -> object:
        result = original(*arguments, **options)  # type: ignore[arg-type]
        alone = pa.table(
            {"record_id": result.clusters["record_id"], "cluster_id": range(result.clusters.num_rows)}
        )
        return type(result)(**{**vars(result), "clusters": alone})

    monkeypatch.setattr(step, "link", parted)
    with pytest.raises(P20WError, match="of the standing pairs of records were lost"):
        run_linkage(grown, state, options=Options(full=True))
    assert crosswalk(grown) == before


def test_a_gate_of_others_keeps_a_run_out_too(grown: Warehouse, state: State) -> None:
    live = find_run(grown, "live").linkage_run_id
    options = Options(full=True, gate=lambda run_id: ["too few wages are linked"])
    with pytest.raises(P20WError, match="too few wages are linked"):
        run_linkage(grown, state, options=options)
    assert find_run(grown, "live").linkage_run_id == live


def test_stricter_levels_part_persons_and_hold_every_record(grown: Warehouse, state: State) -> None:
    levels = grown.fetch_all(
        "select threshold, count(*), count(distinct person_id) from identity.person_crosswalk_at group by 1 order by 1"
    )
    everybody = len(crosswalk(grown))
    assert [(level, count) for level, count, _ in levels] == [
        (0.95, everybody),
        (0.99, everybody),
        (0.999, everybody),
    ]
    counted = [len(set(crosswalk(grown).values())), *(persons for _, _, persons in levels)]
    assert counted == sorted(counted)


def test_the_hidden_identifier_test_and_the_report_say_what_they_know(
    grown: Warehouse, state: State, tmp_path: Path
) -> None:
    found = hidden_identifier_test(grown, find_run(grown, "live"), state, "ssn")
    assert found.pairs.true_pairs > 100
    assert found.pairs.recall > 0.8
    assert found.pairs.precision > 0.95
    page = build_linkage_report(grown, tmp_path)
    text = page.read_text()
    for words in (
        "Found without the social security number",
        "Coverage, apart from linkage error",
        "Limits, in plain words",
    ):
        assert words in text
    assert "http" not in text.replace("http-equiv", "")
    for (name,) in grown.fetch_all(
        "select distinct last_name from identity.person_record where length(last_name) > 6"
    ):
        assert name not in text
