import pyarrow as pa
import pytest

from linkage.records import check_records
from tests.unit.linkage.people import record, table
from warehouse.errors import P20WError

GOOD = table([record("k12", "A", ssn="212345678"), record("ui", "B", ssn="212345678")])


def test_extra_columns_and_another_order_are_accepted() -> None:
    given = GOOD.select(list(reversed(GOOD.column_names))).append_column("note", pa.array(["x", "y"]))
    assert check_records(given).column_names != given.column_names


def changed(column: str, values: list[object]) -> pa.Table:
    index = GOOD.column_names.index(column)
    return GOOD.set_column(index, column, pa.array(values))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (GOOD.drop_columns(["record_id"]), "lack the column record_id"),
        (GOOD.select(["record_id", "sex"]), "lack all of"),
        (changed("birthdate", ["14 March", "15 March"]), "type or values that linkage cannot read"),
        (changed("record_id", ["a", "a"]), "given to several"),
        (changed("source", ["k12", None]), "have no source"),
    ],
)
def test_records_that_cannot_be_linked_say_why_without_a_value(broken: pa.Table, said: str) -> None:
    with pytest.raises(P20WError, match=said) as caught:
        check_records(broken)
    assert caught.value.hint
    assert "212345678" not in str(caught.value)
    assert "14 March" not in str(caught.value)


def test_a_record_needs_an_id_and_one_thing_that_tells_whose_it_is() -> None:
    bare = pa.table(
        {"record_id": ["a", "b"], "last_name": ["Baker", None], "birthdate": ["2001-02-03", None]}
    )
    checked = check_records(bare)
    assert checked.schema.names == GOOD.schema.names
    assert checked["source"].to_pylist() == ["records", "records"]
    assert checked["source_key"].to_pylist() == ["a", "b"]
    assert str(checked["birthdate"][0]) == "2001-02-03"
