"""Simulated lives are possible, and the planted gaps between groups are there."""

import numpy as np
import pytest

from ingest.synthetic.calendars import FIRST_QUARTER, NO_DAY, quarter_begin
from ingest.synthetic.career import PROGRAMS
from ingest.synthetic.college import regular_graduates
from ingest.synthetic.employment import QuarterRows
from ingest.synthetic.life import Life, Setting, live, make_setting
from ingest.synthetic.names import name_book
from ingest.synthetic.parameters import RACES, Parameters
from ingest.synthetic.population import JUNIOR, MALE
from ingest.synthetic.renditions import K12, POSTSECONDARY, render
from ingest.synthetic.truth import adjusted_cohort
from ingest.synthetic.truth_windows import college_spells, graduates

LEARNERS = 6000


@pytest.fixture(scope="module")
def setting() -> Setting:
    return make_setting(Parameters(), LEARNERS, seed=20)


@pytest.fixture(scope="module")
def life(setting: Setting) -> Life:
    return live(np.random.default_rng(20), setting, first=0, learners=LEARNERS)


@pytest.fixture(scope="module")
def quarters(life: Life) -> list[QuarterRows]:
    return list(life.quarters())


def test_an_enrollment_ends_no_earlier_than_it_begins_and_none_overlap(life: Life) -> None:
    rows = life.schooling.enrollments
    assert (rows["exit_date"] >= rows["entry_date"]).all()
    order = np.lexsort((rows["entry_date"], rows["person"]))
    same = np.diff(rows["person"][order]) == 0
    later, earlier = rows["entry_date"][order][1:], rows["exit_date"][order][:-1]
    assert (later[same] > earlier[same]).all()


def test_nobody_is_enrolled_after_a_diploma_of_his_school(life: Life) -> None:
    graduate, on = regular_graduates(LEARNERS, life.schooling)
    rows = life.schooling.enrollments
    mine = graduate[rows["person"]]
    assert (rows["entry_date"][mine] < on[rows["person"][mine]]).all()


def test_some_learners_graduate_early_some_late_and_some_in_summer(life: Life) -> None:
    graduate, on = regular_graduates(LEARNERS, life.schooling)
    year = on[graduate].astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    turns = year - life.people.cohort[:LEARNERS][graduate]
    assert {2, 3, 4} <= set(turns)
    months = on[graduate].astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
    assert {6, 7, 8} <= set(months)


def test_twins_share_birthdate_surname_and_school_but_not_the_given_name(life: Life) -> None:
    people = life.people
    order = np.lexsort((people.birth[:LEARNERS], people.household[:LEARNERS]))
    one, other = order[1:], order[:-1]
    twins = (people.household[one] == people.household[other]) & (people.birth[one] == people.birth[other])
    assert 0.008 * LEARNERS < twins.sum() < 0.02 * LEARNERS
    one, other = one[twins], other[twins]
    assert (people.last[one] == people.last[other]).all()
    assert (people.school[one] == people.school[other]).all()
    assert (people.first[one] != people.first[other]).mean() > 0.9


def test_a_junior_has_a_father_of_the_same_name(life: Life) -> None:
    people = life.people
    sons = np.flatnonzero(people.suffix == JUNIOR)
    assert len(sons) > 20
    adults = np.arange(len(people)) >= LEARNERS
    for son in sons[:20]:
        same = adults & (people.first == people.first[son]) & (people.last == people.last[son])
        assert (same & (people.sex == MALE)).any()


def test_nobody_works_before_fifteen_or_after_death(life: Life, quarters: list[QuarterRows]) -> None:
    people = life.people
    for rows in quarters:
        begin = quarter_begin(rows.quarter)
        assert ((begin - people.birth[rows.person]) / 365.25 >= 15).all()
        death = people.death[rows.person]
        assert ((death == NO_DAY) | (death > begin)).all()
        assert (rows.cents > 0).all()


def test_a_quarter_holds_one_record_per_person_and_employer(quarters: list[QuarterRows]) -> None:
    for rows in quarters:
        pairs = set(zip(rows.person.tolist(), rows.employer.tolist(), strict=True))
        assert len(pairs) == len(rows.person)


def test_wages_grow_with_the_years(life: Life, quarters: list[QuarterRows]) -> None:
    assert len(quarters) == life.work.wages.shape[1]
    adults = life.work.wages[LEARNERS:]
    early, late = (adults[:, 2023 * 4 + year - FIRST_QUARTER] for year in (-28, 4))
    assert np.median(late[late > 0]) > 1.1 * np.median(early[early > 0])


def test_a_concentrator_has_passed_two_courses_of_one_program(life: Life) -> None:
    courses = life.career.courses
    passed = courses["earned"] > 0
    for person in np.flatnonzero(life.career.concentrator >= 0)[:200]:
        mine = (
            passed & (courses["person"] == person) & (courses["program"] == life.career.concentrator[person])
        )
        assert len(np.unique(courses["course"][mine])) >= 2
    assert set(life.career.concentrator) <= set(range(-1, len(PROGRAMS)))


def test_the_planted_gap_in_college_going_is_there(life: Life) -> None:
    graduate, _ = regular_graduates(LEARNERS, life.schooling)
    who, _, diploma = graduates(life)
    went = college_spells(life).overlapping(who, diploma + 1, diploma + 365)
    assert len(who) == graduate.sum()
    economic = life.people.economic[who]
    assert went[~economic].mean() - went[economic].mean() > 0.1


def test_the_planted_gap_in_graduation_is_there(life: Life) -> None:
    _, _, graduate = adjusted_cohort(life.people, life.schooling, 4)
    assert 0.75 < graduate.mean() < 0.92
    rows = life.schooling.enrollments
    final = np.unique(rows["person"])
    regular, _ = regular_graduates(LEARNERS, life.schooling)
    economic = life.people.economic[final]
    assert regular[final][~economic].mean() - regular[final][economic].mean() > 0.02


def test_records_go_wrong_more_often_for_some_groups(life: Life) -> None:
    people, who = life.people, np.arange(LEARNERS)
    wrong = np.zeros((2, LEARNERS))
    for seed in range(8):
        record = render(np.random.default_rng(seed), people, name_book(), K12, who)
        other = render(np.random.default_rng(99), people, name_book(), POSTSECONDARY, who)
        wrong[0] += record.birth != people.birth[who]
        wrong[1] += np.array(record.last.to_pylist()) != np.array(
            [name.upper() for name in other.last.to_pylist()]
        )
    double = people.double_surname[who]
    learner = people.english_learner[who]
    assert wrong[1][double].mean() > 1.5 * wrong[1][~double].mean()
    assert wrong[0][learner].mean() > 1.3 * wrong[0][~learner].mean()
    factor = people.error_factor
    white = people.race == RACES.index("White")
    assert factor[~white].mean() > factor[white].mean()


def test_a_marriage_changes_the_surname_from_its_day_on(life: Life) -> None:
    people = life.people
    who = np.flatnonzero(people.marries != NO_DAY)
    seed = 5
    before, after = (
        render(
            np.random.default_rng(seed),
            people,
            name_book(),
            POSTSECONDARY,
            who,
            on=people.marries[who] + shift,
        )
        for shift in (-1, 1)
    )
    assert before.ssn.equals(after.ssn)
    assert (before.birth == after.birth).all()
    changed = np.array(before.last.to_pylist()) != np.array(after.last.to_pylist())
    assert changed.mean() > 0.95
    told = [former for former in after.former_last.to_pylist() if former]
    assert 0.4 * len(who) < len(told) < 0.8 * len(who)
    assert not any(before.former_last.to_pylist())
