"""The golden cases of the models, which dbt runs on an empty warehouse."""

import re
from pathlib import Path

import pytest

from ingest.sync import sync_catalogue
from orchestration.foreign_keys import declared_foreign_keys, missing_foreign_keys
from orchestration.manifest import load_manifest, project_dir
from tests.integration import wage_deliveries
from tests.integration.dbt_here import dbt, dbt_tried
from tests.integration.wage_history import BUILT_ON, SELECTED, TIED, History, differences, whole_builds
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import load_state

NOBODY = "00000000-0000-0000-0000-00000000dead"
PRIMARY = "select primary_employer_key from core.fct_wage_quarter where person_id = %s order by quarter_index"
WRITINGS = "select count(distinct xmin::text) from identity.stg_ui__wages"
INDICATORS = sorted((project_dir() / "models" / "indicators").rglob("ind_*.sql"))


@pytest.fixture(scope="module")
def warehouse(usual_warehouse: Warehouse) -> Warehouse:
    return usual_warehouse


def test_an_empty_warehouse_builds_and_every_golden_case_holds(warehouse: Warehouse) -> None:
    sync_catalogue(warehouse, load_state())

    dbt(warehouse, "build", "--exclude-resource-type", "unit_test")
    told = dbt(warehouse, "test", "--select", "test_type:unit")

    assert "ERROR=0" in told
    assert warehouse.fetch_value("select count(*) from indicators.registry where is_computed") == len(
        INDICATORS
    )
    assert warehouse.fetch_value("select count(*) from indicators.cube") == 0
    _comments_say_what_the_models_say(warehouse)
    _foreign_keys_stand_and_refuse(warehouse)
    # What the analysts' guide shows can be run as it stands.
    guide = (Path(__file__).parents[2] / "docs" / "warehouse-model.md").read_text()
    examples = re.findall(r"```sql\n(.*?)```", guide, flags=re.DOTALL)
    assert len(examples) >= 5
    for example in examples:
        warehouse.fetch_all(example.rstrip().rstrip(";"))
    # A parameter's value in force is told with the indicator.
    parameters = "select parameters from indicators.registry where indicator_code = 'PERKINS_3S1'"
    assert "min_courses = 2" in warehouse.fetch_value(parameters)


def test_tables_that_are_built_on_are_what_a_whole_build_makes(warehouse: Warehouse, tmp_path: Path) -> None:
    """After each of a random run of deliveries, corrections, withdrawals, new links and takeovers."""
    chosen = ["--select", *SELECTED]
    whole = whole_builds(run_here(warehouse, tmp_path, "compile", *chosen, "--full-refresh"), BUILT_ON)
    assert set(whole) == set(BUILT_ON)
    with warehouse.connect(autocommit=True) as connection:
        history = History(connection, seed=20)
        history.begin()
        sizes, tied = [], []
        for _ in range(3):
            run_here(warehouse, tmp_path, "run", *chosen)
            for table, query in whole.items():
                assert differences(connection, f"{BUILT_ON[table]}.{table}", query) == 0, (
                    table,
                    history.told,
                )
            sizes.append(warehouse.fetch_value("select count(*) from core.fct_wage"))
            tied.append([employer for (employer,) in warehouse.fetch_all(PRIMARY, (TIED,))])
            history.change()
            if len(sizes) == 1:
                history.turn()
            else:
                history.change()
        assert tied == [["C2"] * 4, ["C1"] * 4, ["C1"] * 4]
        assert len(set(sizes)) > 1
        assert min(sizes) > 0
        history.end()


def test_wages_staged_by_delivery_are_what_a_whole_build_makes(warehouse: Warehouse, tmp_path: Path) -> None:
    """After a new delivery, and after amendments, rows set aside, withdrawals, deliveries put back and new code maps."""
    chosen, built_on = ["--select", *wage_deliveries.SELECTED], wage_deliveries.BUILT_ON
    whole = whole_builds(run_here(warehouse, tmp_path, "compile", *chosen, "--full-refresh"), built_on)
    assert set(whole) == set(built_on)
    with warehouse.connect(autocommit=True) as connection:
        history = wage_deliveries.Deliveries(connection, seed=5)
        history.begin()
        writings = []
        for change, told in (
            (history.deliver, []),
            (history.change, []),
            (history.change, ["--full-refresh"]),
            (history.change, []),
        ):
            run_here(warehouse, tmp_path, "run", *chosen, *told)
            for table, query in whole.items():
                relation = f"{built_on[table]}.{table}"
                assert differences(connection, relation, query) == 0, (table, history.told)
            writings.append(warehouse.fetch_value(WRITINGS))
            change()
        # Rows of several builds stand side by side but after a full refresh: what did not change stays.
        assert writings == [1, 2, 1, 2]


def run_here(warehouse: Warehouse, folder: Path, *arguments: str) -> Path:
    """Run dbt, which leaves its artefacts in a folder; return the one of the SQL that it compiled."""
    dbt(warehouse, *arguments, "--target-path", str(folder), "--log-path", str(folder), "--quiet")
    return folder / "compiled"


def _comments_say_what_the_models_say(warehouse: Warehouse) -> None:
    """Each relation and column that a model describes carries the description, letter by letter."""
    found = set(
        warehouse.fetch_all(
            "select n.nspname || '.' || c.relname, a.attname, d.description from pg_description as d"
            " join pg_class as c on d.objoid = c.oid and d.classoid = 'pg_class'::regclass"
            " join pg_namespace as n on n.oid = c.relnamespace"
            " left join pg_attribute as a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0"
        )
    )
    for node in load_manifest()["nodes"].values():
        if node["resource_type"] in ("model", "seed") and node["config"]["materialized"] != "ephemeral":
            relation = f"{node['schema']}.{node['alias']}"
            told = {None: node["description"]} | {
                c["name"]: c["description"] for c in node["columns"].values()
            }
            assert {(relation, name, text) for name, text in told.items() if text} - found == set()


def _foreign_keys_stand_and_refuse(warehouse: Warehouse) -> None:
    """Every declared key is in the database, refuses a row of nobody, and comes back with a dimension that is built alone."""
    assert len(declared_foreign_keys()) > 30
    assert missing_foreign_keys(warehouse) == []
    nobody = f"insert into core.fct_k12_cohort (person_id, is_reported) values ('{NOBODY}', true)"
    with pytest.raises(P20WError), warehouse.connect() as connection:
        connection.execute(nobody)

    # Without its dimension the row goes in; the run that brings the dimension back then fails, and names nobody.
    with warehouse.connect() as connection:
        connection.execute("drop table core.dim_person cascade")
        connection.execute(nobody)
    success, told = dbt_tried(warehouse, "run", "--select", "dim_person")
    assert not success
    assert "Foreign keys do not hold: core.fct_k12_cohort (person_id_fkey)" in told
    assert NOBODY not in told
    assert missing_foreign_keys(warehouse) == ["core.fct_k12_cohort (person_id_fkey)"]
    warehouse.execute("delete from core.fct_k12_cohort")
    dbt(warehouse, "run", "--select", "dim_person")
    assert missing_foreign_keys(warehouse) == []
