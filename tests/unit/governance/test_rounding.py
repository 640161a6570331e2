from collections import defaultdict

import pytest

from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.rounding import rate_step, shown_count, shown_rate, shown_usd

POLICY = DisclosurePolicy()


@pytest.mark.parametrize(
    ("people", "text"), [(10, "10"), (14, "10"), (15, "20"), (1234, "1230"), (995, "1000")]
)
def test_counts_are_shown_to_the_nearest_ten(people, text):
    assert shown_count(people, POLICY) == text


@pytest.mark.parametrize(
    ("outcome", "people", "text"),
    [
        (834, 1000, "83.4"),
        (830, 1000, "83.0"),
        (412, 500, "82"),
        (37, 50, "75"),
        (9, 15, "60"),
        (3, 15, "<=20"),
        (12, 15, ">=80"),
        (97, 100, ">=95"),
        (3, 400, "<=1"),
        (990, 1000, ">=99"),
    ],
)
def test_rates_are_shown_as_finely_as_the_size_of_the_group_allows(outcome, people, text):
    assert shown_rate(outcome, people, POLICY)[0] == text


def test_a_state_that_chooses_whole_percents_never_sees_a_decimal():
    assert shown_rate(8344, 10000, DisclosurePolicy(round_rate_to=1)) == ("83", "none")


@pytest.mark.parametrize("people", [20, 99, 100, 999, 1000, 25000])
def test_one_person_never_moves_a_rate_by_more_than_its_step(people):
    assert rate_step(people, POLICY) * people >= 100


@pytest.mark.parametrize(("amount", "text"), [(7349.99, "7300"), (7350, "7400"), (12345.0, "12300")])
def test_dollars_are_shown_to_the_hundred(amount, text):
    assert shown_usd(amount, POLICY) == (text, "none")


def test_count_and_rate_together_seldom_give_the_numerator_back():
    numerators = defaultdict(set)
    for people in range(10, 300):
        for outcome in range(3, people - 2):
            shown = shown_count(people, POLICY), shown_rate(outcome, people, POLICY)[0]
            numerators[shown].add(outcome)
    middling = {
        shown: found for shown, found in numerators.items() if shown[1].isdigit() and int(shown[1]) >= 20
    }
    pinned = [shown for shown, found in middling.items() if len(found) == 1]
    assert len(pinned) <= 0.01 * len(middling)


@pytest.mark.parametrize(
    ("outcome", "people", "text"),
    [
        (7, 15, ("<50", "bottom")),
        (8, 15, (">=50", "top")),
        (10, 30, ("20-39", "bin")),
        (30, 30, (">=80", "top")),
        (31, 60, ("50-59", "bin")),
        (0, 60, ("<10", "bottom")),
        (290, 300, (">=95", "top")),
        (399, 400, (">=99", "top")),
        (200, 400, ("50", "none")),
    ],
)
def test_the_departments_bins_narrow_with_the_group(outcome, people, text):
    # The bins of the public ACGR file of school year 2022-23.
    assert shown_rate(outcome, people, DisclosurePolicy.of_preset("us_ed")) == text


def test_adrf_makes_percentages_of_rounded_counts_and_codes_high_wages():
    policy = DisclosurePolicy.of_preset("adrf")
    assert shown_count(1249, policy) == "1200"
    assert shown_count(994, policy) == "990"
    # 46 of 94: 50 of 90.
    assert shown_rate(46, 94, policy) == ("56", "none")
    assert shown_usd(123456, policy) == (">=100000", "top")
