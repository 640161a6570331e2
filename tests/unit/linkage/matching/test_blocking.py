import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkage.engine import open_database
from linkage.matching.blocking import BLOCKED_BY, affordable, hash_nodes, note_dear_rules, pairs_sql, scope
from linkage.matching.cleaning import macros
from linkage.models.rules import NAME_RULES, NARROWED
from linkage.models.settings import profiles

pytestmark = pytest.mark.slow

_TYPES = {"unique_id": "bigint", "is_wage": "boolean"}


@pytest.fixture
def database() -> Any:
    connection = open_database(threads=1)
    columns = ", ".join(f"{name} {_TYPES.get(name, 'varchar')}" for name in BLOCKED_BY)
    connection.execute(f"create table node ({columns})")
    yield connection
    connection.close()


def affordable_now(connection: Any, rules: list[str]) -> list[str]:
    hash_nodes(connection)
    note_dear_rules(connection)
    return affordable(connection, rules)


def _add(connection: Any, **values: Any) -> None:
    connection.execute(
        f"insert into node by name select {', '.join(f'? as {name}' for name in values)}",
        list(values.values()),
    )


def test_every_pair_belongs_to_exactly_one_model_whichever_comes_first(database: Any) -> None:
    kinds = [
        {"is_wage": wage, "ssn": ssn, "fi": fi}
        for wage in (False, True)
        for ssn in (None, "123456780")
        for fi in ("A", None)
    ]
    for number, kind in enumerate([*kinds, *kinds]):
        _add(database, unique_id=number, **kind)
    models = ", ".join(f"coalesce({scope(name)}, false) as {name}" for name in profiles())
    rows = database.execute(
        f"select l.is_wage, l.ssn is not null, l.fi is not null, r.is_wage, r.ssn is not null, r.fi is not null, {models}"
        " from node as l join node as r on l.unique_id <> r.unique_id"
    ).fetchall()
    for wage_l, ssn_l, named_l, wage_r, ssn_r, named_r, education, full, wages in rows:
        assert education == (not wage_l and not wage_r and not (ssn_l and ssn_r))
        assert full == (not wage_l and not wage_r and ssn_l and ssn_r)
        assert wages == (wage_l != wage_r and named_l and named_r and (ssn_r if wage_l else ssn_l))


def test_a_pair_that_several_rules_find_is_there_once_with_the_first_of_them(database: Any) -> None:
    same = {
        "given": "ANN",
        "fi": "A",
        "family": "LI",
        "li": "L",
        "last6": "LI",
        "dob": "20010203",
        "is_wage": False,
    }
    for number, slot in enumerate(("k12", "bridge", "bridge")):
        _add(database, unique_id=number, slot=slot, **same)
    found = database.execute(pairs_sql("education", list(NAME_RULES)) + " order by 2, 3").fetchall()
    assert found == [("0", 0, 1), ("0", 0, 2)], "two records of one slot are no pair"


def test_a_rule_is_narrowed_only_where_chance_brings_too_many_pairs_together(database: Any) -> None:
    rules = profiles()["education"].blocking_rules
    database.execute(
        "insert into node by name select i as unique_id, false as is_wage, 'NAME' || i as given, 'N' as fi,"
        " 'LI' || (i % 200) as last6, '200102' as birth_month, '2001' as birth_year, '200102' || i as dob from range(400) as t(i)"
    )
    assert affordable_now(database, rules) == rules, "one pair for every two people is cheap"
    database.execute("update node set last6 = 'LI'")
    narrowed = affordable_now(database, rules)
    assert [rule for rule in rules if rule not in narrowed] == [
        rule for rule in NARROWED if "l.last6 = r.last6" in rule
    ]
    database.execute("update node set given = 'ANN', dob = '20010203', family = 'LIND'")
    assert affordable_now(database, rules) == rules, "pairs of one person each are what a rule is for"


def test_narrower_rules_find_nothing_that_the_rule_itself_does_not() -> None:
    for rule, narrower in NARROWED.items():
        assert narrower
        for one in narrower:
            assert re.fullmatch(rf"{re.escape(rule)} and l\.(\w+) = r\.\1", one)


_DIGITS = st.text("0123456789", min_size=9, max_size=10)
_NUMBER = st.one_of(_DIGITS, _DIGITS.map(lambda number: "0" + number[1:9]))


@st.composite
def _slipped(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and the same after up to three slips."""
    number = list(draw(_NUMBER))
    other = number.copy()
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(other) - 2))
        kind = draw(st.sampled_from(("wrong", "swapped", "lost", "more")))
        if kind == "wrong":
            other[place] = draw(st.sampled_from("0123456789"))
        elif kind == "swapped":
            other[place], other[place + 1] = other[place + 1], other[place]
        elif kind == "lost" and len(other) == 10:
            del other[place]
        elif kind == "more" and len(other) == 9:
            other.insert(place, draw(st.sampled_from("0123456789")))
    return "".join(number), "".join(other)


_PLAIN = "least(damerau_levenshtein($l, $r), damerau_levenshtein(ltrim($l, '0'), $r), damerau_levenshtein($l, ltrim($r, '0')))"


@settings(max_examples=200, deadline=None)
@example(("123456789", "132456798"))
@example(("012345678", "123456780"))
@given(st.one_of(_slipped(), st.tuples(_NUMBER, _NUMBER)))
def test_slips_of_a_number_are_counted_as_by_counting_edits(pair: tuple[str, str]) -> None:
    connection = _with_macros()
    left, right = pair
    plain, ours = connection.execute(
        f"select {_PLAIN}, p_ssn_slips($l, $r)", {"l": left, "r": right}
    ).fetchall()[0]
    assert min(plain, 3) == min(ours, 3)


@settings(max_examples=100, deadline=None)
@given(st.text("0129", min_size=8, max_size=8), st.text("0129", min_size=8, max_size=8))
def test_a_slip_in_a_date_is_one_edit(left: str, right: str) -> None:
    connection = _with_macros()
    (row,) = connection.execute(
        "select damerau_levenshtein($l, $r) <= 1, p_date_slip($l, $r)", {"l": left, "r": right}
    ).fetchall()
    assert row[0] == row[1]


def test_a_number_or_date_that_is_not_known_is_no_slip() -> None:
    found = (
        _with_macros()
        .execute("select p_ssn_slips(null, '123456789'), p_date_slip('20010203', null)")
        .fetchall()
    )
    assert found == [(None, None)]


_MADE: list[Any] = []


def _with_macros() -> Any:
    if not _MADE:
        _MADE.append(open_database(threads=1))
        _MADE[0].execute(macros())
    return _MADE[0]
