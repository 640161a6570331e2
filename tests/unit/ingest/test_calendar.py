import datetime

import pytest
from pydantic import ValidationError

from ingest.calendar import due_on, expected_deliveries
from ingest.catalogue import load_catalogue
from ingest.periods import period_days, periods_from
from warehouse.errors import P20WError
from warehouse.state import State, load_state
from warehouse.state_sections.senders import Due, Expectation

LAYOUTS = load_catalogue().layouts


def _state(*lines: dict[str, object], as_of: str = "2025-06-30") -> State:
    calendar = [Expectation.model_validate(line) for line in lines]
    return load_state().model_copy(update={"calendar": calendar, "as_of": datetime.date.fromisoformat(as_of)})


@pytest.mark.parametrize(
    ("kind", "first", "following"),
    [
        ("academic_term", "2019SU", ["2019SU", "2019FA", "2020SP", "2020SU"]),
        ("calendar_quarter", "2019Q4", ["2019Q4", "2020Q1", "2020Q2"]),
        ("school_year", "2019", ["2019", "2020"]),
    ],
)
def test_periods_follow_in_the_order_of_time(kind: str, first: str, following: list[str]) -> None:
    assert [p for p, _ in zip(periods_from(kind, first), following, strict=False)] == following
    ends = [period_days(kind, period)[1] for period in following]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("layout", "period", "due", "day"),
    [
        ("ui/wage", "2019Q4", {"days": 30}, "2020-01-30"),
        ("k12/student", "2019", {"month_day": "08-15"}, "2019-08-15"),
        ("k12/student", "2019", {"month_day": "06-30"}, "2019-06-30"),
        ("k12/student", "2019", {"month_day": "06-01"}, "2020-06-01"),
        ("k12/student", "2019", {"month_day": "10-15", "after": "begin"}, "2018-10-15"),
        ("wioa/pirl", "2019", {"days": 45}, "2020-08-14"),
    ],
)
def test_a_due_day_follows_the_period(layout: str, period: str, due: dict[str, object], day: str) -> None:
    assert str(due_on(LAYOUTS[layout], period, Due.model_validate(due))) == day


@pytest.mark.parametrize(
    "due", [{}, {"days": 1, "month_day": "08-15"}, {"month_day": "02-29"}, {"month_day": "15-08"}]
)
def test_a_due_day_is_said_in_one_way_and_exists_every_year(due: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Due.model_validate(due)


def test_every_submitter_of_a_layout_is_expected_to_send_it_once_a_period() -> None:
    expected = expected_deliveries(
        _state({"layouts": ["k12/student"], "from": "2022", "to": "2023", "due": {"days": 10}})
    )
    assert [(e.submitter, e.period, str(e.due_on)) for e in expected] == [
        ("north", "2022", "2022-07-10"),
        ("south", "2022", "2022-07-10"),
        ("north", "2023", "2023-07-10"),
        ("south", "2023", "2023-07-10"),
    ]


def test_a_later_line_is_the_more_particular_one() -> None:
    general = {"layouts": ["k12/student"], "from": "2024", "to": "2024", "due": {"days": 10}}
    for_south = general | {"submitters": ["south"], "due": {"days": 40}}
    days = {e.submitter: str(e.due_on) for e in expected_deliveries(_state(general, for_south))}
    assert days == {"north": "2024-07-10", "south": "2024-08-09"}


def test_terms_can_be_chosen_and_nothing_far_ahead_is_expected() -> None:
    line = {"layouts": ["postsecondary/award"], "from": "2023FA", "terms": ["SP"], "due": {"days": 30}}
    assert [e.period for e in expected_deliveries(_state(line))] == ["2024SP", "2025SP"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"submitters": ["workforce"]}, "from workforce, who does not send it"),
        ({"from": "2022Q1"}, "'2022Q1' is not a school year"),
        ({"layouts": ["k12/homework"]}, "There is no layout 'k12/homework'"),
    ],
)
def test_a_calendar_that_does_not_fit_is_told(change: dict[str, object], message: str) -> None:
    line = {"layouts": ["k12/student"], "from": "2022", "due": {"days": 10}} | change
    with pytest.raises(P20WError, match=message):
        expected_deliveries(_state(line))
