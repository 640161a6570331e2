"""Releases over time: compared, taken back, made again, never changed, and refused where the attacker opens them."""

import csv
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import governance.protection
from governance.attacker.attack import Verdict
from governance.release import ReleaseRefused, build_release, check_release, make_release
from governance.release_diff import diff_releases, write_changes
from governance.release_history import list_releases, rebuild_release, withdraw_release
from orchestration.commands.release import command
from reports.published import read_newest_release
from reports.site import render_index
from tests.integration.emptying import forget_releases
from tests.integration.published_cube import RATE, Row, make_cube, small_state
from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError, P20WError
from warehouse.state import State, load_state


@pytest.fixture(scope="module")
def state() -> State:
    return load_state()


@pytest.fixture(autouse=True)
def nothing_published(warehouse: Warehouse) -> None:
    forget_releases(warehouse)


def grown() -> list[Row]:
    return [replace(r, people=60, outcome=30) if r.place == ("district", "D4") else r for r in small_state()]


def test_a_check_publishes_nothing(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    summary = check_release(warehouse, state)
    assert summary.is_new
    assert summary.loss.attacked == summary.hidden_cells > 0
    assert warehouse.fetch_value("select count(*) from control.release") == 0


def test_what_the_attacker_opens_is_not_published(
    warehouse: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A suppressor that hides the small cell alone, exact counts, and an attacker that suppression does not hear.
    exact = state.disclosure.model_copy(update={"round_count_to": 1, "rate_step_by_size": False, "coded": []})
    deaf = SimpleNamespace(attack=lambda _: Verdict(0, ()))
    monkeypatch.setattr(governance.protection, "Siege", lambda _: deaf)
    monkeypatch.setattr(
        "governance.disclosure.suppression.Suppression.protect", lambda suppression: suppression.hidden
    )
    make_cube(warehouse, small_state())
    with pytest.raises(ReleaseRefused, match="could be worked out"):
        make_release(warehouse, state.model_copy(update={"disclosure": exact}))
    assert warehouse.fetch_value("select count(*) from published.release") == 0


@pytest.mark.parametrize(
    "change",
    [
        "update published.indicator_cell set shown_count = '7'",
        "delete from published.indicator_cell",
        "update published.release set note = null",
        "delete from published.withdrawal",
        "truncate published.withdrawal",
        "truncate published.release cascade",
    ],
)
def test_a_release_never_changes(warehouse: Warehouse, state: State, change: str) -> None:
    make_cube(warehouse, small_state())
    build_release(warehouse, state)
    with pytest.raises(DatabaseError):
        warehouse.execute(change)


def test_two_releases_are_compared_cell_by_cell_with_the_reasons(
    warehouse: Warehouse, state: State, tmp_path: Path
) -> None:
    make_cube(warehouse, small_state())
    build_release(warehouse, state)
    more = {("district", "D2"): 449, ("state", "all"): 1269}
    changed = [
        replace(r, people=more.get(r.place, r.people)) if r.cohort == "2018" and r.code == RATE else r
        for r in small_state()
    ]
    make_cube(warehouse, [*changed, Row("2017", ("state", "all"), 1009, 601)])
    stricter = state.model_copy(update={"disclosure": state.disclosure.model_copy(update={"min_count": 12})})
    build_release(warehouse, stricter)
    found = diff_releases(warehouse)
    kinds = {(c.cohort_period, c.category): c for c in found.changes if c.indicator_code == RATE}
    assert kinds["2017", "all"].kind == "new"
    assert (kinds["2018", "D2"].kind, kinds["2018", "D2"].old_count, kinds["2018", "D2"].new_count) == (
        *("changed", "420", "450"),
    )
    assert {c.reasons for c in found.changes} == {"disclosure rules"}
    write_changes(found, tmp_path / "diff.csv")
    with (tmp_path / "diff.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(found.changes)
    # The true numbers are primes and the like, of which rounding keeps none.
    true_numbers = {str(n) for row in changed for n in (row.people, row.outcome) if n > 10}
    assert not true_numbers & {value for line in written for value in line.values()}


def test_a_withdrawn_release_is_no_longer_shown_and_what_it_hid_stays_hidden(
    warehouse: Warehouse, state: State
) -> None:
    make_cube(warehouse, small_state())
    first = build_release(warehouse, state)
    make_cube(warehouse, [*small_state(), Row("2017", ("state", "all"), 1009, 601)])
    second = build_release(warehouse, state)
    withdraw_release(warehouse, second, "A file was sent twice.")
    assert read_newest_release(warehouse).release_id == first
    assert [(r.release_id, r.status) for r in list_releases(warehouse)] == [
        *((second, "withdrawn"), (first, "published")),
    ]
    withdraw_release(warehouse, first, "So was this.")
    make_cube(warehouse, grown())
    third = build_release(warehouse, state)
    hidden = warehouse.fetch_value(
        "select count(*) from published.indicator_cell where category = 'D4' and shown_count is null"
        f" and release_id = {third}"
    )
    assert hidden == 2
    for number, reason in ((first, "Again."), (999, "Unknown."), (third, " ")):
        with pytest.raises(P20WError):
            withdraw_release(warehouse, number, reason)


def test_an_old_release_comes_out_the_same_when_it_is_made_again(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    first = build_release(warehouse, state)
    make_cube(warehouse, grown())
    stricter = state.model_copy(update={"disclosure": state.disclosure.model_copy(update={"min_count": 12})})
    second = build_release(warehouse, stricter)
    assert rebuild_release(warehouse, second).is_equal
    assert not rebuild_release(warehouse, first).is_equal
    make_cube(warehouse, small_state())
    assert rebuild_release(warehouse, first) == (first, True, True)


def test_every_number_stands_with_its_rules_coverage_and_caveats(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    build_release(warehouse, state)
    bare = warehouse.fetch_value(
        "select count(*) from published.indicator_cell c join published.indicator i"
        " using (release_id, indicator_code, indicator_version) join published.release r using (release_id)"
        " where i.coverage is null or i.caveats is null or r.rules ->> 'min_count' is null"
    )
    assert bare == 0


def test_a_table_without_its_whole_is_refused(warehouse: Warehouse, state: State) -> None:
    make_cube(warehouse, small_state())
    for tables in (["school"], ["district x subgroup"], ["county"]):
        chosen = state.model_copy(
            update={"disclosure": state.disclosure.model_copy(update={"tables": tables})}
        )
        with pytest.raises(P20WError):
            build_release(warehouse, chosen)


def test_a_column_that_the_cube_gains_is_not_published_before_its_sums_are_known(
    warehouse: Warehouse, state: State
) -> None:
    make_cube(warehouse, small_state())
    warehouse.execute("alter table indicators.cube add column credential_type text default 'all'")
    warehouse.execute("update indicators.cube set credential_type = 'badge' where subgroup_dimension = 'sex'")
    build_release(warehouse, state)
    assert warehouse.fetch_value("select count(*) from published.indicator_cell where dimension = 'sex'") == 0


def test_the_commands_say_what_they_did(
    warehouse: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_cube(warehouse, small_state())
    monkeypatch.setattr("warehouse.connection.open_warehouse", lambda *_, **__: warehouse)
    said = [
        CliRunner().invoke(command, call.split(), catch_exceptions=False).output
        for call in ("check", "publish", "list")
    ]
    assert "A release would be published." in said[0]
    assert "opened none" in said[1]
    assert "times the least that any choice must hide" in said[0]
    assert "published" in said[2]
    again = CliRunner().invoke(command, ["check", "--as-of", said[2].split()[0]], catch_exceptions=False)
    assert "comes out equal" in again.output
    taken_back = ["withdraw", said[2].split()[0], "--reason", "A file was sent twice."]
    assert "No release is left" in CliRunner().invoke(command, taken_back, catch_exceptions=False).output


def test_a_release_waits_for_the_offices_that_the_state_names(
    warehouse: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_cube(warehouse, small_state())
    asked = state.model_copy(
        update={
            "disclosure": state.disclosure.model_copy(update={"approvals": ["Office of Schools", "Labor"]})
        }
    )
    monkeypatch.setattr("warehouse.connection.open_warehouse", lambda *_, **__: warehouse)
    monkeypatch.setattr("warehouse.state.load_state", lambda *_, **__: asked)

    def say(*words: str) -> str:
        return CliRunner().invoke(command, words, catch_exceptions=False).output

    content = check_release(warehouse, asked).content[:12]
    assert f"Its content {content} waits for the approval of Office of Schools, Labor." in say("check")
    assert "still waits for Labor" in say(
        "approve", content, "--office", "Office of Schools", "--by", "Steward"
    )
    with pytest.raises(ReleaseRefused, match=f"{content} lacks the approval of Labor"):
        make_release(warehouse, asked)
    with pytest.raises(P20WError, match="does not ask"):
        say("approve", content, "--office", "Nobody", "--by", "Steward")
    with pytest.raises(P20WError, match="names no content"):
        say("approve", "7", "--office", "Labor", "--by", "Steward")
    say("approve", content, "--office", "Labor", "--by", "Director")
    say("approve", content, "--office", "Labor", "--by", "Director", "--refuse", "The wages are late.")
    with pytest.raises(ReleaseRefused):
        make_release(warehouse, asked)
    assert "all offices have approved" in say("approve", content, "--office", "Labor", "--by", "Director")
    # What has changed since nobody has approved.
    make_cube(warehouse, [*small_state(), Row("2017", ("state", "all"), 1009, 601)])
    with pytest.raises(ReleaseRefused):
        make_release(warehouse, asked)
    make_cube(warehouse, small_state())
    assert make_release(warehouse, asked).is_new
    said = warehouse.fetch_all(
        "select action, subject from control.override_log order by position desc limit 1"
    )
    assert said == [("release content approved", content)]


def pools_state(cohorts: tuple[str, ...], school: int = 6) -> list[Row]:
    """Two districts of two schools each, three schools of them small; the large one differs from cohort to cohort."""
    rows = []
    for cohort in cohorts:
        sizes = {"1": 80 + int(cohort) % 9, "2": school, "3": school + 1, "4": school}
        schools = [Row(cohort, ("school", name), n, n // 2) for name, n in sizes.items()]
        districts = [
            Row(cohort, ("district", f"D{name}"), n, n // 2) for name, n in sizes.items() if name == "1"
        ]
        small = [sizes["2"] + sizes["3"] + sizes["4"], 3 * (school // 2)]
        rows += [*schools, *districts, Row(cohort, ("district", "D2"), *small)]
        rows.append(Row(cohort, ("state", "all"), sizes["1"] + small[0], sizes["1"] // 2 + small[1]))
    return rows


def test_small_tables_are_published_of_a_whole_window_and_never_of_its_single_cohorts(
    warehouse: Warehouse, state: State, tmp_path: Path
) -> None:
    rules = {"roll_up_above": 0.5, "pool_years": 3, "round_count_to": 1, "tables": ["district", "school"]}
    pooling = state.model_copy(update={"disclosure": state.disclosure.model_copy(update=rules)})
    first = ("2018", "2019", "2020", "2021")

    def publish(*rows: Row) -> int:
        make_cube(warehouse, rows)
        # The small schools are a district of their own.
        warehouse.execute("update core.dim_school set district_id = 'D2' where district_id > 'D2'")
        return build_release(warehouse, pooling)

    def schools(release_id: int) -> set[tuple[str, ...]]:
        return set(
            warehouse.fetch_all(
                "select cohort_period, category, shown_count from published.indicator_cell"
                " where release_id = %s and dimension = 'school'",
                (release_id,),
            )
        )

    waiting = publish(*pools_state(first[:2]))
    assert schools(waiting) == set()
    full = publish(*pools_state(first))
    assert {(c, name) for c, name, _ in schools(full)} == {("2018-2020", name) for name in "1234"}
    assert ("2018-2020", "3", "21") in schools(full)
    told = "select rules #> array['windows', %s] from published.release where release_id = %s"
    assert warehouse.fetch_value(told, (RATE, full)) == {"2018-2020": ["2018", "2019", "2020"]}
    summary = check_release(warehouse, pooling)
    assert not summary.is_new and summary.loss.shown_pooled > summary.loss.shown_single
    assert rebuild_release(warehouse, full).is_equal
    changes = {
        (c.cohort_period, c.kind)
        for c in diff_releases(warehouse, waiting, full).changes
        if c.dimension == "school"
    }
    assert changes == {("2018-2020", "new")}
    page = render_index(read_newest_release(warehouse))
    assert "People, 2018-2020" in page and "since of each most would be hidden: school (2018-2020)" in page
    # Schools that have grown stay in their window, and the next one begins with cohorts by themselves.
    again = publish(*pools_state(first[:3], 40), *pools_state(("2021", "2022", "2023"), 40))
    assert {c for c, _, _ in schools(again)} == {"2018-2020", "2021", "2022", "2023"}
