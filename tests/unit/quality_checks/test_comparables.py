import pytest

from ingest.catalogue import load_catalogue
from quality_checks.catalogue import rule_set
from quality_checks.comparables import Pair, Sent, breaks, comparable, in_words, pairs_of
from quality_checks.rule import Rule

TERMS = "postsecondary/course"
QUARTERS = "ui/wage"


def sent(delivery_id: int, period: str, rows: int = 1000, sequence: int = 1, submitter: str = "a") -> Sent:
    return Sent(delivery_id, submitter, period, sequence, "2015", rows)


def measure(layout_key: str, own: Sent, *known: Sent) -> int | None:
    found = comparable(own, known, load_catalogue().layout(layout_key))
    return found.delivery_id if found else None


def rule(code: str) -> Rule:
    return rule_set(TERMS).rule(code)


def test_what_a_delivery_replaces_is_its_first_measure() -> None:
    known = [sent(1, "2020Q1"), sent(2, "2021Q1"), sent(3, "2021Q1", sequence=2)]
    assert measure(QUARTERS, sent(9, "2021Q1", sequence=3), *known) == 3


def test_the_same_part_of_the_year_before_comes_before_the_newest_period() -> None:
    assert measure(QUARTERS, sent(9, "2021Q1"), sent(1, "2020Q1"), sent(2, "2020Q4")) == 1
    assert measure(QUARTERS, sent(9, "2021Q1"), sent(1, "2019Q1"), sent(2, "2020Q4")) == 2


def test_a_term_is_compared_with_the_same_term_only() -> None:
    assert measure(TERMS, sent(9, "2021SU"), sent(1, "2021SP"), sent(2, "2020FA")) is None
    assert measure(TERMS, sent(9, "2021SU"), sent(1, "2021SP"), sent(2, "2019SU")) == 2


def test_nobody_is_measured_by_another_submitter_or_by_the_future() -> None:
    assert measure(QUARTERS, sent(9, "2021Q1"), sent(1, "2020Q1", submitter="b"), sent(2, "2022Q1")) is None


@pytest.mark.parametrize(
    ("rows", "same_period", "too_few"),
    [(400, False, False), (399, False, True), (800, True, False), (799, True, True)],
)
def test_the_limit_itself_is_tolerated(rows: int, same_period: bool, too_few: bool) -> None:
    own = sent(9, "2021FA", rows, sequence=2)
    pair = Pair(own, sent(1, "2021FA" if same_period else "2020FA"))
    assert breaks(rule("PSCRS-VOL-rows"), pair) is too_few


def test_small_files_say_nothing() -> None:
    assert not breaks(rule("PSCRS-VOL-rows"), Pair(sent(9, "2021FA", 1), sent(1, "2020FA", 99)))
    assert breaks(rule("PSCRS-VOL-rows"), Pair(sent(9, "2021FA", 1), sent(1, "2020FA", 100)))


def test_a_truncated_file_is_no_measure_for_the_year_after() -> None:
    layout = load_catalogue().layout(TERMS)
    waiting = [sent(3, "2022FA", 950), sent(2, "2021FA", 200), sent(1, "2020FA")]
    pairs = pairs_of(waiting, [], layout, [rule("PSCRS-VOL-rows")], set())
    assert [(pair.own.period, pair.earlier.period) for pair in pairs] == [
        ("2021FA", "2020FA"),
        ("2022FA", "2020FA"),
    ]


def test_a_file_that_another_rule_holds_is_no_measure() -> None:
    layout = load_catalogue().layout(TERMS)
    pairs = pairs_of([sent(1, "2020FA"), sent(2, "2021FA")], [], layout, [], {1})
    assert pairs == []


def test_both_counts_are_told() -> None:
    pair = Pair(sent(9, "2022FA", 12_000), sent(1, "2021FA", 19_355))
    assert in_words(pair) == "12,000 rows, 38 % fewer than the 19,355 of 2021FA"
