from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from governance.release import NothingToPublish, build_release, make_release
from tests.integration.emptying import forget_releases
from tests.integration.published_cube import RATE, WAGE, Row, make_cube, small_state
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state


@pytest.fixture(scope="module")
def state() -> State:
    return load_state()


@pytest.fixture(autouse=True)
def nothing_published(warehouse: Warehouse) -> None:
    forget_releases(warehouse)


def cells(warehouse: Warehouse, release_id: int) -> dict[tuple[str, ...], tuple[str | None, ...]]:
    found = warehouse.fetch_all(
        "select indicator_code, cohort_period, dimension, category, shown_count, shown_value, suppression_code"
        " from published.indicator_cell where release_id = %s",
        (release_id,),
    )
    return {row[:4]: row[4:] for row in found}


def test_a_release_shows_rounded_numbers_and_hides_small_ones(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    shown = cells(warehouse, build_release(warehouse, state))
    assert shown[RATE, "2019", "state", "all"] == ("1240", "65.6", "none")
    assert shown[RATE, "2019", "sex", "F"] == ("610", "71", "none")
    assert shown[RATE, "2019", "career_cluster", "08"] == ("330", "78", "none")
    assert shown[RATE, "2019", "district", "D4"] == (None, None, "complementary")
    # Its neighbours are rounded, so that what is left for it is anything from nobody to twenty people.
    assert shown[RATE, "2019", "district", "D3"] == ("110", "61", "none")
    assert shown[RATE, "2019", "district", "D1"] == ("700", "66", "none")
    assert shown[WAGE, "PY2019", "state", "all"] == ("220", "7300", "none")
    assert shown[WAGE, "PY2019", "sex", "unknown"] == (None, None, "complementary")
    assert shown[WAGE, "PY2019", "sex", "F"] == ("100", "7100", "none")
    assert shown[WAGE, "PY2019", "sex", "M"] == ("120", "7600", "none")


def test_only_complete_single_cohorts_are_published(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    shown = cells(warehouse, build_release(warehouse, state))
    assert {key[1] for key in shown} == {"2018", "2019", "PY2019"}
    assert {key[2] for key in shown} == {"state", "district", "school", "career_cluster", "sex"}


def test_names_of_the_warehouse_stand_beside_the_codes(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    release_id = build_release(warehouse, state)
    labels = dict(
        warehouse.fetch_all(
            "select distinct category, category_label from published.indicator_cell where release_id = %s",
            (release_id,),
        )
    )
    assert labels["D1"] == "Alder Valley"
    assert labels["08"] == "Health Science"
    assert labels["all"] == state.name
    note = warehouse.fetch_value("select note from published.release where release_id = %s", (release_id,))
    assert "simulated" in note


def test_no_true_number_is_found_anywhere_in_the_published_schema(warehouse: Warehouse, state: State) -> None:
    # The planted counts are primes and the amounts odd: rounding keeps none of them.
    rows = small_state()
    make_cube(warehouse, rows)
    build_release(warehouse, state)
    tables = warehouse.fetch_all(
        "select table_name from information_schema.tables where table_schema = 'published'"
    )
    words: set[str] = set()
    for (table,) in tables:
        for (text,) in warehouse.fetch_all(
            f"select to_jsonb(t) - 'published_at' from published.{table} as t"
        ):
            words |= {str(value) for value in text.values()}
    true_numbers = {str(n) for row in rows for n in (row.people, row.outcome) if n > 10}
    true_numbers |= {str(row.median) for row in rows if row.median}
    assert len(tables) == 6
    assert words & true_numbers == set()
    assert warehouse.fetch_value("select versions::text from control.release").count("1237") == 0


def test_an_unchanged_cube_makes_no_new_release(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    first = make_release(warehouse, state)
    again = make_release(warehouse, state)
    assert first.is_new
    assert not again.is_new
    assert again.release_id == first.release_id
    assert warehouse.fetch_value("select count(*) from control.release") == 1


def test_a_changed_cube_makes_a_second_release_and_leaves_the_first_as_it_was(
    warehouse: Warehouse, state: State
) -> None:
    make_cube(warehouse, small_state())
    first = build_release(warehouse, state)
    before = cells(warehouse, first)
    make_cube(warehouse, [*small_state(), Row("2017", ("state", "all"), 1009, 601)])
    second = build_release(warehouse, state)
    assert second != first
    assert cells(warehouse, first) == before
    assert (RATE, "2017", "state", "all") in cells(warehouse, second)


def test_a_cell_hidden_in_an_earlier_release_stays_hidden_when_it_has_grown(
    warehouse: Warehouse, state: State
) -> None:
    make_cube(warehouse, small_state())
    build_release(warehouse, state)
    grown = [
        replace(row, people=60, outcome=30) if row.place == ("district", "D4") else row
        for row in small_state()
    ]
    make_cube(warehouse, [*grown, Row("2017", ("state", "all"), 1009, 601)])
    shown = cells(warehouse, build_release(warehouse, state))
    assert shown[RATE, "2019", "district", "D4"] == (None, None, "complementary")
    # The same category of a cohort that nobody has seen is judged by itself.
    assert shown[RATE, "2017", "state", "all"][2] == "none"


def test_a_cell_hidden_in_a_withdrawn_release_stays_hidden(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    build_release(warehouse, state)
    warehouse.execute("update control.release set status = 'withdrawn'")
    make_cube(
        warehouse,
        [replace(r, people=60, outcome=30) if r.place == ("district", "D4") else r for r in small_state()],
    )
    shown = cells(warehouse, build_release(warehouse, state))
    assert shown[RATE, "2019", "district", "D4"][2] == "complementary"


def test_a_state_total_that_is_too_small_hides_its_whole_cohort(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, [Row("2019", ("state", "all"), 40, 2), Row("2019", ("sex", "F"), 40, 2)])
    shown = cells(warehouse, build_release(warehouse, state))
    assert shown[RATE, "2019", "state", "all"] == (None, None, "primary")
    # Which groups the few people belong to would say who they are.
    assert len(shown) == 1


def test_a_table_with_hidden_cells_does_not_tell_which_groups_are_empty(
    warehouse: Warehouse, state: State
) -> None:
    def of_sex(cohort: str, *groups: tuple[str, int, int]) -> list[Row]:
        people, outcome = sum(n for _, n, _ in groups), sum(y for _, _, y in groups)
        total = Row(cohort, ("state", "all"), people, outcome)
        return [total, *(Row(cohort, ("sex", name), n, y) for name, n, y in groups)]

    rows = [
        *of_sex("2017", ("F", 100, 50), ("M", 120, 50), ("X", 4, 2)),
        *of_sex("2018", ("F", 100, 50), ("M", 120, 50), ("unknown", 2, 1)),
        *of_sex("2019", ("F", 100, 50), ("M", 120, 50)),
    ]
    make_cube(warehouse, rows)
    shown = cells(warehouse, build_release(warehouse, state))
    hidden = {key[1:4:2] for key, cell in shown.items() if cell[2] != "none"}
    assert hidden == {(cohort, sex) for cohort in ("2017", "2018") for sex in ("X", "unknown")}
    # Nothing is hidden in this table, so that there is nobody left to hide either.
    assert {key[3] for key in shown if key[1] == "2019"} == {"all", "F", "M"}


def test_of_two_versions_of_an_indicator_only_the_newest_is_published(
    warehouse: Warehouse, state: State
) -> None:
    newer = [replace(row, version=version) for row in small_state() for version in ("1.0", "1.9", "1.10")]
    make_cube(warehouse, newer)
    for version in ("1.9", "1.10"):
        warehouse.execute(
            "insert into indicators.registry (indicator_code, indicator_version, name, unit)"
            " select indicator_code, %s, name, unit from indicators.registry where indicator_version = '1.0'",
            (version,),
        )
    build_release(warehouse, state)
    versions = warehouse.fetch_all("select distinct indicator_version from published.indicator_cell")
    assert versions == [("1.10",)]


def test_readers_see_a_release_whole_or_not_at_all(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    # A failure at the last write leaves nothing of the release behind.
    warehouse.execute(
        "alter table published.indicator_cell add constraint refuse check (category <> 'M') not valid"
    )
    with pytest.raises(P20WError):
        build_release(warehouse, state)
    counts = warehouse.fetch_all(
        "select (select count(*) from control.release), (select count(*) from published.release),"
        " (select count(*) from published.indicator), (select count(*) from published.indicator_cell)"
    )
    warehouse.execute("alter table published.indicator_cell drop constraint refuse")
    assert counts == [(0, 0, 0, 0)]


def test_two_releases_at_once_make_one(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: build_release(warehouse, state), range(4)))
    assert len(set(ids)) == 1


def test_an_older_release_cannot_be_followed_by_the_other_kind_of_cohorts(
    warehouse: Warehouse, state: State
) -> None:
    make_cube(warehouse, small_state())
    build_release(warehouse, state)
    pooled = state.model_copy(
        update={"disclosure": state.disclosure.model_copy(update={"cohorts": "pooled"})}
    )
    with pytest.raises(P20WError, match="other kind"):
        build_release(warehouse, pooled)


def test_a_pool_that_grows_does_not_give_the_added_cohort_away(warehouse: Warehouse, state: State) -> None:
    exact = {"cohorts": "pooled", "round_count_to": 1, "round_large_count_to": None}
    pooled = state.model_copy(update={"disclosure": state.disclosure.model_copy(update=exact)})
    people = {"2018": (200, 90), "2019": (180, 80), "2020": (110, 4)}

    def cube(*cohorts: str) -> list[Row]:
        single = [
            Row(cohort, place, n, n // 2)
            for cohort in cohorts
            for one, other in [people[cohort]]
            for place, n in (
                (("state", "all"), one + other), (("district", "D1"), one), (("district", "D2"), other),
            )
        ]  # fmt: skip
        every = {row.place for row in single}
        sums = {
            p: [sum(getattr(r, w) for r in single if r.place == p) for w in ("people", "outcome")]
            for p in every
        }
        return single + [Row("all", place, *sums[place]) for place in sorted(every, reverse=True)]

    make_cube(warehouse, cube("2018", "2019"))
    first = cells(warehouse, build_release(warehouse, pooled))
    assert first[RATE, "all", "district", "D2"][0] == "170"
    make_cube(warehouse, cube("2018", "2019", "2020"))
    release_id = build_release(warehouse, pooled)
    # 174 less 170 would be the four of 2020.
    assert cells(warehouse, release_id)[RATE, "all", "district", "D2"][0] is None
    assert cells(warehouse, release_id)[RATE, "all", "state", "all"][0] == "664"
    told = "select rules #>> array['pools', %s] from published.release where release_id = %s"
    assert warehouse.fetch_value(told, (RATE, release_id)) == '["2018", "2019", "2020"]'
    # Where many count in several cohorts, a number of a pool may be that of a few people.
    twice = f"insert into indicators.cohort_overlap values ('{RATE}', '1.0', '2018', '2019', %s)"
    warehouse.execute(twice, (11,))
    with pytest.raises(NothingToPublish, match="several cohorts"):
        build_release(warehouse, pooled)


def test_an_undescribed_indicator_is_refused(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, [replace(small_state()[0], code="UNKNOWN")])
    with pytest.raises(P20WError, match="UNKNOWN"):
        build_release(warehouse, state)


def test_a_state_without_any_complete_cohort_is_told_so(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, [Row("2020", ("state", "all"), 907, 611, waiting=23)])
    with pytest.raises(P20WError, match="complete"):
        build_release(warehouse, state)


def test_the_release_works_on_the_oldest_postgresql(older_warehouse: Warehouse, state: State) -> None:
    make_cube(older_warehouse, small_state())
    assert build_release(older_warehouse, state) == build_release(older_warehouse, state)
