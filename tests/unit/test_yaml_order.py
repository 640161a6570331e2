from tests.yaml_order import out_of_order


def test_entries_of_every_dbt_file_are_in_alphabetical_order() -> None:
    assert list(out_of_order()) == []
