import pytest

from governance.disclosure.policy import DisclosurePolicy, preset_names, read_preset
from governance.disclosure.primary import Cell, is_sensitive
from governance.disclosure.rounding import shown_count, shown_rate
from warehouse.errors import P20WError

POLICY = DisclosurePolicy()


@pytest.mark.parametrize(
    ("people", "outcome", "sensitive"),
    [
        (9, 5, True),
        (10, 5, False),
        (10, 3, False),
        (10, 2, True),
        (10, 7, False),
        (10, 8, True),
        (500, 500, True),
    ],
)
def test_a_rate_is_hidden_when_either_side_of_it_is_small(people, outcome, sensitive):
    assert is_sensitive(Cell(people, outcome), "percent", POLICY) is sensitive


@pytest.mark.parametrize(
    ("people", "employers", "share", "sensitive"),
    [
        (10, 3, 0.8, False),
        (9, 3, 0.5, True),
        (50, 2, 0.5, True),
        (50, 9, 0.81, True),
        (50, None, 0.1, True),
        (50, 9, None, True),
    ],
)
def test_a_wage_is_hidden_when_few_people_or_employers_stand_behind_it(people, employers, share, sensitive):
    cell = Cell(people, people, 7000.0, employers, share)
    assert is_sensitive(cell, "usd", POLICY) is sensitive


def test_the_stricter_of_both_minimum_counts_holds_for_wages():
    policy = DisclosurePolicy(min_count=16, min_wage_count=10)
    assert is_sensitive(Cell(15, 15, 7000.0, 9, 0.1), "usd", policy)


@pytest.mark.parametrize(
    "setting",
    [
        {"min_count": 1},
        {"min_wage_count": 2},
        {"min_outcome_count": 0, "coded": (), "bins": ()},
        {"round_rate_to": 0},
        {"cohorts": "both"},
    ],
)
def test_settings_that_protect_nobody_are_refused(setting):
    with pytest.raises(P20WError):
        DisclosurePolicy(**setting)


def test_the_policy_of_the_demonstration_state_is_read():
    from warehouse.state import load_state

    policy = DisclosurePolicy.from_settings(load_state().disclosure)
    assert (policy.preset, policy.min_count, policy.round_rate_to) == ("synthetic_state", 10, 0.1)
    assert policy.cohorts == "single"


def test_every_preset_says_where_its_figures_are_from():
    assert preset_names() == ["adrf", "delaware", "nces", "own", "synthetic_state", "us_ed"]
    for name in preset_names():
        assert len(read_preset(name)["source"]) > 40
        assert DisclosurePolicy.of_preset(name).preset == name


@pytest.mark.parametrize(
    ("preset", "people", "outcome", "shown"),
    [
        # ADRF: eleven people on each side, counts to 10 and to 100, whole percents of the rounded counts.
        ("adrf", 21, 10, None), ("adrf", 36, 14, ("40", "25")), ("adrf", 1449, 700, ("1400", "50")),
        # Delaware: groups of 15 and fewer are hidden, below 5 and above 95 coded.
        ("delaware", 15, 7, None), ("delaware", 16, 8, ("16", "50")), ("delaware", 100, 4, ("100", "<=5")),
        # U.S. ED: 50, 20, 10 and 5 points, then whole percents.
        ("us_ed", 5, 3, None), ("us_ed", 6, 3, ("6", ">=50")), ("us_ed", 15, 7, ("15", "<50")),
        ("us_ed", 16, 8, ("16", "40-59")), ("us_ed", 60, 54, ("60", ">=90")), ("us_ed", 300, 285, ("300", ">=95")),
        ("us_ed", 301, 200, ("301", "66")), ("us_ed", 301, 300, ("301", ">=99")),
        # NCES brief: coding by 20, 10, 5, 2 and 1 as the group grows.
        ("nces", 9, 4, None), ("nces", 20, 4, ("20", "<=20")), ("nces", 40, 36, ("40", ">=90")),
        ("nces", 100, 95, ("100", ">=95")), ("nces", 300, 6, ("300", "<=2")), ("nces", 301, 299, ("301", ">=99")),
    ],
)  # fmt: skip
def test_each_preset_shows_what_its_source_says(preset, people, outcome, shown):
    policy = DisclosurePolicy.of_preset(preset)
    if shown is None:
        assert is_sensitive(Cell(people, outcome), "percent", policy)
    else:
        assert not is_sensitive(Cell(people, outcome), "percent", policy)
        assert (shown_count(people, policy), shown_rate(outcome, people, policy)[0]) == shown


def test_a_state_can_set_single_figures_of_a_preset_otherwise():
    from warehouse.state_sections.safeguards import Disclosure

    policy = DisclosurePolicy.from_settings(Disclosure(preset="delaware", min_count=20))
    assert (policy.min_count, policy.min_wage_count, policy.round_count_to) == (20, 16, 1)


def test_an_unknown_preset_is_refused_with_the_names_of_the_others():
    with pytest.raises(P20WError) as refused:
        DisclosurePolicy.of_preset("atlantis")
    assert "us_ed" in refused.value.hint


def test_the_rules_of_a_release_can_be_read_back_from_its_record():
    import json

    for name in preset_names():
        policy = DisclosurePolicy.of_preset(name)
        assert DisclosurePolicy.from_record(json.loads(json.dumps(policy.as_dict()))) == policy
