"""The data test that reconciles staging with the deliveries knows rejected and replaced rows."""

import re
from pathlib import Path

import jinja2
import pytest

from warehouse.connection import Warehouse

FILE = Path(__file__).parents[2] / "dbt_project" / "tests" / "generic" / "rows_match_deliveries.sql"


@pytest.fixture
def failing_rows(warehouse: Warehouse) -> str:
    """Delivery 1 of five rows, one rejected; amendment 2 of two rows, which replace a good row and the rejected one."""
    warehouse.execute(
        "truncate control.delivery cascade; truncate quality.rejected_row, quality.replaced_row;"
        " drop table if exists staging.typed; create table staging.typed (delivery_id bigint)"
    )
    for sequence, rows, rejected in ((1, 5, 1), (2, 2, 0)):
        warehouse.execute(
            "insert into control.delivery (delivery_id, layout, submitter, period, sequence, sha256, file_name, status,"
            " is_amendment, row_count, accepted_count, quarantined_count, rejected_count) overriding system value"
            " values (%s, 'k12/school', 'north', '2020', %s, %s, 'f', 'accepted', %s, %s, %s, 0, %s)",
            (sequence, sequence, str(sequence), sequence == 2, rows, rows - rejected, rejected),
        )
    warehouse.execute(
        "insert into quality.rejected_row (delivery_id, row_number, rule_code) values (1, 5, 'A'), (1, 5, 'B');"
        "insert into quality.replaced_row values (1, 4, 2), (1, 5, 2);"
        "insert into staging.typed values (1), (1), (1), (2), (2)"
    )
    body = re.search(r"{% test [^%]*%}(.*){% endtest %}", FILE.read_text(encoding="utf-8"), re.DOTALL)
    assert body is not None
    return jinja2.Template(body[1]).render(
        model="staging.typed", layout="k12/school", source=lambda schema, table: f"{schema}.{table}"
    )


def test_a_row_that_an_amendment_replaces_is_not_missed(warehouse: Warehouse, failing_rows: str) -> None:
    assert warehouse.fetch_all(failing_rows) == []


def test_an_amendment_that_is_no_longer_in_force_replaces_nothing(
    warehouse: Warehouse, failing_rows: str
) -> None:
    warehouse.execute("update control.delivery set status = 'withdrawn' where delivery_id = 2")
    warehouse.execute("delete from staging.typed where delivery_id = 2")
    assert warehouse.fetch_all(failing_rows) == [(1, 4, 3)]
    warehouse.execute("insert into staging.typed values (1)")
    assert warehouse.fetch_all(failing_rows) == []


def test_a_row_lost_or_doubled_on_the_way_is_found(warehouse: Warehouse, failing_rows: str) -> None:
    warehouse.execute("delete from staging.typed where delivery_id = 2")
    assert [row[0] for row in warehouse.fetch_all(failing_rows)] == [2]
    warehouse.execute("insert into staging.typed values (1), (2), (2), (3)")
    assert sorted(row[0] for row in warehouse.fetch_all(failing_rows)) == [1, 3]
