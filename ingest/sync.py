"""The catalogue and the state's code maps brought into the database: raw tables, codes, local codes.

Belongs here: making the database agree with the files of the contract. Must not come here: delivered data.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from ingest.catalogue import Catalogue, CodeSet, load_catalogue
from ingest.raw_tables import ensure_raw_table, lock
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.movement import copy_stream
from warehouse.state import State
from warehouse.state_sections.senders import FIRST_YEAR, LAST_YEAR, Submitter


@dataclass(frozen=True)
class SyncSummary:
    """What had to be changed; all empty when the database agreed already."""

    made: list[str] = field(default_factory=list)
    code_changes: int = 0
    code_map_changes: int = 0

    @property
    def has_changes(self) -> bool:
        """Whether anything was changed."""
        return bool(self.made or self.code_changes or self.code_map_changes)


def sync_catalogue(warehouse: Warehouse, state: State, catalogue: Catalogue | None = None) -> SyncSummary:
    """Make the raw tables, codes and code maps agree with the catalogue and the state; safe to repeat."""
    catalogue = catalogue or load_catalogue()
    codes = list(_codes(catalogue))
    code_maps = list(_code_maps(catalogue, state))
    # Raw tables belong to the loader, whoever asks for them.
    with warehouse.under("loader").connect() as connection:
        lock(connection, "catalogue")
        made = [
            name for layout in catalogue.layouts.values() for name in ensure_raw_table(connection, layout)
        ]
        return SyncSummary(
            made,
            _replace(connection, "code", ["code_set", "code"], ["label"], codes),
            _replace(
                connection,
                "code_map",
                ["code_set", "submitter", "local_code", "first_year"],
                ["last_year", "standard_code"],
                code_maps,
            ),
        )


def _codes(catalogue: Catalogue) -> Iterator[tuple[str | int, ...]]:
    for code_set in catalogue.code_sets.values():
        for code, label in code_set.codes.items():
            yield code_set.name, code, label


def _code_maps(catalogue: Catalogue, state: State) -> Iterator[tuple[str | int, ...]]:
    """Yield code set, submitter, local code, years and standard code, for every code set a submitter's layouts use."""
    for name, submitter in state.submitters.items():
        for key, variant in submitter.variants.items():
            catalogue.layout(key).versions_of(variant)
        used = catalogue.code_sets_of(submitter.layouts)
        if unused := sorted(set(submitter.code_maps) - set(used)):
            raise P20WError(
                f"Submitter {name} maps code set {unused[0]}, which none of its layouts uses.",
                f"Its code sets are: {', '.join(used)}. Correct code_maps in the state file.",
            )
        for code_set in used:
            for local, first, last, standard in _code_map(catalogue.code_sets[code_set], name, submitter):
                yield code_set, name, local, first, last, standard


def _code_map(code_set: CodeSet, name: str, submitter: Submitter) -> Iterator[tuple[str, int, int, str]]:
    """Yield local code, years and standard code; a standard code counts only in its own years."""
    maps = submitter.code_map(code_set.name)
    for first, last, mapped in maps or [(FIRST_YEAR, LAST_YEAR, {code: code for code in code_set.codes})]:
        for local, standard in mapped.items():
            if standard not in code_set.codes:
                raise P20WError(
                    f"Submitter {name} maps to {standard!r}, which is no code of {code_set.name}.",
                    f"Correct code_maps in the state file, or add the code to code_sets/{code_set.name}.yml.",
                )
            begins, ends = code_set.years_of(standard)
            if max(first, begins) <= min(last, ends):
                yield local, max(first, begins), min(last, ends), standard


def _replace(
    connection: psycopg.Connection[Any],
    table: str,
    key: list[str],
    values: list[str],
    rows: Iterable[tuple[str | int, ...]],
) -> int:
    """Make a control table hold exactly these rows; return how many had to change."""
    names = {
        "table": sql.Identifier("control", table),
        "wanted": sql.Identifier("pg_temp", f"wanted_{table}"),
        "new": sql.Identifier(f"wanted_{table}"),
        "changes": sql.SQL(", ").join(
            sql.SQL("{name} = excluded.{name}").format(name=sql.Identifier(value)) for value in values
        ),
        "old": sql.SQL(", ").join(sql.Identifier("old", value) for value in values),
        "excluded": sql.SQL(", ").join(sql.Identifier("excluded", value) for value in values),
        "columns": sql.SQL(", ").join(map(sql.Identifier, [*key, *values])),
        "key": sql.SQL(", ").join(map(sql.Identifier, key)),
        "same": sql.SQL(" and ").join(
            sql.SQL("old.{name} = wanted.{name}").format(name=sql.Identifier(column)) for column in key
        ),
    }
    connection.execute(
        sql.SQL("create temp table {new} on commit drop as select {columns} from {table} limit 0").format(
            **names
        )
    )
    copy_stream(
        connection,
        _as_csv(rows),
        sql.SQL("copy {wanted} ({columns}) from stdin (format csv)").format(**names),
    )
    removed = connection.execute(
        sql.SQL("delete from {table} old where not exists (select from {wanted} wanted where {same})").format(
            **names
        )
    ).rowcount
    written = connection.execute(
        sql.SQL(
            "insert into {table} as old ({columns}) select {columns} from {wanted}"
            " on conflict ({key}) do update set {changes} where ({old}) is distinct from ({excluded})"
        ).format(**names)
    ).rowcount
    return removed + written


def _as_csv(rows: Iterable[tuple[str | int, ...]]) -> Iterator[bytes]:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    yield text.getvalue().encode()
