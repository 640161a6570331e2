"""The truth beside the files agrees with them, counted again by another and slower way."""

import csv
import datetime
import json
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.unit.ingest.synthetic.conftest import Written
from tests.unit.ingest.synthetic.files import described, standard_rows

pytestmark = pytest.mark.slow

REGULAR = {"00806", "00807", "00809"}
REMOVING = {"01909", "01911", "01916", "01917", "01918", "01923"}
Row = dict[str, str]


def day(value: str) -> datetime.date:
    for pattern in ("%m/%d/%Y", "%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.datetime.strptime(value, pattern).date()
        except ValueError:
            continue
    raise AssertionError(value)


def rows_of(written: Written, pattern: str) -> list[Row]:
    return [row for path in written.files(pattern) for row in standard_rows(path)]


def truth(written: Written) -> dict[tuple[str, str], tuple[int, int, float]]:
    with (written.root / "truth" / "indicators.csv").open() as file:
        return {
            (row["indicator_code"], row["cohort_period"]): (
                int(row["numerator"]),
                int(row["denominator"]),
                float(row["value"]),
            )
            for row in csv.DictReader(file)
        }


def people(written: Written) -> dict[tuple[str, str], int]:
    table = pq.read_table(
        written.root / "truth" / "records.parquet", columns=["source", "source_key", "person"]
    )
    return {(row["source"], row["source_key"]): row["person"] for row in table.to_pylist()}


def wages(written: Written) -> dict[tuple[int, int], int]:
    """Cents by true person and quarter index."""
    known = people(written)
    found: dict[tuple[int, int], int] = defaultdict(int)
    for path in written.files("ui__wage__*"):
        period = described(path)[2]
        quarter = int(period[:4]) * 4 + int(period[5]) - 1
        for line in path.read_text(encoding="ascii").splitlines()[1:-1]:
            key = "|".join([line[1:10], line[10:30].strip(), line[30:42].strip(), line[42:43].strip()])
            found[known["ui", key], quarter] += int(line[49:63])
    return found


@pytest.fixture(scope="module")
def diplomas(written: Written) -> dict[str, Row]:
    return {
        r["student_id_state"]: r for r in rows_of(written, "k12__diploma__*") if r["diploma_type"] in REGULAR
    }


@pytest.fixture(scope="module")
def enrollments(written: Written) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(written, "k12__enrollment__*"):
        found[row["student_id_state"]].append(row)
    return {student: sorted(rows, key=lambda row: day(row["entry_date"])) for student, rows in found.items()}


@pytest.fixture(scope="module")
def college(written: Written) -> dict[int, list[tuple[datetime.date, datetime.date]]]:
    """Spells by true person from both kinds of college file, dual enrollment left out."""
    known = people(written)
    found: dict[int, list[tuple[datetime.date, datetime.date]]] = defaultdict(list)
    for row in rows_of(written, "postsecondary__enrollment__*"):
        person = known["postsecondary", f"{row['institution_id_ipeds']}|{row['student_id_institution']}"]
        if row["entry_status"] != "dual":
            found[person].append((day(row["term_begin_date"]), day(row["term_end_date"])))
    for row in rows_of(written, "nsc__detail__*"):
        if row["enrollment_begin_date"] and day(row["enrollment_begin_date"]) > day(
            row["high_school_grad_date"]
        ):
            person = known["k12", row["student_id_state"]]
            found[person].append((day(row["enrollment_begin_date"]), day(row["enrollment_end_date"])))
    return found


def test_the_graduation_rate_is_what_the_files_say(
    written: Written, diplomas: dict[str, Row], enrollments: dict[str, list[Row]]
) -> None:
    cohorts: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(written, "k12__student__*"):
        if row["cohort_year"]:
            cohorts[row["student_id_state"]].add(row["cohort_year"])
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for student, years in cohorts.items():
        assert len(years) == 1
        year = int(next(iter(years))) + 3
        end = datetime.date(year, 8, 31)
        graduated = student in diplomas and day(diplomas[student]["diploma_date"]) <= end
        last = [row for row in enrollments[student] if day(row["entry_date"]) <= end][-1]
        left = (
            last["exit_type"] in REMOVING and last["exit_documented"] == "Y" and day(last["exit_date"]) <= end
        )
        if graduated or not left:
            counts[str(year)][0] += graduated
            counts[str(year)][1] += 1
    stated = {
        period: value[:2]
        for (code, period), value in truth(written).items()
        if code == "ACGR_4YR" and period != "all"
    }
    assert stated == {period: tuple(count) for period, count in counts.items()}


def test_a_rate_that_ignores_documents_would_be_wrong(
    written: Written, enrollments: dict[str, list[Row]]
) -> None:
    last = [rows[-1] for rows in enrollments.values()]
    undocumented = [row for row in last if row["exit_type"] in REMOVING and row["exit_documented"] == "N"]
    unconfirmed = [row for row in last if row["exit_type"] == "01908" and int(row["school_year"]) < 2022]
    assert len(undocumented) + len(unconfirmed) > 0.01 * len(last)


def test_college_going_is_what_the_files_say(
    written: Written, diplomas: dict[str, Row], college: dict[int, list[tuple[datetime.date, datetime.date]]]
) -> None:
    known = people(written)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for student, row in diplomas.items():
        awarded = day(row["diploma_date"])
        end = awarded + datetime.timedelta(days=365)
        went = any(begin <= end and last > awarded for begin, last in college[known["k12", student]])
        counts[row["school_year"]][0] += went
        counts[row["school_year"]][1] += 1
    stated = {
        p: value[:2]
        for (code, p), value in truth(written).items()
        if code == "COLLEGE_GOING_12M" and p != "all"
    }
    assert stated == {period: tuple(count) for period, count in counts.items()}


def test_employment_after_workforce_programs_is_what_the_files_say(written: Written) -> None:
    known, paid = people(written), wages(written)
    newest: dict[tuple[str, str], Row] = {}
    for row in rows_of(written, "wioa__pirl__*"):
        newest[row["unique_individual_identifier"], row["program_entry_date"]] = row
    counts, earnings = [0, 0], []
    for (participant, _), row in newest.items():
        out = ["01", "02", "03", "04", "07"] + (["05"] if row["youth"] == "1" else [])
        if not row["program_exit_date"] or row["other_reasons_for_exit"] in out:
            continue
        left = day(row["program_exit_date"])
        if left >= datetime.date(2024, 7, 1):
            continue
        cents = paid[known["wioa", participant], left.year * 4 + (left.month - 1) // 3 + 2]
        reported = (
            row["employed_2nd_quarter_after_exit"] in "23"
            or row["employment_match_2nd_quarter_after_exit"] in "234"
        )
        counts[0] += cents > 0 or reported
        counts[1] += 1
        earnings += [cents] if cents else []
    numerator, denominator, _ = truth(written)["WIOA_ER_Q2", "all"]
    assert [numerator, denominator] == counts
    earnings.sort()
    middle = len(earnings) // 2
    median = earnings[middle] if len(earnings) % 2 else (earnings[middle - 1] + earnings[middle]) / 2
    assert truth(written)["WIOA_MEDIAN_EARNINGS_Q2", "all"][2] == pytest.approx(median / 100, abs=0.01)


def test_placement_of_concentrators_is_what_the_files_say(
    written: Written,
    enrollments: dict[str, list[Row]],
    college: dict[int, list[tuple[datetime.date, datetime.date]]],
) -> None:
    known, paid = people(written), wages(written)
    passed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows_of(written, "k12__cte_course__*"):
        if float(row["credits_earned"]) > 0:
            passed[row["student_id_state"], row["cip_code"]].add(row["course_code"])
    counts = [0, 0]
    for student in {student for (student, _), courses in passed.items() if len(courses) >= 2}:
        last = enrollments[student][-1]
        if last["exit_type"] in REMOVING | {"", "01907", "01908", "01930"}:
            continue
        left = day(last["exit_date"])
        quarter = left.year * 4 + (left.month - 1) // 3 + 2
        begin = datetime.date(quarter // 4, quarter % 4 * 3 + 1, 1)
        end = datetime.date((quarter + 1) // 4, (quarter + 1) % 4 * 3 + 1, 1) - datetime.timedelta(days=1)
        person = known["k12", student]
        studies = any(first <= end and last_day >= begin for first, last_day in college[person])
        counts[0] += studies or paid[person, quarter] > 0
        counts[1] += 1
    assert list(truth(written)["PERKINS_3S1", "all"][:2]) == counts


def test_pooled_values_are_the_sums_of_the_cohorts(written: Written) -> None:
    stated = truth(written)
    for code in ("ACGR_4YR", "COLLEGE_GOING_12M", "PERKINS_3S1", "WIOA_ER_Q2"):
        cohorts = [value for (one, period), value in stated.items() if one == code and period != "all"]
        numerator, denominator, value = stated[code, "all"]
        assert (numerator, denominator) == (sum(n for n, _, _ in cohorts), sum(d for _, d, _ in cohorts))
        assert value == pytest.approx(numerator / denominator, abs=1e-6)


def test_the_truth_names_every_record_of_every_source_once(written: Written) -> None:
    table = pq.read_table(written.root / "truth" / "records.parquet").to_pylist()
    stated = [(row["source"], row["source_key"]) for row in table]
    assert len(stated) == len(set(stated))
    delivered = {("k12", row["student_id_state"]) for row in rows_of(written, "k12__student__*")}
    delivered |= {
        ("wioa", row["unique_individual_identifier"]) for row in rows_of(written, "wioa__identity__*")
    }
    delivered |= {("bridge", row["license_id"]) for row in rows_of(written, "bridge__driver_license__*")}
    delivered |= {
        ("postsecondary", f"{row['institution_id_ipeds']}|{row['student_id_institution']}")
        for row in rows_of(written, "postsecondary__enrollment__*")
    }
    assert {key for key in stated if key[0] != "ui"} == delivered


def test_the_manifest_says_that_all_is_synthetic_and_counts_the_rows(written: Written) -> None:
    manifest = json.loads((written.root / "truth" / "manifest.json").read_text())
    assert manifest["synthetic"] is True
    assert (manifest["learners"], manifest["seed"]) == (400, 7)
    assert {written.root / name for name in manifest["files"]} == set(written.files("*"))
    path = "incoming/north/k12__student__north__2018.csv"
    assert manifest["files"][path] == len((written.root / path).read_bytes().splitlines()) - 1
    assert sum(manifest["files"].values()) == written.summary.rows


def test_pirl_says_not_yet_where_the_quarter_was_not_over(written: Written) -> None:
    path: Path = written.files("wioa__pirl__*__2020.csv")[0]
    for row in standard_rows(path):
        if not row["program_exit_date"]:
            assert row["employed_1st_quarter_after_exit"] == row["wages_1st_quarter_after_exit"] == ""
            continue
        left = day(row["program_exit_date"])
        quarter = left.year * 4 + (left.month - 1) // 3 + 2
        waits = quarter >= 2021 * 4 + 1
        assert (row["employed_2nd_quarter_after_exit"] == "9") == waits
        assert (row["employment_match_2nd_quarter_after_exit"] == "5") == waits
        assert (row["wages_2nd_quarter_after_exit"] == "999999.99") == waits
