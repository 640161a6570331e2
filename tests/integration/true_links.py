"""The demonstration's numbers once more in a copy of its database, where linkage is replaced by the true links."""

import csv
import os
import subprocess
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
from psycopg import sql

from orchestration.manifest import dbt_executable, project_dir
from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.server import DATABASE, EmbeddedServer

_COPY = "true_links"
_REPLACE = """
    update identity.membership as membership set person_id = md5(truth.person::text)::uuid
    from identity.source_record as record inner join truth using (source, source_key)
    where record.record_id = membership.record_id
"""
# Who was planted in the files has no life.
_FORGET = """
    delete from identity.membership where record_id not in (
        select record_id from identity.source_record inner join truth using (source, source_key))
"""
_CELLS = """
    select indicator_code, cohort_period, numerator_count, denominator_count, median_amount_usd::float8
    from indicators.cube
    where organization_level = 'state' and pathway_level = 'all' and subgroup = 'all' and not_yet_available_count = 0
"""


def differences(home: Home) -> tuple[set[str], dict[str, int]]:
    """Indicators whose every complete cohort is as in the lives, and of the others by how many units a cohort differs."""
    server = EmbeddedServer(home)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (DATABASE,)
        )
        names = sql.Identifier(_COPY), sql.Identifier(DATABASE)
        connection.execute(sql.SQL("create database {} template {}").format(*names))
    warehouse = Warehouse(home, server.url(_COPY), is_embedded=True)
    try:
        _link_truly(warehouse, home.root / "truth" / "records.parquet")
        _rebuild(warehouse)
        return _compared(warehouse, home.root / "truth" / "indicators.csv")
    finally:
        warehouse.close()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(names[0]))


def _link_truly(warehouse: Warehouse, records: Path) -> None:
    columns = pq.read_table(records, columns=["source", "source_key", "person"]).to_pydict()
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create temp table truth (source text, source_key text, person bigint)")
        with cursor.copy("copy truth from stdin") as copy:
            for row in zip(*columns.values(), strict=True):
                copy.write_row(row)
        cursor.execute(_FORGET)
        cursor.execute(_REPLACE)


def _rebuild(warehouse: Warehouse) -> None:
    result = subprocess.run(
        [
            *(dbt_executable("p20w-dbt"), "run", "--profiles-dir", "."),
            *("--select", "fqn:p20w.core", "fqn:p20w.indicators"),
        ],
        cwd=project_dir(),
        env=os.environ | warehouse.dbt_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:]


def _compared(warehouse: Warehouse, truth: Path) -> tuple[set[str], dict[str, int]]:
    cells = {(code, period): rest for code, period, *rest in warehouse.fetch_all(_CELLS)}
    codes: set[str] = set()
    different: dict[str, int] = {}
    with truth.open(newline="") as file:
        for row in csv.DictReader(file):
            code = row["indicator_code"]
            if row["cohort_period"] == "all":
                # In so small a state a last cohort may be complete by chance, and is pooled with the others.
                continue
            codes.add(code)
            numerator, denominator, median = cells.get((code, row["cohort_period"]), (0, 0, None))
            true = int(row["numerator"]), int(row["denominator"])
            units = max(abs(numerator - true[0]), abs(denominator - true[1]))
            # Halves of a cent are rounded by whoever sums first.
            if not units and median is not None and abs(median - float(row["value"])) > 0.01:
                units = 1
            if units:
                different[code] = max(units, different.get(code, 0))
    return codes - set(different), different
