import csv
import io

import pytest

from reports.charts import scale_for
from reports.csv_files import csv_files, file_slug, safe_cell
from reports.published import Cell
from reports.views import indicator_view
from reports.wording import gap_sentence, shown, trend_sentence
from tests.unit.reports.example_release import HOSTILE, indicator, release


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1 555", "'+1 555"),
        ("@name", "'@name"),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        ("-12.5", "-12.5"),
        (">=95", ">=95"),
        ("<=5", "<=5"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_no_cell_is_run_as_a_formula(text: str, safe: str) -> None:
    assert safe_cell(text) == safe


def test_a_file_repeats_what_is_published_and_nothing_else() -> None:
    rows = table(csv_files(release())["acgr-4yr.csv"])
    published = release().indicators[0].cells
    assert len(rows) == len(published)
    for row, cell in zip(rows, published, strict=True):
        assert (row["shown_count"], row["shown_value"]) == (cell.count or "", cell.value or "")
        assert row["suppression_code"] == cell.suppression_code
        assert row["release_id"] == "7"
    assert {row["category_label"] for row in rows if row["category"] == "D1"} == {f"'{HOSTILE}"}


def test_every_column_is_in_the_dictionary() -> None:
    files = csv_files(release())
    explained = {row["column"] for row in table(files["dictionary.csv"]) if row["meaning"]}
    for name, text in files.items():
        if name != "dictionary.csv":
            assert set(table(text)[0]) <= explained


def test_file_names_hold_no_path() -> None:
    assert file_slug("../ACGR_4YR") == "acgr-4yr"


@pytest.mark.parametrize(
    ("value", "unit", "short", "long"),
    [
        ("83.4", "percent", "83.4%", "83.4 percent"),
        (">=95", "percent", "≥95%", "at least 95 percent"),
        ("<=5", "percent", "≤5%", "at most 5 percent"),
        ("12300", "usd", "$12,300", "$12,300"),
    ],
)
def test_published_texts_read_well(value: str, unit: str, short: str, long: str) -> None:
    found = shown(value, unit)
    assert (found.short, found.long) == (short, long)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("80.1", "83.4", "The rate is 83.4 percent for cohort 2, 3.3 points higher than for cohort 1."),
        ("84", "83", "The rate is 83 percent for cohort 2, 1 point lower than for cohort 1."),
        ("83", "83.0", "The rate is 83.0 percent for cohort 2, the same as for cohort 1."),
        ("84", ">=95", "The rate is at least 95 percent for cohort 2; it was 84 percent for cohort 1."),
        (None, "83", "The rate is 83 percent for cohort 2, the only cohort published so far."),
        (None, None, "The numbers are too small to be shown."),
    ],
)
def test_the_sentence_says_what_the_line_shows(first: str | None, last: str | None, sentence: str) -> None:
    cells = [
        Cell(str(cohort), "state", "all", "", "100" if value else None, value, "none" if value else "primary")
        for cohort, value in enumerate((first, last), start=1)
    ]
    assert trend_sentence(indicator("X", "percent", cells)) == sentence


def test_the_widest_gap_is_told_from_shown_groups_only() -> None:
    cells = [
        Cell("1", "sex", "F", "Female", "100", "60", "none"),
        Cell("1", "sex", "M", "Male", "100", "55", "none"),
        Cell("1", "sex", "unknown", "Not known", "20", "10", "none"),
        Cell("1", "idea", "yes", "IDEA", "50", "40", "none"),
        Cell("1", "idea", "no", "Not IDEA", "90", "62", "none"),
        Cell("1", "homeless", "yes", "Homeless", None, None, "complementary"),
    ]
    sentence = gap_sentence(indicator("X", "percent", cells), "1")
    assert "cohort 1: 40 percent for “IDEA”, 62 percent for “Not IDEA”" in sentence


def test_an_indicator_of_which_all_is_hidden_still_has_a_page() -> None:
    cells = [
        Cell("1", "state", "all", "", None, None, "primary"),
        Cell("1", "sex", "F", "F", None, None, "primary"),
    ]
    view = indicator_view(indicator("X", "percent", cells))
    assert view.latest_value == "*"
    assert view.gaps is not None
    assert view.gaps.chart is None


def test_a_remnant_of_a_cohort_is_in_the_table_and_no_point_of_the_trend() -> None:
    cells = [
        Cell("1", "state", "all", "", "300", "60", "none"),
        Cell("2", "state", "all", "", "310", "62", "none"),
        Cell("3", "state", "all", "", "20", "30", "none"),
    ]
    view = indicator_view(indicator("X", "percent", cells))
    assert (view.latest_value, view.latest_cohort) == ("62%", "2")
    assert "2 points higher than for cohort 1" in view.trend.sentence
    assert "30%" not in str(view.trend.chart)
    assert [row.label for _, rows in view.trend.table.groups for row in rows] == ["1", "2", "3"]
    assert view.trend.notes == ["In the table only, being far smaller than the others: 3."]


def test_groups_that_are_hidden_throughout_are_named_once() -> None:
    view = indicator_view(release().indicators[0])
    assert view.gaps is not None
    assert view.gaps.notes == ["Hidden in every cohort, to protect privacy: Foster care."]
    assert "Foster care" not in [heading for heading, _ in view.gaps.table.groups]


@pytest.mark.parametrize("largest", ["100", "900", "7300", "9900", "10000", "48200", "123400"])
def test_a_dollar_axis_ends_above_its_largest_value_at_a_round_number(largest: str) -> None:
    scale = scale_for([shown(largest, "usd")], "usd")
    assert float(largest) <= scale.top <= 2 * float(largest)
    assert 2 <= len(scale.ticks) <= 6
    assert scale.ticks[0] == (0.0, "$0")
