import csv
import re
from pathlib import Path

import pytest

from governance.release import build_release
from reports.site import build_site
from tests.integration.published_cube import RATE, Row, make_cube, small_state
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import load_state


@pytest.fixture(scope="module")
def site(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    with pytest.raises(P20WError, match="Nothing has been published"):
        build_site(warehouse, out)
    make_cube(warehouse, small_state())
    build_release(warehouse, load_state())
    # The pages must not need anything else than what is published.
    warehouse.execute("drop table indicators.cube, indicators.registry, core.dim_school, core.dim_program")
    build_site(warehouse, out)
    return out


def test_the_site_holds_a_page_and_a_file_for_each_indicator(site: Path) -> None:
    assert sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()) == [
        "data/college-going-12m.csv",
        "data/dictionary.csv",
        "data/indicators.csv",
        "data/wioa-median-earnings-q2.csv",
        "index.html",
    ]


def test_no_true_number_reaches_a_file(site: Path) -> None:
    rows = small_state()
    true_numbers = {str(n) for row in rows for n in (row.people, row.outcome) if n > 100}
    true_numbers |= {f"{n:,}" for row in rows for n in (row.people, row.outcome) if n > 999}
    true_numbers |= {str(row.median) for row in rows if row.median}
    for path in site.rglob("*.*"):
        # What is drawn has places, which are numbers too; words and cells are what is read.
        text = re.sub(
            r"<style>.*?</style>|<[^>]+>", " ", path.read_text(encoding="utf-8-sig"), flags=re.DOTALL
        )
        assert set(re.findall(r"[\d.,]*\d", text)) & true_numbers == set()


def test_the_page_shows_what_the_release_shows(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "65.6%" in page
    assert "$7,300" in page
    assert "Alder Valley" in page
    assert "simulated people" in page


def test_the_files_agree_with_the_release(site: Path, warehouse: Warehouse) -> None:
    with (site / "data" / "college-going-12m.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {
            (r["cohort_period"], r["dimension"], r["category"]): (r["shown_count"], r["shown_value"])
            for r in csv.DictReader(file)
        }
    published = warehouse.fetch_all(
        "select cohort_period, dimension, category, coalesce(shown_count, ''), coalesce(shown_value, '')"
        " from published.indicator_cell where indicator_code = %s",
        (RATE,),
    )
    assert written == {row[:3]: row[3:] for row in published}


def test_a_later_release_replaces_the_pages_and_removes_what_it_does_not_have(
    site: Path, warehouse: Warehouse
) -> None:
    stale = site / "data" / "an-indicator-of-last-year.csv"
    stale.write_text("old")
    make_cube(warehouse, [*small_state(), Row("2017", ("state", "all"), 1009, 601)])
    release_id = build_release(warehouse, load_state())
    index = build_site(warehouse, site)
    assert f"Release {release_id}," in index.read_text(encoding="utf-8")
    assert not stale.exists()
    assert not [path for path in site.rglob(".*") if path.is_file()]
