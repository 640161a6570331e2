from governance.disclosure.one_way import hidden_categories
from governance.disclosure.primary import Cell, DisclosurePolicy
from governance.labels import category_label

POLICY = DisclosurePolicy()


def hide(cells, total, unit="percent", forced=()):
    found = [Cell(name, people, outcome, 7000.0, 20, 0.2) for name, people, outcome in cells]
    return set(hidden_categories(found, Cell("all", *total, 7000.0, 20, 0.2), unit, POLICY, forced=forced))


def test_a_table_of_large_cells_hides_nothing():
    assert hide([("a", 100, 50), ("b", 200, 90)], (300, 140)) == set()


def test_one_small_cell_takes_the_smallest_neighbour_with_it():
    assert hide([("a", 4, 2), ("b", 300, 90), ("c", 40, 20)], (344, 112)) == {"a", "c"}


def test_small_cells_that_are_still_small_together_take_another():
    assert hide([("a", 2, 1), ("b", 3, 1), ("c", 40, 20), ("d", 900, 400)], (945, 422)) == {"a", "b", "c"}


def test_neighbours_are_added_until_both_outcomes_are_hidden_well_enough():
    # a and b together hold 62 people, but only one of them without the outcome.
    assert hide([("a", 20, 20), ("b", 42, 41), ("c", 80, 40), ("d", 900, 400)], (1042, 501)) == {
        "a",
        "b",
        "c",
    }


def test_cells_of_equal_size_are_hidden_together():
    assert hide([("a", 4, 2), ("b", 40, 20), ("c", 40, 20), ("d", 90, 40)], (174, 82)) == {"a", "b", "c"}


def test_a_table_that_cannot_be_protected_is_hidden_as_a_whole():
    assert hide([("a", 4, 2), ("b", 300, 90)], (304, 92)) == {"a", "b"}


def test_a_hidden_total_hides_everything():
    assert hide([("a", 50, 1), ("b", 50, 1)], (100, 2)) == {"a", "b"}


def test_a_few_unlisted_people_are_not_left_to_subtraction():
    assert hide([("F", 480, 200), ("M", 500, 220)], (984, 422)) == {"F"}


def test_many_unlisted_people_hide_nothing():
    assert hide([("cluster 1", 100, 50)], (1000, 700)) == set()


def test_many_unlisted_people_shield_no_listed_cell():
    assert hide([("a", 4, 2), ("b", 60, 30), ("c", 100, 50)], (1000, 700)) == {"a", "b"}


def test_overlapping_categories_are_treated_as_their_own_table():
    assert hide([("a", 80, 50), ("b", 70, 40)], (120, 70)) == set()


def test_wages_of_few_employers_are_hidden_with_a_neighbour():
    one_employer = Cell("a", 50, 50, 7000.0, 1, 1.0)
    cells = [one_employer, Cell("b", 60, 60, 7000.0, 9, 0.2), Cell("c", 90, 90, 7000.0, 9, 0.2)]
    total = Cell("all", 200, 200, 7000.0, 30, 0.1)
    assert hidden_categories(cells, total, "usd", POLICY) == {"a", "b"}


def test_categories_read_as_words():
    known = {("district", "0100"): "Alder Valley"}
    assert category_label("district", "0100", known) == "Alder Valley"
    assert category_label("district", "0200", known) == "0200"
    assert category_label("english_learner", "yes", known) == "English learner"
    assert category_label("idea", "no", known) == "Not a student with a disability (IDEA)"
    assert category_label("sex", "unknown", known) == "Not known"
    assert category_label("age_group", "25_to_44", known) == "25 to 44"
    assert category_label("race_ethnicity", "TwoorMoreRaces", known) == "Two or more races"
