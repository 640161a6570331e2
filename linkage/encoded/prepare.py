"""The parts of a record that encodings are made of, cleaned as everywhere in linkage: both sides must clean alike.

Columns out of person records belong here, and the further descriptions of a person whom the state knows under several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.engine import open_database
from linkage.matching.standardise import standardise
from linkage.records import check_records

if TYPE_CHECKING:
    import pyarrow as pa

_PARTS = """
    p.given, p.family, p.middle, left(p.middle, 1) as middle_initial, p.birth_year, substr(p.dob, 5, 2) as birth_month,
    substr(p.dob, 7, 2) as birth_day, p.dob as birthdate, p.sex, p.zip, left(p.zip, 3) as zip3, p.ssn
"""


def prepare(records: pa.Table) -> pa.Table:
    """Return record_id and the parts of each record, in the order of the records."""
    connection = open_database()
    try:
        standardise(connection, check_records(records))
        connection.register(
            "asked", records.select(["record_id"]).append_column("nr", _numbers(records.num_rows))
        )
        return connection.execute(
            f"""
            select a.record_id, {_PARTS} from asked as a join record as r on r.record_id = a.record_id
            join person as p on p.record = r.record order by a.nr
            """
        ).to_arrow_table()
    finally:
        connection.close()


def prepare_population(records: pa.Table, persons: pa.Table) -> pa.Table:
    """Return every description of every person: record_id, person and the parts.

    A record that lacks a part which another of the same person has gets it, and each former name gives a description of its
    own: the agency holds one description only, and nobody knows which.

    Args:
        records: The standing population's records.
        persons: record_id, person.
    """
    connection = open_database()
    try:
        standardise(connection, check_records(records))
        connection.register("given_person", persons)
        connection.execute(_KNOWN)
        return connection.execute(_DESCRIPTIONS).to_arrow_table()
    finally:
        connection.close()


def _numbers(count: int) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    return pa.array(np.arange(count))


_KNOWN = """
create table known as
select p.*, r.record_id, g.person::varchar as whose from person as p join record as r on r.record = p.record
join given_person as g on g.record_id = r.record_id;
-- The commonest value of each part, the smallest of equals: the same in every run.
create table usual as
select whose, {columns} from known group by whose;
""".format(
    columns=", ".join(
        f"(list_sort(list({part}), 'asc', 'nulls last'))[1] as {part}"
        if part == "middle"
        else f"mode({part} order by {part}) as {part}"
        for part in ("dob", "birth_year", "sex", "zip", "ssn", "middle")
    )
)

_DESCRIPTIONS = f"""
with filled as (
    select k.record_id, k.whose, k.given_all, k.family_all, k.given, k.family, coalesce(k.middle, u.middle) as middle,
        coalesce(k.dob, u.dob) as dob, coalesce(k.birth_year, u.birth_year) as birth_year, coalesce(k.sex, u.sex) as sex,
        coalesce(k.zip, u.zip) as zip, coalesce(k.ssn, u.ssn) as ssn
    from known as k join usual as u on u.whose = k.whose
),
named as (
    select * exclude (given, family), g.name as given, f.name as family from filled,
        unnest(case when len(given_all) = 0 then [given] else given_all end) as g(name),
        unnest(case when len(family_all) = 0 then [family] else family_all end) as f(name)
),
described as (select p.record_id, p.whose as person, {_PARTS} from named as p)
select min(record_id) as record_id, columns(* exclude (record_id)) from described group by all order by person, record_id
"""
