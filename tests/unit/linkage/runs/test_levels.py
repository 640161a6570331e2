import pyarrow as pa

from linkage.runs.levels import members_at_levels


def members(**persons: str) -> pa.Table:
    rows = [(letter, person) for person, letters in persons.items() for letter in letters]
    return pa.table({"record_id": [row[0] for row in rows], "person_id": [row[1] for row in rows]})


def edges(*rows: tuple[str, str, float | None]) -> pa.Table:
    return pa.table(
        {
            "record_id_l": pa.array([row[0] for row in rows], pa.string()),
            "record_id_r": pa.array([row[1] for row in rows], pa.string()),
            "match_probability": pa.array([row[2] for row in rows], pa.float64()),
        }
    )


def test_a_weak_link_parts_a_person_above_its_probability_only() -> None:
    found = members_at_levels(
        members(P="abcd"), edges(("a", "b", 0.999), ("b", "c", 0.96), ("c", "d", 1.0)), (0.95, 0.99)
    )
    assert found.to_pylist() == [
        {"threshold": 0.99, "record_id": "c", "person_id": "c"},
        {"threshold": 0.99, "record_id": "d", "person_id": "c"},
    ]


def test_the_largest_part_keeps_the_person_id() -> None:
    found = members_at_levels(members(P="abc"), edges(("a", "b", 0.91), ("b", "c", 0.99)), (0.95,))
    assert [(row["record_id"], row["person_id"]) for row in found.to_pylist()] == [("a", "a")]


def test_a_second_strong_way_and_links_without_probability_hold() -> None:
    rows = edges(("a", "b", 0.91), ("b", "c", 0.99), ("a", "c", 0.99), ("c", "d", None))
    assert members_at_levels(members(P="abcd", Q="e"), rows, (0.95,)).num_rows == 0
