"""Persons at stricter confidence levels: who still is one person if only links of at least that probability count.

A level only ever parts persons of the default. The largest part keeps the person id; another part is known by the smallest of
its random record ids, so that the same part has the same id in every run. Pure: tables in, table out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.engine import open_database, scalar

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

LEVELS = (0.95, 0.99, 0.999)
"""Published beside the default threshold; links that people decided or an identifier made hold at every level."""


def members_at_levels(membership: pa.Table, edges: pa.Table, levels: tuple[float, ...] = LEVELS) -> pa.Table:
    """Return threshold, record_id, person_id of every record that is in another person there than by default.

    Args:
        membership: record_id, person_id of the default.
        edges: record_id_l, record_id_r, match_probability: what holds persons together.
        levels: Least probabilities, above the default threshold.
    """
    connection = open_database()
    try:
        connection.register("member", membership)
        connection.register("edge", edges)
        connection.execute("create table found (threshold double, record_id varchar, person_id varchar)")
        for level in levels:
            _part(connection, level)
        return connection.execute("from found order by all").to_arrow_table()
    finally:
        connection.close()


def _part(connection: duckdb.DuckDBPyConnection, level: float) -> None:
    connection.execute(_STRONG.format(level=float(level)))
    # The smallest id spreads along links until nothing moves; persons are small, so this ends soon.
    while scalar(connection, "select count(*) from spread where lower_part < part"):
        connection.execute(_SPREAD)
    connection.execute(_KEEP.format(level=float(level)))


_STRONG = """
create or replace table weak_person as
select distinct m.person_id from edge as e join member as m on m.record_id = e.record_id_l where e.match_probability < {level};
create or replace table part as
select m.record_id, m.person_id, m.record_id as part from member as m semi join weak_person using (person_id);
create or replace table strong as
with kept as (
    select record_id_l as a, record_id_r as b from edge where match_probability is null or match_probability >= {level}
)
select k.a, k.b from kept as k semi join part as p on p.record_id = k.a
union all select k.b, k.a from kept as k semi join part as p on p.record_id = k.b;
create or replace view spread as
select p.record_id, p.part, min(o.part) as lower_part from part as p
join strong as s on s.a = p.record_id join part as o on o.record_id = s.b group by p.record_id, p.part;
"""

_SPREAD = """
create or replace table lowered as select record_id, lower_part from spread where lower_part < part;
update part set part = l.lower_part from lowered as l where l.record_id = part.record_id
"""

_KEEP = """
insert into found
with sized as (select person_id, part, count(*) as n from part group by person_id, part),
ranked as (select *, row_number() over (partition by person_id order by n desc, part) as place from sized)
select {level}, p.record_id, p.part from part as p join ranked as r using (person_id, part) where r.place > 1
"""
