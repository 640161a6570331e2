"""The demonstration's numbers once more in a copy of its database, where linkage is replaced by the true links."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
from psycopg import sql

from tests.integration.dbt_here import dbt
from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.server import DATABASE, EmbeddedServer

_ORIGINAL = "as_linked"
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
# A sex that the files tell wrongly is no matter of links: by how many units the rates on it would be higher.
_MISREAD = """
    select outcomes.indicator_code, outcomes.cohort_period,
        sum(case when outcomes.outcome = 'yes' then -1 else 1 end)::integer
    from indicators.outcome as outcomes
    inner join core.dim_person as people using (person_id)
    inner join true_sex using (person_id)
    where outcomes.indicator_code in ('PERKINS_3P1', 'PERKINS_4S1') and people.sex <> true_sex.sex
    group by outcomes.indicator_code, outcomes.cohort_period
"""
_TRUE_SEX = "create table true_sex as select distinct md5(person::text)::uuid as person_id, sex from truth"
_CELLS = """
    select indicator_code, cohort_period, numerator_count, denominator_count, median_amount_usd::float8
    from indicators.cube
    where organization_level = 'state' and pathway_level = 'all' and subgroup = 'all' and not_yet_available_count = 0
"""


_GROUPS = """
    select indicator_code, subgroup_dimension, subgroup, denominator_count,
        coalesce(rate, median_amount_usd)::float8, rate is null
    from indicators.cube
    where cohort_period = 'all' and organization_level = 'state' and pathway_level = 'all' and denominator_count > 0
"""


@dataclass(frozen=True)
class Remaining:
    """What real links change in one group: the value with them less the value with the true ones.

    Attributes:
        units: how many are judged with the true links.
        change: percentage points of a rate, percent of an amount; `unit` says which.
    """

    indicator_code: str
    subgroup_dimension: str
    subgroup: str
    units: int
    change: float
    unit: str


@dataclass(frozen=True)
class Comparison:
    """Indicators whose every complete cohort is as in the lives, of the others by how many units a cohort differs.

    What remains under real links stands beside, for every group of every indicator.
    """

    equal: set[str]
    different: dict[str, int]
    remaining: list[Remaining]


def compared(home: Home) -> Comparison:
    """Replace the links of a copy of the database by the true ones, and compare it with the lives and with the original."""
    server = EmbeddedServer(home)
    with _copied(server):
        warehouse = Warehouse(home, server.url(DATABASE), is_embedded=True)
        original = Warehouse(home, server.url(_ORIGINAL), is_embedded=True)
        try:
            _link_truly(warehouse, home.root / "truth" / "records.parquet")
            dbt(warehouse, "run", "--select", "fqn:p20w.core", "fqn:p20w.indicators")
            equal, different = _differences(warehouse, home.root / "truth" / "indicators.csv")
            return Comparison(equal, different, _remaining(original, warehouse))
        finally:
            warehouse.close()
            original.close()


@contextmanager
def _copied(server: EmbeddedServer) -> Iterator[None]:
    """The copy has the usual name for the while, by which dbt's parsed project serves it, and the original another."""
    usual, other = sql.Identifier(DATABASE), sql.Identifier(_ORIGINAL)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (DATABASE,)
        )
        connection.execute(sql.SQL("alter database {} rename to {}").format(usual, other))
        try:
            connection.execute(sql.SQL("create database {} template {}").format(usual, other))
            yield
        finally:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(usual))
            connection.execute(sql.SQL("alter database {} rename to {}").format(other, usual))


def _link_truly(warehouse: Warehouse, records: Path) -> None:
    columns = pq.read_table(records, columns=["source", "source_key", "person", "sex"]).to_pydict()
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create temp table truth (source text, source_key text, person bigint, sex text)")
        with cursor.copy("copy truth from stdin") as copy:
            for row in zip(*columns.values(), strict=True):
                copy.write_row(row)
        cursor.execute(_FORGET)
        cursor.execute(_REPLACE)
        cursor.execute(_TRUE_SEX)


def _remaining(original: Warehouse, truly_linked: Warehouse) -> list[Remaining]:
    real = {tuple(row[:3]): row[4] for row in original.fetch_all(_GROUPS)}
    found = []
    for *group, units, true, is_amount in truly_linked.fetch_all(_GROUPS):
        value = real.get(tuple(group))
        if value is None or (is_amount and not true):
            continue
        change = value / true - 1 if is_amount else value - true
        found.append(Remaining(*group, units, 100 * change, "percent" if is_amount else "points"))
    return found


def _differences(warehouse: Warehouse, truth: Path) -> tuple[set[str], dict[str, int]]:
    cells = {(code, period): rest for code, period, *rest in warehouse.fetch_all(_CELLS)}
    misread = {(code, period): units for code, period, units in warehouse.fetch_all(_MISREAD)}
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
            numerator += misread.get((code, row["cohort_period"]), 0)
            true = int(row["numerator"]), int(row["denominator"])
            units = max(abs(numerator - true[0]), abs(denominator - true[1]))
            # Halves of a cent are rounded by whoever sums first: a cent, and what binary fractions add to it.
            if not units and median is not None and abs(median - float(row["value"])) > 0.011:
                units = 1
            if units:
                different[code] = max(units, different.get(code, 0))
    return codes - set(different), different
