"""Made-up people with a school record and quarters of wages: rows of the raw tables, linked by the numbers they were made from.

Belongs here: what is delivered. Must not come here: building, measuring.
"""

import uuid

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.raw_tables import attach_partition, create_partition
from warehouse.connection import Warehouse

_DELIVERY = """
insert into control.delivery (layout, submitter, period, layout_version, date_format, sha256, file_name, status)
values (%s, 'state', %s, %s, %s, %s, 'file', 'accepted') returning delivery_id
"""
_COUNTS = """
update control.delivery set row_count = %(rows)s, accepted_count = %(rows)s, quarantined_count = 0, rejected_count = 0
where delivery_id = %(delivery)s
"""
_STUDENTS = """
insert into raw.k12__student
    (delivery_id, row_number, school_year, student_id_state, first_name, last_name, birthdate, ssn)
select %(delivery)s, n, '2019', n::text, 'A' || n, 'B' || n, 1998 + n %% 6 || '-03-01', lpad(n::text, 9, '2')
from generate_series(1, %(people)s) as n
"""
# Three of four people have wages in a quarter, every tenth of them of two employers, one of a hundred the same of both.
# Every fiftieth has the name spelled in another way for a quarter.
_WAGES = """
insert into raw.ui__wage
    (delivery_id, row_number, ssn, last_name, first_name, total_gross_wages, employer_account_id, reporting_unit_id,
    reporting_period)
select %(delivery)s, row_number() over (), lpad(n::text, 9, '2'),
    'B' || n || case when n %% 50 = %(quarter)s %% 50 then 'x' else '' end, 'A' || n,
    (3000 + n %% 5000 + case when n %% 100 = 0 then 0 else job * 700 end)::text,
    'E' || (n * 7 + %(quarter)s / 9 + job * 13) %% (%(people)s / 20), 'U',
    to_char(make_date(%(quarter)s / 4, %(quarter)s %% 4 * 3 + 3, 1), 'MMYYYY')
from generate_series(1, %(people)s) as n cross join generate_series(0, 1) as job
where (n + %(quarter)s) %% 4 > 0 and (job = 0 or n %% 10 = 0)
"""
_RUN = "insert into control.linkage_run (status) select 'live' where not exists (select from control.linkage_run)"
_LINKS = """
insert into identity.membership (linkage_run_id, record_id, person_id)
select run.linkage_run_id, record.record_id, md5(ltrim(split_part(source_key, '|', 1), '2'))::uuid
from identity.source_record as record cross join control.linkage_run as run
where not exists (select from identity.membership as known where known.record_id = record.record_id)
"""


def deliver_students(warehouse: Warehouse, people: int) -> None:
    """One school year of all people."""
    _deliver(warehouse, "k12/student", "2019", _STUDENTS, people=people)


def deliver_wages(warehouse: Warehouse, people: int, quarter: int) -> None:
    """One quarter's wages."""
    period = f"{quarter // 4}Q{quarter % 4 + 1}"
    _deliver(warehouse, "ui/wage", period, _WAGES, people=people, quarter=quarter)


def link(warehouse: Warehouse) -> None:
    """Give each record that nobody has to its person."""
    with warehouse.connect() as connection:
        connection.execute(_RUN)
        connection.execute(_LINKS)
        connection.execute("analyze identity.membership")


def _deliver(warehouse: Warehouse, key: str, period: str, rows: str, **values: int) -> None:
    layout = load_catalogue().layouts[key]
    version = layout.version_for(period)
    told = [key, period, version, layout.versions[version].date_format, uuid.uuid4().hex]
    with warehouse.connect() as connection:
        (delivery,) = connection.execute(_DELIVERY, told).fetchone() or (0,)
        create_partition(connection, layout, delivery)
        attach_partition(connection, layout, delivery)
        count = connection.execute(rows, {"delivery": delivery, **values}).rowcount  # type: ignore[call-overload]
        connection.execute(_COUNTS, {"delivery": delivery, "rows": count})
        connection.execute(
            sql.SQL("analyze {}").format(sql.Identifier("raw", f"{layout.table}__d{delivery}"))
        )
