"""Without a valid agreement a delivery waits where it lies, and nothing is published; with it both go on."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from governance.agreements.coverage import NoAgreement
from governance.agreements.encoded import require_encoded
from governance.agreements.register import agreements
from ingest.catalogue import load_catalogue
from ingest.landing import pending_files
from orchestration import gates
from orchestration.commands.deliveries import command as deliveries
from orchestration.elements import elements_of
from orchestration.examination import Finding, _agreements
from orchestration.intake import load_by_hand, prepare, take_in
from orchestration.permission import delivery_permission
from orchestration.status import status_lines
from tests.integration.published_cube import make_cube, small_state
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, State, load_state

STATUS = load_catalogue().layout("k12/status")
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)
SHIPPED = DEMO_STATE.parent / "agreements"


@pytest.fixture
def folder(tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The agreements folder of a state without any yet."""
    (tmp_path / "state.yml").write_text(DEMO_STATE.read_text())
    (tmp_path / "agreements").mkdir()
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    monkeypatch.setattr("warehouse.connection.open_warehouse", lambda: warehouse)
    yield tmp_path / "agreements"
    for path in warehouse.home.incoming.glob("*/*"):
        path.unlink()


def _put(warehouse: Warehouse, year: str) -> Path:
    path = warehouse.home.incoming / "north" / f"k12__status__north__{year}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"{year}|{n}|IDEA||\n" for n in range(40))
    path.write_text(f"{HEADER}\n{rows}")
    os.utime(path, (time.time() - 100,) * 2)
    return path


def _agree(folder: Path, name: str = "k12", **changes: object) -> None:
    said = yaml.safe_load((SHIPPED / f"{name}.yml").read_text())
    (folder / f"{name}.yml").write_text(yaml.safe_dump(said | changes))


def _pending(warehouse: Warehouse, state: State) -> list[str]:
    asked = delivery_permission(warehouse, state)
    return [file.path.name for file in pending_files(warehouse, state=state, permission=asked)]


def test_a_delivery_waits_where_it_lies_until_its_agreement_is_there(
    warehouse: Warehouse, folder: Path
) -> None:
    state, path = load_state(), _put(warehouse, "2019")
    content = path.read_bytes()
    prepare(warehouse, state)
    intake = take_in(warehouse, state, STATUS)
    assert intake.loaded == 0
    assert "the missing clause is elements: no agreement names k12/status" in intake.refused[0]
    assert path.read_bytes() == content and not any(warehouse.home.archive.rglob("*.txt*"))
    assert warehouse.fetch_value("select count(*) from control.delivery") == 0
    # It is not tried again and again, and whoever asks is told why it waits.
    assert _pending(warehouse, state) == []
    assert any("no agreement allows taking it in" in line for line in status_lines(warehouse))
    (page,) = (warehouse.home.agency_reports / "north").glob("*.html")
    assert "missing clause" in page.read_text()

    _agree(folder)
    assert _pending(warehouse, state) == [path.name]
    assert take_in(warehouse, state, STATUS).loaded == 1
    assert not any("no agreement" in line for line in status_lines(warehouse))


def test_what_comes_after_the_end_waits_for_the_renewal(warehouse: Warehouse, folder: Path) -> None:
    state = load_state()
    prepare(warehouse, state)
    _agree(folder, expires="2020-06-30", destroy_by="2030-06-30")
    path = _put(warehouse, "2020")
    assert "clause is expires: K12 ended on 2020-06-30" in take_in(warehouse, state, STATUS).refused[0]
    told = [line for line in status_lines(warehouse) if line.startswith("ended ")]
    assert "agreement K12 ended on 2020-06-30" in told[0]
    assert Finding(False, told[0].partition("ended")[2].strip(), is_due=True) in list(_agreements())
    by_hand = load_by_hand(path, None, None, None, None)
    assert not by_hand.ok and "clause is expires" in by_hand.sentence
    _agree(folder)
    assert "as delivery" in load_by_hand(path, None, None, None, None).sentence
    assert CliRunner().invoke(deliveries, []).output.count("k12__status__north__2020.txt") == 1


def test_nothing_is_published_from_a_source_that_did_not_agree_to_it(
    warehouse: Warehouse, folder: Path
) -> None:
    state = load_state()
    make_cube(warehouse, small_state())
    warehouse.execute(
        "insert into control.delivery (layout, submitter, period, sha256, file_name, status, row_count,"
        " accepted_count, quarantined_count, rejected_count)"
        " values ('nsc/detail', 'clearinghouse', '2019', 'x', 'x', 'accepted', 1, 1, 0, 0)"
    )
    for name in ("k12", "postsecondary"):
        _agree(folder, name)
    _agree(folder, "nsc", permits=["load"])
    for attempt in (gates.release, gates.try_release):
        with pytest.raises(NoAgreement) as caught:
            attempt(warehouse, state)
        assert caught.value.message.startswith(
            "Nothing was published. COLLEGE_GOING_12M is made from nsc/detail"
        )
        assert "the missing clause is permits: NSC: aggregates is not among what it permits" in str(
            caught.value
        )
    assert warehouse.fetch_value("select count(*) from published.release") == 0
    # What the number is made from must be agreed on column by column, and nothing else.
    used = list(elements_of("COLLEGE_GOING_12M")["nsc/detail"])
    assert "first_attended_date" not in used
    _agree(folder, "nsc", elements=[{"layouts": ["nsc/detail"], "columns": used}])
    assert gates.try_release(warehouse, state).is_new
    used.remove("enrollment_begin_date")
    _agree(folder, "nsc", elements=[{"layouts": ["nsc/detail"], "columns": used}])
    with pytest.raises(NoAgreement, match="does not name the column enrollment_begin_date"):
        gates.try_release(warehouse, state)


def test_encodings_are_asked_for_an_agreement_too(folder: Path) -> None:
    state = load_state()
    with pytest.raises(NoAgreement, match="no agreement names encoded/person"):
        require_encoded(state, "health")
    _agree(
        folder, "bridge", parties={"providers": ["health"], "recipient": {"name": "State", "kind": "public_official"}},
        elements=[{"layouts": ["encoded/person"]}],
    )  # fmt: skip
    require_encoded(state, "health")
    with pytest.raises(NoAgreement, match="none has justice"):
        require_encoded(state, "justice")
    _agree(
        folder, "bridge", parties={"providers": ["health"], "recipient": {"name": "State", "kind": "other"}}
    )
    with pytest.raises(P20WError, match="health is no submitter"):
        require_encoded(state, "health")


def test_a_state_that_wants_no_agreements_is_asked_for_none(warehouse: Warehouse, folder: Path) -> None:
    file = folder.parent / "state.yml"
    file.write_text(file.read_text().replace("agreements: required", "agreements: none"))
    state = load_state()
    assert agreements(state) == []
    prepare(warehouse, state)
    _put(warehouse, "2021")
    assert take_in(warehouse, state, STATUS).refused == []
    assert [finding.what for finding in _agreements()] == ["the state asks for no data-sharing agreements"]
