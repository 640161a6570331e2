from datetime import date

import pytest

from ingest.catalogue import load_catalogue
from quality_checks.windows import Window, period_window
from warehouse.errors import P20WError


@pytest.mark.parametrize(
    ("layout", "period", "expected"),
    [
        ("k12/student", "2016", Window(date(2015, 7, 1), date(2016, 6, 30), 2016)),
        ("postsecondary/institution", "2016", Window(date(2015, 7, 1), date(2016, 6, 30), 2016)),
        ("postsecondary/award", "2015FA", Window(date(2015, 7, 1), date(2015, 12, 31), 2016)),
        ("postsecondary/award", "2016SP", Window(date(2016, 1, 1), date(2016, 6, 30), 2016)),
        ("postsecondary/award", "2016SU", Window(date(2016, 5, 1), date(2016, 8, 31), 2016)),
        ("wioa/pirl", "2016", Window(date(2016, 7, 1), date(2017, 6, 30), 2016)),
        ("ui/employer", "2016", Window(date(2016, 1, 1), date(2016, 12, 31), 2016)),
        ("ui/wage", "2016Q1", Window(date(2016, 1, 1), date(2016, 3, 31), 2016)),
        ("ui/wage", "2016Q4", Window(date(2016, 10, 1), date(2016, 12, 31), 2016)),
    ],
)
def test_a_period_covers_its_days(layout: str, period: str, expected: Window) -> None:
    assert period_window(load_catalogue().layout(layout), period) == expected


def test_a_text_that_is_no_period_is_refused() -> None:
    with pytest.raises(P20WError):
        period_window(load_catalogue().layout("ui/wage"), "2016")
