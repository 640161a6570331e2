"""What a source's records can be: attached to persons as wages are, one per person, or several of a person.

The warehouse's own sources are known by name; those of any other file show it in their records.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from linkage.records import DUPLICATE_FREE_SOURCES, SINGLE_RECORD_INSTITUTIONS, WAGE_SOURCES

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

logger = logging.getLogger(__name__)

# Namesakes born on one day are rarer than this in any source; people entered twice are commoner.
_TWICE_SHARE = 0.002


def make_roles(
    connection: duckdb.DuckDBPyConnection,
    single_record_sources: Collection[str] | None,
    *,
    people: str = "person",
) -> None:
    """Make `wage_source(source)` and `single_source(source, by_institution)` from the cleaned records in `people`."""
    connection.execute(
        f"""
        create or replace table source_fact as
        select source, count(*) as n, count(birth_year) as born, count(ssn) as numbered from {people} group by source;
        create or replace table wage_source as
        select source from source_fact where source in ({_quoted(WAGE_SOURCES)})
            or (source not in ({_quoted((*DUPLICATE_FREE_SOURCES, SINGLE_RECORD_INSTITUTIONS))})
                and born = 0 and numbered * 2 >= n and exists (from source_fact where born > 0));
        """
    )
    known = _quoted((*DUPLICATE_FREE_SOURCES, SINGLE_RECORD_INSTITUTIONS))
    is_single = f"source in ({known}) or ({_SELDOM_TWICE.format(people=people, known=known)})"
    if single_record_sources is not None:
        is_single = f"source in ({_quoted(single_record_sources)})"
    connection.execute(
        f"""
        create or replace table single_source as
        select source, source = '{SINGLE_RECORD_INSTITUTIONS}' as by_institution from source_fact
        where source not in (select source from wage_source) and ({is_single})
        """
    )
    logger.info(
        "sources that hold a person once: %s; attached as wages: %s",
        *(
            ", ".join(
                row[0] for row in connection.execute(f"select source from {table} order by 1").fetchall()
            )
            or "none"
            for table in ("single_source", "wage_source")
        ),
    )


# A file of one source is given to find who is in it twice.
_SELDOM_TWICE = f"""
(select count(*) from source_fact) > 1 and source not in (
    select source from (
        select source, sum(times) as twice from (
            select source, count(*) as times from {{people}}
            where source not in ({{known}}) and given is not null and family is not null and birth_year is not null
            group by source, given, family, coalesce(dob, birth_year || coalesce(zip, '')), middle having count(*) > 1
        ) as repeated group by source
    ) as found join source_fact using (source) where twice > {_TWICE_SHARE} * n
)
"""


def _quoted(names: Collection[str]) -> str:
    return ", ".join("'" + name.replace("'", "''") + "'" for name in names) or "null"
