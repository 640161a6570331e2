import dagster as dg
import pytest

from ingest.catalogue import load_catalogue
from orchestration.assets.raw import calendar_result, check_name, check_result, raw_asset
from orchestration.intake import Intake
from quality_checks.catalogue import rule_set

LAYOUT = "k12/student"


def result_of(code: str, *, failed: int, held: int) -> dg.AssetCheckResult:
    rule = rule_set(LAYOUT).rule(code)
    intake = Intake(LAYOUT, failed_rows={code: failed}, holding={code: held} if held else {})
    return check_result(check_name(rule), rule, intake)


@pytest.mark.parametrize(("failed", "held", "passed"), [(0, 0, True), (3, 0, True), (90, 1, False)])
def test_a_hold_rule_is_an_error_only_while_it_keeps_a_delivery_out(
    failed: int, held: int, passed: bool
) -> None:
    result = result_of("K12STU-SET-sex", failed=failed, held=held)
    assert (result.passed, result.severity) == (passed, dg.AssetCheckSeverity.ERROR)


@pytest.mark.parametrize("code", ["K12STU-101", "K12STU-103"])
def test_rows_that_are_set_aside_or_counted_are_a_warning(code: str) -> None:
    result = result_of(code, failed=1, held=0)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_a_delivery_that_is_missing_by_the_calendar_is_a_warning_and_a_late_one_is_counted() -> None:
    missing = calendar_result(Intake(LAYOUT, missing=2, late=1))
    assert (missing.passed, missing.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert missing.metadata["missing_deliveries"].value == 2
    late = calendar_result(Intake(LAYOUT, late=1))
    assert (late.passed, late.metadata["late_deliveries"].value) == (True, 1)


def test_each_raw_table_has_a_check_for_the_calendar() -> None:
    asset = raw_asset(load_catalogue().layout(LAYOUT))
    assert "delivered_as_expected" in {spec.name for spec in asset.check_specs}
