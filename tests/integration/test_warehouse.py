from warehouse.connection import Warehouse


def test_a_fresh_warehouse_is_migrated_and_empty(warehouse: Warehouse) -> None:
    assert warehouse.fetch_value("select count(*) from control.delivery") == 0


def test_the_oldest_supported_server_takes_the_same_migrations(older_warehouse: Warehouse) -> None:
    assert older_warehouse.fetch_value("select control.to_date('02/29/2024', 'MM/DD/YYYY')") is not None
    assert older_warehouse.fetch_value("select current_setting('server_version_num')::int / 10000") == 15
