"""A rule that a state switches off judges no more, and what it found before still has its sentence."""

import shutil
from pathlib import Path

import pytest

from ingest.sync import sync_catalogue
from quality_checks.catalogue import _read_rules
from quality_checks.gate import run_gate
from quality_checks.sync import sync_rules
from tests.integration.quality_data import deliver, good_rows
from warehouse.connection import Warehouse
from warehouse.state import DEMO_STATE, load_state

OFF = "switched_off:\n  K12SCH-REQ-school_name: Names come from the state's own directory.\n"


def test_a_rule_that_is_switched_off_judges_no_more_and_stays_in_history(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    rows = good_rows("k12/school", "2017", 40)
    rows[4]["school_name"] = None
    first = deliver(warehouse, state, "k12/school", "north", "2017", rows)
    run_gate(warehouse, "k12/school")

    own = tmp_path / "catalogue" / "rules" / "k12" / "school.yml"
    own.parent.mkdir(parents=True)
    own.write_text(OFF)
    shutil.copy(DEMO_STATE, tmp_path / "state.yml")
    with monkeypatch.context() as patch:
        patch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
        assert sync_rules(warehouse) == 1
        rows = good_rows("k12/school", "2018", 40)
        rows[4]["school_name"] = None
        second = deliver(warehouse, state, "k12/school", "north", "2018", rows)
        run_gate(warehouse, "k12/school")
    results = warehouse.fetch_all(
        "select result.delivery_id, result.failed_count, rule.origin, rule.switched_off from quality.rule_result as result"
        " join quality.rule as rule using (rule_code) where rule_code = 'K12SCH-REQ-school_name'"
        " and delivery_id = any(%s)",
        [[first, second]],
    )
    assert results == [(first, 1, "package", "Names come from the state's own directory.")]
    _read_rules.cache_clear()
    assert sync_rules(warehouse) == 1
