"""What waits for whom, from nothing but items and the approvals that were given."""

from typing import Any

from governance.approvals.item import GONE, Given, Item, differences, pending


def _item(value: int, *agencies: str) -> Item:
    return Item("rule", "R-001", "k12/student", {"limit": value}, agencies or ("k12", "ui"))


def _given(*said: tuple[str, int]) -> list[Given]:
    """Approvals in their order: agency and the value that it approved; as the register tells them, the last of each."""
    last: dict[tuple[str, str], Given] = {}
    for number, (agency, value) in enumerate(said, start=1):
        item = _item(value)
        last[agency, item.sha256] = Given(
            "rule", "R-001", "k12/student", agency, item.sha256, item.content, number
        )
    return list(last.values())


def _waits(item: Item, *said: tuple[str, int]) -> tuple[tuple[str, ...], Any] | None:
    found = list(pending([item], _given(*said)))
    return (found[0].waits_for, found[0].approved) if found else None


def test_what_all_approved_holds_and_a_change_waits_for_all() -> None:
    first = (("k12", 1), ("ui", 1))
    assert _waits(_item(1), *first) is None
    assert _waits(_item(2), *first) == (("k12", "ui"), {"limit": 1})
    assert _waits(_item(2), *first, ("k12", 2)) == (("ui",), {"limit": 1})
    assert _waits(_item(2), *first, ("k12", 2), ("ui", 2)) is None


def test_the_way_back_is_a_change_too() -> None:
    changed = (("k12", 1), ("ui", 1), ("k12", 2), ("ui", 2))
    assert _waits(_item(1), *changed) == (("k12", "ui"), {"limit": 2})
    assert _waits(_item(1), *changed, ("k12", 1)) == (("ui",), {"limit": 2})
    assert _waits(_item(1), *changed, ("k12", 1), ("ui", 1)) is None


def test_an_agency_that_joins_is_asked_and_one_that_leaves_is_not() -> None:
    first = (("k12", 1), ("ui", 1))
    assert _waits(_item(1, "k12", "ui", "wioa"), *first) == (("wioa",), None)
    assert _waits(_item(2, "k12"), *first, ("k12", 2)) is None


def test_what_is_removed_waits_until_its_removal_is_approved() -> None:
    (gone,) = pending([], _given(("k12", 1), ("ui", 1)))
    assert gone.sentence == "rule R-001 is removed and awaits the approval of k12, ui"
    removed = Item("rule", "R-001", "k12/student", GONE, ("k12", "ui"))
    approvals = _given(("k12", 1), ("ui", 1)) + [
        Given("rule", "R-001", "k12/student", agency, removed.sha256, GONE, number)
        for number, agency in ((3, "k12"), (4, "ui"))
    ]
    assert list(pending([], approvals)) == []


def test_what_touches_nobody_waits_for_nobody() -> None:
    assert list(pending([Item("rule", "R-001", "k12/student", {}, ())], [])) == []


def test_a_difference_is_told_by_place() -> None:
    before = {"columns": [{"name": "ssn", "place": [2, 10]}], "limit": 1}
    after = {"columns": [{"name": "ssn", "place": [3, 11]}], "sentence": "New."}
    assert list(differences(before, after)) == [
        "- columns.ssn.place: [2, 10]",
        "+ columns.ssn.place: [3, 11]",
        "- limit: 1",
        '+ sentence: "New."',
    ]
