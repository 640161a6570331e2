"""Every delivery gets its receipt and, where rows broke a rule, its file of rows; every refused file a page."""

import re
from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from orchestration.agencies import score_and_show
from orchestration.intake import load_by_hand, prepare, take_in
from tests.unit.reports.test_page import Tree
from warehouse.connection import Warehouse
from warehouse.state import State, load_state

HEADER = "schoolYear|schoolId|nameOfInstitution|localEducationAgencyId|localEducationAgencyName\n"
CANARY = "Zyxwvcanary"


def _send(warehouse: Warehouse, name: str, rows: list[str], header: str = HEADER) -> None:
    folder = warehouse.home.incoming / "north"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(header + "".join(f"{row}\n" for row in rows))


def _school(number: int, name: str | None = None) -> str:
    return f"2019|S{number:03}|{CANARY} {number if name is None else name}|D1|District"


@pytest.fixture(scope="module")
def folder(warehouse: Warehouse) -> Path:
    """A first delivery, its correction with two faults, a held delivery and a refused file."""
    state: State = load_state()
    prepare(warehouse, state)
    layout = load_catalogue().layout("k12/school")
    _send(warehouse, "k12__school__north__2019.txt", [_school(n) for n in range(1, 201)])
    take_in(warehouse, state, layout)
    rows = [_school(n) for n in range(1, 201)]
    rows[9], rows[19] = f"2019|S010||D1|{CANARY}", _school(19)
    _send(warehouse, "k12__school__north__2019__2.txt", rows)
    _send(warehouse, "k12__school__north__2020.txt", [_school(n) for n in range(1, 5)])
    _send(warehouse, "k12__school__north__2021.txt", ["x|y"], header="wrong|header\n")
    take_in(warehouse, state, layout)
    score_and_show(warehouse, state)
    return warehouse.home.agency_reports / "north"


def _text(path: Path) -> str:
    return " ".join(Tree(path.read_text(encoding="utf-8")).root.text.split())


def _receipt(warehouse: Warehouse, folder: Path, period: str, sequence: int) -> str:
    delivery = warehouse.fetch_value(
        "select delivery_id from control.delivery where period = %s and sequence = %s", [period, sequence]
    )
    return _text(folder / f"delivery_{delivery}_receipt.html")


def test_a_receipt_says_what_came_what_became_of_it_and_on_which_lines(
    warehouse: Warehouse, folder: Path
) -> None:
    text = _receipt(warehouse, folder, "2019", 2)
    assert "Rows accepted 198" in text
    assert "Rows set aside 2" in text
    assert "Line 11." in text
    assert "Line 21." in text
    assert "Fill in school_name" in text
    assert "nameOfInstitution" in text
    sha256 = warehouse.fetch_value(
        "select sha256 from control.delivery where period = '2019' and sequence = 2"
    )
    assert sha256 in text


def test_a_receipt_compares_with_the_delivery_before_it(warehouse: Warehouse, folder: Path) -> None:
    assert "Rows set aside 2 0" in _receipt(warehouse, folder, "2019", 2)
    assert "Compared with last time" not in _receipt(warehouse, folder, "2019", 1)


def test_a_receipt_of_a_held_delivery_says_why_and_how_to_send_it_again(
    warehouse: Warehouse, folder: Path
) -> None:
    text = _receipt(warehouse, folder, "2020", 1)
    assert "nothing of this file is used yet" in text
    assert "4 of 4 rows are rejected" in text
    assert "k12__school__north__2020__2.txt" in text


def test_a_file_given_by_hand_that_is_refused_gets_its_page_too(
    warehouse: Warehouse, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.connection.open_warehouse", lambda: warehouse)
    sent = tmp_path / "k12__school__north__2022.txt"
    sent.write_text("wrong|header\nx|y\n")
    page = folder / "refused_k12__school__north__2022_txt.html"
    told = load_by_hand(sent, None, None, None, None)
    assert not told.ok
    assert told.sentence.endswith(f"The page for the sender is {page}.")
    assert "header" in _text(page)
    # Another name, and what the file is said on the command line.
    other = tmp_path / "schools.txt"
    other.write_text("wrong|header\nx|y\n")
    assert "refused_schools_txt.html" in load_by_hand(other, "k12/school", "north", "2022", None).sentence
    # The command, the machine and the database are no fault of the file.
    for path, layout, submitter in (
        (tmp_path / "k12__school__north__2023.txt", None, None),
        (other, "k12/shcool", "north"),
        (other, "k12/school", "nroth"),
    ):
        assert "The page" not in load_by_hand(path, layout, submitter, "2022", None).sentence
    sent.write_text(HEADER + _school(1) + "\n")
    assert "as delivery" in load_by_hand(sent, None, None, None, None).sentence
    assert not page.exists()


def test_a_refused_file_gets_a_page_that_says_what_is_wrong(folder: Path) -> None:
    text = _text(folder / "refused_k12__school__north__2021_txt.html")
    assert "Nothing of this file was loaded" in text
    assert "line 1 is not the header of k12/school" in text


def test_no_page_holds_a_delivered_value_and_only_the_owner_reads_the_folder(folder: Path) -> None:
    pages = list(folder.glob("*.html"))
    assert len(pages) >= 4
    assert not [page for page in pages if CANARY in page.read_text(encoding="utf-8")]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_every_page_names_its_parts_and_asks_nobody_for_anything(folder: Path) -> None:
    for path in folder.glob("*.html"):
        html = path.read_text(encoding="utf-8")
        page = Tree(html).root
        assert page.all("html")[0].attributes["lang"] == "en"
        assert len(page.all("h1")) == len(page.all("main")) == 1
        assert page.all("script") == page.all("img") == []
        assert not re.search(r'(?:src|href)="[^"]*//', html)
        assert "default-src 'none'" in html
        ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
        assert len(ids) == len(set(ids))
        for table in page.all("table"):
            assert table.all("caption")[0].text
            assert all(cell.attributes.get("scope") for cell in table.all("th"))


def test_a_scorecard_shows_each_dimension_with_its_counts_and_a_csv(folder: Path) -> None:
    page = Tree((folder / "scorecard.html").read_text(encoding="utf-8")).root
    # One for each dimension that these deliveries can be scored on: nobody is linked here.
    assert len(page.all("svg")) == 5
    for chart in page.all("svg"):
        assert chart.all("title")[0].text
        assert chart.all("desc")[0].text
    lines = (folder / "scorecard.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "north,k12/school,2019,completeness,999,1000,99.9000" in lines
    assert "Northern District Data Cooperative" in _text(folder.parent / "overview.html")
