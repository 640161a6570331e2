import itertools
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue, load_catalogue
from ingest.layout import Layout
from ingest.loader import load_file
from ingest.sync import SyncSummary, sync_catalogue
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state
from warehouse.state_sections.senders import Submitter

CATALOGUE, STATE = load_catalogue(), load_state()


def _snapshot(warehouse: Warehouse) -> list[list[tuple[object, ...]]]:
    return [
        warehouse.fetch_all(query)
        for query in (
            "select attrelid::regclass::text, attname, attnum from pg_attribute join pg_class on oid = attrelid"
            " where relnamespace = 'raw'::regnamespace and attnum > 0 order by 1, 3",
            "select * from control.code order by 1, 2",
            "select * from control.code_map order by 1, 2, 3, 4",
        )
    ]


def _changed(catalogue: Catalogue, layout: Layout) -> Catalogue:
    return catalogue.model_copy(update={"layouts": catalogue.layouts | {layout.key: layout}})


def test_a_second_sync_changes_nothing(warehouse: Warehouse) -> None:
    assert sync_catalogue(warehouse, STATE).has_changes
    before = _snapshot(warehouse)
    assert sync_catalogue(warehouse, STATE) == SyncSummary()
    assert _snapshot(warehouse) == before


def test_every_layout_has_a_partitioned_table_with_its_columns_as_text(warehouse: Warehouse) -> None:
    sync_catalogue(warehouse, STATE)
    for layout in CATALOGUE.layouts.values():
        found = warehouse.fetch_all(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'raw' and table_name = %s order by ordinal_position",
            (layout.table,),
        )
        expected = [("delivery_id", "bigint"), ("row_number", "bigint")]
        assert found == expected + [(column.name, "text") for column in layout.columns]


def test_every_submitter_has_each_code_of_its_layouts(warehouse: Warehouse) -> None:
    sync_catalogue(warehouse, STATE)
    found = set(warehouse.fetch_all("select submitter, code_set from control.code_map"))
    expected = {
        (name, code_set)
        for name, submitter in STATE.submitters.items()
        for code_set in CATALOGUE.code_sets_of(submitter.layouts)
    }
    assert found == expected
    south = dict(
        warehouse.fetch_all(
            "select local_code, standard_code from control.code_map where submitter = 'south' and code_set = 'sex'"
        )
    )
    assert south == {"1": "M", "2": "F", "3": "X"}
    assert warehouse.fetch_value(
        "select bool_and(local_code = standard_code) from control.code_map"
        " where submitter = 'north' and code_set = 'sex'"
    )


def test_a_new_column_of_a_layout_reaches_its_table_and_old_rows_keep_their_values(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    sync_catalogue(warehouse, STATE)
    layout = CATALOGUE.layouts["k12/status"]
    path = tmp_path / "k12__status__north__2020.txt"
    header = "|".join(column.headers_for("2019")[0] for column in layout.columns)
    path.write_text(f"{header}\na|b|c|d|e\n")
    load_file(warehouse.under("loader"), path)
    added = layout.columns[0].model_copy(update={"name": "remark"})
    wider = layout.model_copy(update={"columns": [*layout.columns, added]})
    assert sync_catalogue(warehouse, STATE, _changed(CATALOGUE, wider)).made == ["k12__status.remark"]
    assert warehouse.fetch_all("select remark, delivery_id is null from raw.k12__status") == [(None, False)]
    path.write_text(f"{header}\nv|w|x|y|z\n")
    assert load_file(warehouse, path).row_count == 1


def test_codes_follow_the_files_when_these_change(warehouse: Warehouse) -> None:
    sync_catalogue(warehouse, STATE)
    sex = CATALOGUE.code_sets["sex"]
    codes = dict(itertools.islice(sex.codes.items(), 1, None)) | {"M": "changed", "Q": "new"}
    catalogue = CATALOGUE.model_copy(
        update={
            "code_sets": CATALOGUE.code_sets | {"sex": sex.model_copy(update={"codes": sex.codes | codes})}
        }
    )
    assert sync_catalogue(warehouse, STATE, catalogue).code_changes == 2
    labels = dict(warehouse.fetch_all("select code, label from control.code where code_set = 'sex'"))
    assert labels == sex.codes | {"M": "changed", "Q": "new"}
    assert sync_catalogue(warehouse, STATE).code_changes == 2
    assert sync_catalogue(warehouse, STATE) == SyncSummary()


@pytest.mark.parametrize(
    ("code_maps", "message"),
    [
        ({"sex": {"1": "male"}}, "north maps to 'male', which is no code of sex"),
        ({"ps_term": {"1": "fall"}}, "north maps code set ps_term, which none of its layouts uses"),
    ],
)
def test_a_code_map_that_leads_nowhere_is_refused(
    warehouse: Warehouse, code_maps: dict[str, dict[str, str]], message: str
) -> None:
    north = STATE.submitters["north"].model_copy(update={"code_maps": code_maps})
    state: State = STATE.model_copy(update={"submitters": STATE.submitters | {"north": north}})
    before = _snapshot(warehouse)
    with pytest.raises(P20WError, match=message):
        sync_catalogue(warehouse, state)
    assert _snapshot(warehouse) == before


YEARS = [
    {"to": 2018, "codes": {"1": "M", "2": "F"}},
    {"from": 2019, "to": 2020, "codes": {"1": "F", "2": "M"}},
    {"from": 2022, "codes": {"m": "M"}},
]


def _state_with(submitter: str, **code_maps: object) -> State:
    content = STATE.submitters[submitter].model_dump(by_alias=True) | {"code_maps": code_maps}
    sender = Submitter.model_validate(content)
    return STATE.model_copy(update={"submitters": STATE.submitters | {submitter: sender}})


def test_a_local_code_means_what_it_means_in_the_year_of_the_file(warehouse: Warehouse) -> None:
    sync_catalogue(warehouse, _state_with("north", sex=YEARS))
    found = warehouse.fetch_all(
        "select local_code, first_year, last_year, standard_code from control.code_map"
        " where submitter = 'north' and code_set = 'sex' order by 2, 1"
    )
    assert found == [
        ("1", 1900, 2018, "M"),
        ("2", 1900, 2018, "F"),
        ("1", 2019, 2020, "F"),
        ("2", 2019, 2020, "M"),
        ("m", 2022, 9999, "M"),
    ]


def test_a_standard_code_counts_only_in_its_own_years(warehouse: Warehouse) -> None:
    sex = CATALOGUE.code_sets["sex"].model_copy(update={"years": {"X": (2019, 2021)}})
    catalogue = CATALOGUE.model_copy(update={"code_sets": CATALOGUE.code_sets | {"sex": sex}})
    sync_catalogue(
        warehouse, _state_with("north", sex=[{"to": 2019, "codes": {"x": "X", "m": "M"}}]), catalogue
    )
    found = warehouse.fetch_all(
        "select submitter, local_code, first_year, last_year from control.code_map"
        " where code_set = 'sex' and standard_code = 'X' order by 1, 2"
    )
    assert [row for row in found if row[0] in ("north", "motor_vehicle")] == [
        ("motor_vehicle", "X", 2019, 2021),
        ("north", "x", 2019, 2019),
    ]
