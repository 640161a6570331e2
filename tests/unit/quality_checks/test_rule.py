import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from ingest.catalogue import load_catalogue
from quality_checks.batch import Delivery, batch_query
from quality_checks.catalogue import columns_named, rules_for, typed_columns_named
from quality_checks.predicates import failing
from quality_checks.rule import Rule, tolerated_rows

LAYOUT = load_catalogue().layout("k12/enrollment")


def _rule(**changes: Any) -> Rule:
    given = {
        "code": "K12ENR-999",
        "layout": "k12/enrollment",
        "kind": "completeness",
        "column": "exit_type",
        "sentence": "Something holds here.",
        "repair": "Do what is needed.",
        "severity": "warn",
        "owner": "k12",
        "tolerance": 0.0,
    }
    return Rule.model_validate(given | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "date_order", "column": None, "columns": ["entry_date"]},
        {"kind": "range"},
        {"kind": "format"},
        {"pattern": "x"},
        {"skip_blank": True},
        {"kind": "cross_file", "column": None, "columns": ["student_id_state"]},
        {
            "kind": "cross_file",
            "column": None,
            "columns": ["student_id_state"],
            "other": "k12/student",
            "partner": "required",
            "severity": "hold",
        },
        {"severity": "fatal"},
        {"tolerance": 1.5},
        {"code": "student id missing"},
        {"sentence": "No full stop"},
        {"unknown": 1},
    ],
)
def test_an_incomplete_or_contradictory_rule_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _rule(**changes)


def test_words_in_quotation_marks_are_values_and_not_columns() -> None:
    expression = "exit_type = 'entry_date' and exit_date__sent is null"
    assert columns_named(expression, LAYOUT) == ["exit_date", "exit_type"]
    assert typed_columns_named(expression, LAYOUT) == ["exit_type"]


def test_a_pattern_cannot_leave_its_quotation_marks() -> None:
    rule = _rule(kind="format", column="school_id", pattern="'; drop table raw.x; --")
    assert failing(rule, LAYOUT).as_string() == "\"school_id\" !~ '''; drop table raw.x; --'"


def test_the_batch_reads_only_the_columns_that_rules_use() -> None:
    delivery = Delivery(7, "north", "2019", 1, "2019", 5)
    query = batch_query(LAYOUT, [_rule()], [delivery]).as_string()
    assert query.startswith("select ")
    assert '"exit_type__sent"' in query
    assert "school_id" not in query
    assert "in (7)" in query


def test_great_expectations_is_not_imported_before_a_suite_runs() -> None:
    code = "import sys, quality_checks.gate, quality_checks.scorecard; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_rule_about_single_rows_has_a_predicate() -> None:
    for rule in rules_for("wioa/pirl"):
        if rule.is_about_one_row:
            assert failing(rule, load_catalogue().layout("wioa/pirl")).as_string()


@pytest.mark.parametrize(
    ("tolerance", "rows", "expected"),
    [(0.0, 1000, 0), (0.02, 11, 1), (0.02, 100, 2), (0.07, 100, 7), (0.02, 0, 0)],
)
def test_a_tolerated_share_comes_to_whole_rows(tolerance: float, rows: int, expected: int) -> None:
    assert tolerated_rows(tolerance, rows) == expected
