"""The rows of an extract before anything is coarsened, in temporary tables of the builder's transaction.

Belongs here: SQL that finds the people and their measures. Must not come here: coarsening (anonymity), files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

from governance.extracts.request import Asked, column_of

if TYPE_CHECKING:
    from psycopg import Connection

MEMBERS = """
    create temporary table extract_member on commit drop as
    select person_id, year from ({group}) as counted
    where year between {first} and {last} and person_id is not null
"""
# A code is random and kept, so that a build that is repeated gives the same person the same code.
_CODES = """
    insert into identity.research_extract_code (project, person_id, person_code)
    select {project}, person_id, 'P' || upper(left(replace(gen_random_uuid()::text, '-', ''), 20))
    from extract_member
    on conflict (project, person_id) do nothing
"""
_ROWS = """
    create temporary table extract_raw on commit drop as
    select {code}, member.year as group_year {values}
    from extract_member as member {codes} {joins}
"""


def find_members(connection: Connection[Any], asked: Asked) -> int:
    """Make the table of the people asked for and return how many they are."""
    connection.execute(
        sql.SQL(MEMBERS).format(
            group=sql.SQL(asked.group.sql),
            first=asked.request.period.first,
            last=asked.request.period.last,
        )
    )
    connection.execute("create unique index on extract_member (person_id)")
    connection.execute("analyze extract_member")
    row = connection.execute("select count(*) from extract_member").fetchone()
    return int(row[0]) if row else 0


def give_codes(connection: Connection[Any], project: str) -> None:
    """Give everybody who has none yet a code of the project."""
    connection.execute(sql.SQL(_CODES).format(project=project))


def find_rows(connection: Connection[Any], asked: Asked, *, with_codes: bool) -> None:
    """Make the table of values, one row per person; with_codes only once the codes are given."""
    values, joins = [], []
    for term in asked.measures:
        name, alias = sql.Identifier(column_of(term)), sql.Identifier(f"m_{column_of(term)}")
        values.append(sql.SQL(", {}.value as {}").format(alias, name))
        if " as coarser" in term.sql:
            values.append(
                sql.SQL(", {}.coarser as {}").format(alias, sql.Identifier(f"{column_of(term)}__coarser"))
            )
        joins.append(
            sql.SQL("left join ({}) as {alias} on {alias}.person_id = member.person_id").format(
                sql.SQL(term.sql), alias=alias
            )
        )
    codes = sql.SQL(
        "inner join identity.research_extract_code as known"
        " on known.person_id = member.person_id and known.project = {}"
    ).format(asked.request.project)
    connection.execute(
        sql.SQL(_ROWS).format(
            code=sql.SQL("known.person_code" if with_codes else "cast(null as text) as person_code"),
            values=sql.SQL("").join(values),
            codes=codes if with_codes else sql.SQL(""),
            joins=sql.SQL(" ").join(joins),
        )
    )
    connection.execute("analyze extract_raw")
