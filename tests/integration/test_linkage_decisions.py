"""People in the loop on a real database: decisions guide runs, can be taken back, travel as CSV, and show nothing elsewhere."""

import datetime
import http.client
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from linkage.decisions import log
from linkage.decisions.files import export_decisions, import_decisions
from linkage.review import account
from linkage.review.queue import review_queue
from linkage.review.server import ReviewServer
from linkage.review.terminal import Review
from linkage.runs import history
from linkage.runs.checks import broken_invariants
from linkage.runs.compare import compare_runs
from linkage.runs.reissue import earlier_run, reissue_counts, write_reissue
from linkage.runs.step import run_linkage
from tests.integration.emptying import emptying
from tests.integration.linkage_data import crosswalk, make_vault
from tests.unit.linkage.people import Row, record, table
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state

ADA: Row = {
    "first_name": "Theodora",
    "last_name": "Vandermeer",
    "birthdate": datetime.date(2001, 3, 14),
    "sex": "F",
}
BEA: Row = {
    "first_name": "Wilhelmina",
    "last_name": "Oyelaran",
    "birthdate": datetime.date(2002, 7, 9),
    "sex": "F",
}


def rows() -> list[Row]:
    """Two people; the second has twin-like records that only a person can judge, and two state identifiers."""
    return [
        record("k12", "a", **ADA),
        record("bridge", "a", **ADA, ssn="212349876"),
        record("k12", "b", **BEA),
        record("bridge", "b", **BEA, ssn="412349876"),
        record("k12", "b2", **BEA),
        record("wioa", "t", **(BEA | {"first_name": "Octavia"})),
    ]


@pytest.fixture(scope="module")
def state() -> State:
    return load_state()


@pytest.fixture(scope="module")
def linked_once(warehouse: Warehouse, state: State) -> Warehouse:
    make_vault(warehouse, table(rows()))
    run_linkage(warehouse, state)
    return warehouse


@pytest.fixture
def linked(linked_once: Warehouse, copy_of: Callable[[Warehouse], Warehouse]) -> Warehouse:
    return copy_of(linked_once)


def ids() -> dict[tuple[str, str], str]:
    return {(row["source"], row["source_key"]): row["record_id"] for row in rows()}


def live(warehouse: Warehouse) -> history.Run:
    return history.find_run(warehouse, "live")


def say_one(warehouse: Warehouse, a: tuple[str, str], b: tuple[str, str], kind: str = "must") -> int:
    return log.decide(
        warehouse, kind, ids()[a], ids()[b], steward="kim", reason="seen the papers", origin="terminal"
    )


def test_two_state_ids_become_one_person_by_decision_only_and_apart_again_under_the_old_id(
    linked: Warehouse, state: State
) -> None:
    before = crosswalk(linked)
    first, second = ids()["k12", "b"], ids()["k12", "b2"]
    assert before[first] != before[second]
    number = say_one(linked, ("k12", "b"), ("k12", "b2"))
    assert run_linkage(linked, state).outcome == "live"
    merged = crosswalk(linked)
    assert merged[first] == merged[second]
    events = linked.fetch_all(
        "select reason, cause ->> 'kind' from identity.person_event where event = 'merge'"
    )
    assert events == [(f"decision {number} of kim joined two of its records", "decision")]
    log.undo(linked, number, steward="lee", reason="wrong papers", origin="terminal")
    assert run_linkage(linked, state).outcome == "live"
    assert crosswalk(linked) == before
    assert linked.fetch_value("select count(*) from identity.person where status <> 'active'") == 0


def test_a_person_with_two_state_ids_without_decision_never_goes_live(linked: Warehouse) -> None:
    run = live(linked).linkage_run_id
    linked.execute(
        "update identity.membership set person_id = (select person_id from identity.membership where record_id = %s::uuid)"
        " where record_id = %s::uuid",
        [ids()["k12", "a"], ids()["k12", "b"]],
    )
    assert broken_invariants(linked, run) == [
        "1 persons hold two records of a source that issues one, without a decision"
    ]


def test_keeping_apart_splits_a_link_and_says_who_did(linked: Warehouse, state: State) -> None:
    number = say_one(linked, ("k12", "a"), ("bridge", "a"), "cannot")
    run_linkage(linked, state)
    after = crosswalk(linked)
    assert after[ids()["k12", "a"]] != after[ids()["bridge", "a"]]
    reason = linked.fetch_value("select reason from identity.person_event where event = 'split'")
    assert reason == f"decision {number} of kim keeps them apart"
    told = account.explain(linked, live(linked), "k12:a", "bridge:a")
    assert not told.same_person
    assert told.reasons[0].startswith("kim decided on")


def test_decisions_are_only_ever_added(linked: Warehouse) -> None:
    number = say_one(linked, ("k12", "a"), ("k12", "b"))
    for statement in (
        "update identity.decision set kind = 'cannot'",
        "delete from identity.decision",
        "truncate identity.decision",
    ):
        with pytest.raises(P20WError, match="only ever added"):
            linked.execute(statement)
    log.undo(linked, number, steward="lee", reason="no", origin="terminal")
    with pytest.raises(P20WError, match="already taken back"):
        log.undo(linked, number, steward="lee", reason="no", origin="terminal")


def test_an_expired_decision_holds_no_longer(linked: Warehouse) -> None:
    pair = ids()["k12", "a"], ids()["k12", "b"]
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    log.decide(
        linked, "must", *pair, steward="kim", reason="until now", origin="terminal", expires_on=yesterday
    )
    assert log.in_force(linked).must.num_rows == 0
    assert log.list_decisions(linked)[0]["state"] == "expired"


def test_contradictions_are_found_through_third_records_and_keep_people_apart(
    linked: Warehouse, state: State
) -> None:
    say_one(linked, ("k12", "a"), ("wioa", "t"))
    say_one(linked, ("wioa", "t"), ("k12", "b"))
    against = say_one(linked, ("k12", "a"), ("k12", "b"), "cannot")
    assert [row["decision_id"] for row in log.contradictions(linked)] == [against]
    assert run_linkage(linked, state).metadata()["contradicting_decisions"] == 1
    after = crosswalk(linked)
    assert after[ids()["k12", "a"]] != after[ids()["k12", "b"]]


def test_decisions_travel_as_csv_and_come_in_once(linked: Warehouse, tmp_path: Path) -> None:
    say_one(linked, ("k12", "b"), ("k12", "b2"))
    file = tmp_path / "decisions.csv"
    assert export_decisions(linked, file, with_keys=True) == 1
    assert file.stat().st_mode & 0o077 == 0
    linked.execute(emptying("identity.decision"))
    assert import_decisions(linked, file) == (1, 0)
    assert import_decisions(linked, file) == (0, 1)
    row = log.list_decisions(linked)[0]
    assert (row["kind"], row["steward"], row["origin"]) == ("must", "kim", "import")


def test_a_file_with_an_unknown_record_is_refused_by_its_line(linked: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    file.write_text(
        "kind,source_l,source_key_l,source_r,source_key_r,reason,steward\n"
        "must,k12,a,bridge,a,known,kim\ncannot,k12,nobody,k12,b,unknown,kim\n"
    )
    with pytest.raises(
        P20WError, match=r"decisions.csv, line 3: the first record is not in this warehouse"
    ) as error:
        import_decisions(linked, file)
    assert "nobody" not in str(error.value)
    assert linked.fetch_value("select count(*) from identity.decision") == 0


def test_an_earlier_run_comes_back_and_is_held_until_people_start_another(
    linked: Warehouse, state: State
) -> None:
    from linkage.runs.step import Options

    before, first = crosswalk(linked), live(linked)
    say_one(linked, ("k12", "b"), ("k12", "b2"))
    run_linkage(linked, state)
    history.restore(linked, history.find_run(linked, "previous"), actor="kim", reason="too many merges")
    assert crosswalk(linked) == before
    assert live(linked).linkage_run_id == first.linkage_run_id
    assert linked.fetch_value("select count(*) from identity.person where status <> 'active'") == 0
    assert run_linkage(linked, state).outcome == "held"
    assert run_linkage(linked, state, options=Options(replace_held=True)).outcome == "live"
    assert crosswalk(linked) != before


def test_the_reissue_lists_old_and_new_ids(linked: Warehouse, state: State, tmp_path: Path) -> None:
    before = crosswalk(linked)
    say_one(linked, ("k12", "b"), ("k12", "b2"))
    run_linkage(linked, state)
    run = live(linked)
    counts = reissue_counts(linked, run, earlier_run(linked, run))
    assert counts == {
        "kept": len(set(before.values())) - 1,
        "created": 0,
        "merged": 1,
        "split": 0,
        "retired": 0,
    }
    file = tmp_path / "reissue.csv"
    assert write_reissue(linked, run, earlier_run(linked, run), file) == 1
    lines = file.read_text().splitlines()
    assert lines[0].replace('"', "").startswith("old_person_id,new_person_id,change")
    assert before[ids()["k12", "b2"]] in lines[1]
    assert "decision" in lines[1]


def test_two_runs_are_compared_by_source_pair_and_reason(linked: Warehouse, state: State) -> None:
    first = live(linked)
    say_one(linked, ("k12", "a"), ("bridge", "a"), "cannot")
    run_linkage(linked, state)
    found = compare_runs(linked, first, live(linked))
    assert [(c.change, c.source_pair, c.reason, c.pairs) for c in found.changes] == [
        ("lost", "bridge-k12", "people decided so", 1)
    ]


def test_an_explanation_names_the_link_or_what_stands_against_it(linked: Warehouse) -> None:
    run = live(linked)
    told = account.explain(linked, run, "k12:a", "bridge:a")
    assert told.same_person
    assert "education model links them with probability" in told.reasons[0]
    assert told.sheet is not None
    assert told.sheet.total_bits > 3
    apart = account.explain(linked, run, "k12:b", "k12:b2")
    assert "only a person's decision joins them" in " ".join(apart.reasons)
    twins = account.explain(linked, run, "wioa:t", "bridge:b")
    assert "perhaps twins" in " ".join(twins.reasons)
    with pytest.raises(P20WError, match="No record or person"):
        account.explain(linked, run, "k12:nobody", "k12:a")


def test_the_terminal_takes_answers_notes_and_undo(linked: Warehouse) -> None:
    waiting = len(review_queue(linked, live(linked)))
    assert waiting > 0
    typed = iter(
        ["?", "n", "look at the school's file", "s", "same papers", "u", "d", "twins", *["k"] * waiting]
    )
    lines: list[str] = []
    review = Review(linked, live(linked), "kim", lambda prompt, line: next(typed), lines.append)
    assert review.go_through(50) == 1
    shown = "\n".join(lines)
    assert "Birth date" in shown
    assert "same" in shown
    assert [row["state"] for row in log.list_decisions(linked) if row["kind"] != "note"] == [
        "in force",
        "undone",
    ]
    assert "Octavia" not in str(linked.fetch_all("select reason, evidence from identity.decision"))
    assert len(review_queue(linked, live(linked))) < waiting


def ask(server: ReviewServer, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})
    response = connection.getresponse()
    return response.status, response.read().decode()


def test_the_page_needs_its_address_its_form_and_its_own_host(linked: Warehouse) -> None:
    server = ReviewServer(linked, live(linked), steward="kim")
    server.start()
    try:
        home = f"/{server.token}/"
        assert ask(server, "GET", "/")[0] == 404
        assert ask(server, "GET", home, Host="evil.example")[0] == 404
        status, text = ask(server, "GET", home)
        assert status == 200
        assert "Are these two records one person?" in text
        assert "http" not in re.sub(r"http-equiv", "", text)
        pair = re.search(r'name="pair" value="([^"]+)"', text)
        assert pair is not None
        form = {"answer": "cannot", "pair": pair[1], "why": "twins"}
        assert ask(server, "POST", home + "answer", urlencode(form))[0] == 403
        proven = urlencode(form | {"proof": server.proof})
        assert ask(server, "POST", home + "answer", proven, Origin="https://evil.example")[0] == 404
        assert linked.fetch_value("select count(*) from identity.decision") == 0
        assert ask(server, "POST", home + "answer", proven)[0] == 303
        assert linked.fetch_all("select kind, steward, origin from identity.decision") == [
            ("cannot", "kim", "web")
        ]
        assert ask(server, "POST", home + "answer", proven)[0] == 303
        assert linked.fetch_value("select count(*) from identity.decision") == 1
        undo = urlencode({"answer": "undo", "proof": server.proof})
        assert ask(server, "POST", home + "answer", undo)[0] == 303
        assert linked.fetch_value("select count(*) from identity.decision_in_force") == 0
    finally:
        server.stop()
