"""A request becomes de-identified rows only with an agreement and every agency's approval, and is destroyed in the end."""

import csv
import datetime
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result

from governance.extracts import destruction
from governance.extracts.register import find_project
from orchestration.commands.extract import command
from orchestration.examination import _extracts
from tests.integration.emptying import forget_releases
from tests.integration.research_state import FORMULA, PEOPLE, make_state
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.ledger import read
from warehouse.state import DEMO_STATE

REQUEST: dict[str, Any] = {
    "project": "FIRST",
    "title": "College and work",
    "purpose": "Find out how districts differ in college going and earnings.",
    "agreement": "RESEARCH",
    "population": "high_school_graduates",
    "period": {"from": 2019, "to": 2020},
    "measures": [
        "sex",
        "race_ethnicity",
        "district_of_diploma",
        "economic_disadvantage",
        "COLLEGE_GOING_12M",
        "earnings_first_year_usd",
    ],
    "expires": datetime.date(2099, 1, 1),
}
KEYS = ["group_year", "sex", "race_ethnicity", "district_of_diploma", "economic_disadvantage"]
AGENCIES = ["k12", "postsecondary", "ui", "wioa"]


@pytest.fixture(scope="module")
def research(warehouse: Warehouse) -> Warehouse:
    make_state(warehouse)
    return warehouse


@pytest.fixture(scope="module", autouse=True)
def _opened(research: Warehouse) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.connection.open_warehouse", lambda: research)
        yield


@pytest.fixture(scope="module")
def first(research: Warehouse, _opened: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the first project, which is built before any other."""
    return _built(research, tmp_path_factory.mktemp("request"))


def _p20w(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def _asked(folder: Path, **changes: Any) -> Path:
    path = folder / "request.yml"
    path.write_text(yaml.safe_dump(REQUEST | changes, sort_keys=False))
    return path


def _built(warehouse: Warehouse, folder: Path, **changes: Any) -> Path:
    said = REQUEST | changes
    _done(_p20w("feasibility", str(_asked(folder, **changes))))
    for agency in AGENCIES:
        _p20w("approve", said["project"], "--agency", agency, "--by", f"{agency} data office")
    _done(_p20w("build", said["project"]))
    return warehouse.home.extracts / str(said["project"])


def _done(result: Result) -> str:
    assert result.exception is None, result.exception
    return result.output


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "researcher" / f"{folder.name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _table(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(next(folder.glob("researcher/*.parquet"))).to_pylist()
    return rows


def test_feasibility_tells_protected_counts_and_who_must_approve(research: Warehouse, tmp_path: Path) -> None:
    assert research.under("extractor").role == "p20w_extractor"
    told = _done(_p20w("feasibility", str(_asked(tmp_path, project="COUNTED"))))
    assert f"people      about {PEOPLE:,}" in told and "2019      about 600" in told
    assert f"approvals   needed from {', '.join(AGENCIES)}" in told
    # Four of five have wages: 960.
    assert re.search(r"earnings_first_year_usd +about 960\n", told)
    few = _done(_p20w("feasibility", str(_asked(tmp_path, project="FEW", period={"from": 2001, "to": 2002}))))
    assert "people      fewer than 10" in few and "would be refused" in few


def test_nothing_is_built_before_every_contributing_agency_has_approved_this_request(
    research: Warehouse, tmp_path: Path
) -> None:
    _done(_p20w("feasibility", str(_asked(tmp_path, project="ASKED"))))
    assert "lacks the approval of k12, postsecondary, ui, wioa" in str(_p20w("build", "ASKED").exception)
    for agency in AGENCIES[:-1]:
        told = _done(_p20w("approve", "asked", "--agency", agency, "--by", "Data office"))
    assert told == "ASKED is approved by ui; it still waits for wioa.\n"
    refused = _done(_p20w("approve", "ASKED", "--agency", "wioa", "--by", "Office", "--refuse", "Too wide."))
    assert "refused by wioa" in refused
    assert "lacks the approval of wioa; refused by wioa." in str(_p20w("build", "ASKED").exception)
    told = _done(_p20w("approve", "ASKED", "--agency", "wioa", "--by", "Office"))
    assert told.endswith("all agencies have approved it.\n")
    assert "made from nothing of 'nsc'" in str(
        _p20w("approve", "ASKED", "--agency", "nsc", "--by", "Office").exception
    )
    # Another question is another request.
    _done(_p20w("feasibility", str(_asked(tmp_path, project="ASKED", measures=REQUEST["measures"][:5]))))
    assert "lacks the approval of k12" in str(_p20w("build", "ASKED").exception)
    assert not (research.home.extracts / "ASKED").exists()


def test_everybody_shares_the_key_columns_with_enough_others(research: Warehouse, first: Path) -> None:
    folder = first
    rows = _rows(folder)
    sizes = Counter(tuple(row[key] for key in KEYS) for row in rows)
    assert min(sizes.values()) >= 10
    report = (folder / "reviewer" / "k_anonymity.md").read_text()
    assert f"share all key columns are {min(sizes.values())}." in report
    hidden = sum(row["sex"] == "*" for row in rows)
    assert f"in {hidden:,} rows" in report and hidden <= 0.05 * PEOPLE
    assert len(rows) + int(re.search(r"(\d+) people are left out", report)[1]) == PEOPLE  # type: ignore[index]
    with (folder / "reviewer" / "underlying_counts.csv").open(newline="") as file:
        counts = {(row["column"], row["value"]): int(row["rows"]) for row in csv.DictReader(file)}
    assert counts["sex", "F"] == sum(row["sex"] == "F" for row in rows)
    assert counts["college_going_12m", "yes"] == sum(row["college_going_12m"] == "yes" for row in rows)


def test_amounts_are_rounded_and_have_a_top_that_several_reach_and_no_day_is_given(
    research: Warehouse, first: Path
) -> None:
    rows = _rows(first)
    amounts = [int(row["earnings_first_year_usd"]) for row in rows if row["earnings_first_year_usd"]]
    top = max(amounts)
    assert all(amount % 100 == 0 for amount in amounts) and amounts.count(top) >= 10
    assert not re.search(r"\d{4}-\d{2}-\d{2}", (first / "researcher" / "FIRST.csv").read_text())


def test_the_dictionary_and_the_memo_say_what_a_reader_must_know(research: Warehouse, first: Path) -> None:
    folder = first
    with (folder / "researcher" / "dictionary.csv").open(newline="") as file:
        told = {row["column"]: row for row in csv.DictReader(file)}
    assert list(told) == list(_rows(folder)[0])
    assert "M, F, or X where not selected" in told["sex"]["meaning"]
    assert "ui/wage.total_gross_wages" in told["earnings_first_year_usd"]["elements"]
    memo = (folder / "researcher" / "memo.md").read_text()
    for words in ("20 CFR 603.10", REQUEST["purpose"], "k12 (k12 data office", "destroyed by 2099-01-01",
                  "Private colleges may be missing.", "Cite as"):  # fmt: skip
        assert words in memo
    entry = read(research, "disclosure")[-1]
    assert entry.subject == "extract FIRST" and entry.detail["rows"] == len(_rows(folder))
    assert entry.detail["recipient"] == "Synthetic University evaluation center"


def test_built_again_nothing_changes_and_everybody_keeps_the_code(research: Warehouse, first: Path) -> None:
    folder = first
    before = {path.name: path.read_bytes() for path in folder.glob("researcher/FIRST.*")}
    _done(_p20w("build", "FIRST"))
    assert {path.name: path.read_bytes() for path in folder.glob("researcher/FIRST.*")} == before
    assert set(before) == {"FIRST.csv", "FIRST.parquet"}
    # Exact counts lie beside what the researcher is given, not in it.
    given = {path.relative_to(folder).as_posix() for path in (folder / "researcher").rglob("*")}
    assert given == {f"researcher/{name}" for name in (*before, "dictionary.csv", "memo.md")}


def test_a_cell_that_looks_like_a_formula_is_disarmed_for_spreadsheets_only(
    research: Warehouse, tmp_path: Path
) -> None:
    folder = _built(research, tmp_path, project="FORMULA", measures=["district_of_diploma"])
    assert {row["district_of_diploma"] for row in _rows(folder)} >= {f"'{FORMULA}"}
    assert {row["district_of_diploma"] for row in _table(folder)} >= {FORMULA}
    counts = (folder / "reviewer" / "underlying_counts.csv").read_text()
    assert f",'{FORMULA}," in counts or f',"\'{FORMULA}",' in counts


def test_two_projects_cannot_be_joined(research: Warehouse, first: Path, tmp_path: Path) -> None:
    earlier = _table(first)
    second = _table(_built(research, tmp_path, project="SECOND", may_hide=0.2))
    assert not {row["person_code"] for row in earlier} & {row["person_code"] for row in second}
    person = dict(
        research.fetch_all(
            "select person_code, person_id::text from identity.research_extract_code where project in ('FIRST', 'SECOND')"
        )
    )
    # Neither the place in the file tells who it is: as many by chance as in a shuffle.
    same_place = sum(
        person[a["person_code"]] == person[b["person_code"]] for a, b in zip(earlier, second, strict=False)
    )
    assert same_place < 15
    # An attacker with both files: whatever both say of a person is shared with nine others at least.
    shared = [name for name in earlier[0] if name != "person_code"]
    assert "college_going_12m" in shared and "earnings_first_year_usd" in shared
    sizes = Counter(tuple(row[name] for name in shared) for row in second)
    assert min(sizes.values()) >= 10
    report = (research.home.extracts / "SECOND" / "reviewer" / "k_anonymity.md").read_text()
    assert "also given to" in report and "FIRST" in report
    # Without that the first project's own rows would betray: nearly everybody is alone with those values.
    alone = Counter(tuple(row[name] for name in shared) for row in earlier)
    assert sum(size == 1 for size in alone.values()) > 100


def test_nothing_that_is_written_names_anybody(research: Warehouse, tmp_path: Path) -> None:
    folder = _built(research, tmp_path, project="CANARY")
    ids = [row[0] for row in research.fetch_all("select person_id::text from core.dim_person limit 400")]
    words = [*ids, *(one.replace("-", "") for one in ids)]
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    written += repr(_table(folder)).encode()
    assert not [word for word in words if word.encode() in written.lower()]
    described = research.fetch_value(
        "select string_agg(e::text, '') from control.research_extract_event as e"
    )
    told = research.fetch_value("select string_agg(e::text, '') from control.disclosure_log as e")
    assert not [word for word in words if word in described or word in told]


def test_a_destroyed_project_leaves_its_record_and_nothing_else(research: Warehouse, tmp_path: Path) -> None:
    folder = _built(research, tmp_path, project="GONE", expires=datetime.date(2098, 1, 1))
    later = datetime.date(2098, 1, 2)
    assert [found.project for found in destruction.due(research, later)] == ["GONE"]
    assert destruction.due(research) == []
    told = _done(_p20w("destroy", "GONE", "--reason", "The study is over."))
    assert told == f"GONE is destroyed: 7 files, {PEOPLE:,} codes.\n"
    assert not folder.exists()
    assert not research.fetch_value(
        "select count(*) from identity.research_extract_code where project = 'GONE'"
    )
    assert read(research, "access")[-1].subject == "extract GONE"
    assert find_project(research, "GONE").standing == "destroyed"
    assert "was destroyed" in str(_p20w("build", "GONE").exception)
    assert "was destroyed" in str(_p20w("feasibility", str(_asked(tmp_path, project="GONE"))).exception)


def test_what_has_ended_is_told_by_the_doctor_and_destroyed_by_one_command(
    research: Warehouse, tmp_path: Path
) -> None:
    folder = _built(research, tmp_path, project="ENDED", measures=["sex"])
    assert [finding.ok for finding in _extracts(research)] == [True]
    research.execute("update control.research_extract set expires_on = '2020-01-01' where project = 'ENDED'")
    assert [finding.what for finding in _extracts(research)] == [
        "research extracts: ENDED should be destroyed: `p20w extract expire`"
    ]
    assert _done(_p20w("expire", "--dry-run")) == "ENDED ended on 2020-01-01.\n" and folder.exists()
    assert _done(_p20w("expire")) == f"ENDED is destroyed: 7 files, {PEOPLE:,} codes.\n"
    assert not folder.exists() and _done(_p20w("expire")) == "No project has ended.\n"


def test_an_extract_without_an_agreement_for_its_elements_stops_with_the_clause(
    research: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state.yml").write_text(DEMO_STATE.read_text())
    (tmp_path / "agreements").mkdir()
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    request = str(_asked(tmp_path, project="NEVER"))
    assert "There is no agreement 'RESEARCH'" in str(_p20w("feasibility", request).exception)
    said = yaml.safe_load((DEMO_STATE.parent / "agreements" / "research.yml").read_text())
    for changes, clause in (
        ({"permits": ["aggregates"]}, "permits: RESEARCH: extracts is not among"),
        ({"elements": said["elements"][:2]}, "elements: no agreement names ui/wage"),
        (
            {"elements": [*said["elements"][:2], {"layouts": ["ui/wage"], "columns": ["hours_worked"]}]},
            "elements: RESEARCH does not name the column total_gross_wages",
        ),
        ({"expires": datetime.date(2020, 1, 1)}, "expires: RESEARCH ended on 2020-01-01"),
    ):
        (tmp_path / "agreements" / "research.yml").write_text(yaml.safe_dump(said | changes))
        assert f"the missing clause is {clause}" in str(_p20w("feasibility", request).exception)
    (tmp_path / "agreements" / "research.yml").write_text(
        yaml.safe_dump(said | {"destroy_by": said["expires"]})
    )
    late = str(_asked(tmp_path, project="NEVER", expires=datetime.date(2100, 1, 1)))
    assert "says destroy_by" in str(_p20w("feasibility", late).exception)
    assert research.fetch_value("select count(*) from control.research_extract where project = 'NEVER'") == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"measures": ["sex", "ssn"]},
            r"request\.yml is wrong in measures\.1 \(line \d+\): ssn is not in the voc",
        ),
        ({"population": "college_going_12m"}, r"population \(line \d+\): .* similar: "),
        ({"sql": "select 1"}, r"sql \(line \d+\): it is not a known key"),
        ({"measures": ["sex", "sex"]}, r"the measure sex is named twice"),
        ({"period": {"from": 2020, "to": 2019}}, r"period \(line \d+\): to lies before from"),
    ],
)
def test_a_fault_in_a_request_is_told_by_file_and_line(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    error = _p20w("feasibility", str(_asked(tmp_path, **changes))).exception
    assert isinstance(error, P20WError) and re.search(told, str(error)), error


def test_a_rate_of_the_cube_is_a_measure_as_it_was_published(research: Warehouse, tmp_path: Path) -> None:
    research.execute(
        "insert into published.release (release_id, published_at, state_name) values (1, now(), 'S')"
    )
    research.execute(
        "insert into published.indicator (release_id, indicator_code, indicator_version, name, unit)"
        " values (1, 'COLLEGE_GOING_12M', '1.0', 'College going', 'percent')"
    )
    shown = {"D1": "61", "D2": "57", "D3": ">=95", "D4": None}
    for district, value in shown.items():
        research.execute(
            "insert into published.indicator_cell (release_id, indicator_code, indicator_version, cohort_period,"
            " dimension, category, category_label, shown_count, shown_value, suppression_code)"
            " values (1, 'COLLEGE_GOING_12M', '1.0', '2020', 'district', %s, '', %s, %s, %s)",
            [district, value and "100", value, "none" if value else "complementary"],
        )
    folder = _built(research, tmp_path, project="AROUND", measures=["COLLEGE_GOING_12M_OF_DISTRICT"])
    counted = Counter(row["college_going_12m_of_district"] for row in _rows(folder))
    # A quarter of the graduates each, and nothing of those whose district is hidden or not published.
    assert set(counted) == {"61", "57", ">=95", ""}
    assert all(counted[value] > 200 for value in counted)
    assert "Made from: Numerator by denominator" in (folder / "researcher" / "dictionary.csv").read_text()
    forget_releases(research)


def test_an_ended_request_is_neither_counted_nor_built(research: Warehouse, tmp_path: Path) -> None:
    over = _asked(tmp_path, project="OVER", expires=datetime.date(2020, 1, 1))
    assert "ended on 2020-01-01" in str(_p20w("feasibility", str(over)).exception)
