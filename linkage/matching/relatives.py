"""Whether people who look alike are among the records: twins, and parents whose name a child bears.

A source that holds each person once shows it: two of its records with one surname and birth date and two given names are two
people. Where families are, such pairs are left to a person (`predict`). A file of single persons has none, and there the same
difference is a slip of the pen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_FEWEST_RECORDS = 1_000
"""Of fewer records the absence of look-alikes says nothing."""

_FEWEST_SHARE = 0.001
"""About one birth in sixty is a twin's; chance makes two such records in ten thousand."""


def look_for_relatives(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `relatives(are_here)` from `node`."""
    connection.execute(
        f"""
        create or replace table relatives as
        with certain as (
            select slot, family, dob, given, given_all, roots from node
            where slot is not null and family is not null and dob is not null and given is not null
        ),
        alike as (
            select count(*) as n from certain as l join certain as r
            on l.slot = r.slot and l.family = r.family and l.dob = r.dob and l.given < r.given
            and not p_given_agrees(l.given_all, l.roots, l.given, r.given_all, r.roots, r.given)
        )
        select (select count(*) from certain) < {_FEWEST_RECORDS}
            or (select n from alike) >= {_FEWEST_SHARE} * (select count(*) from certain) as are_here
        """
    )
