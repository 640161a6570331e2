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

from ingest.catalogue import Catalogue, load_catalogue
from ingest.raw_tables import ensure_raw_table, lock
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.movement import copy_stream
from warehouse.state import State, Submitter


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
    with warehouse.connect() as connection:
        lock(connection, "catalogue")
        made = [
            name for layout in catalogue.layouts.values() for name in ensure_raw_table(connection, layout)
        ]
        return SyncSummary(
            made,
            _replace(connection, "code", ["code_set", "code"], "label", codes),
            _replace(
                connection, "code_map", ["code_set", "submitter", "local_code"], "standard_code", code_maps
            ),
        )


def _codes(catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    for code_set in catalogue.code_sets.values():
        for code, label in code_set.codes.items():
            yield code_set.name, code, label


def _code_maps(catalogue: Catalogue, state: State) -> Iterator[tuple[str, ...]]:
    """Yield code set, submitter, local code, standard code, for every code set a submitter's layouts use."""
    for name, submitter in state.submitters.items():
        used = catalogue.code_sets_of(submitter.layouts)
        if unused := sorted(set(submitter.code_maps) - set(used)):
            raise P20WError(
                f"Submitter {name} maps code set {unused[0]}, which none of its layouts uses.",
                f"Its code sets are: {', '.join(used)}. Correct code_maps in the state file.",
            )
        for code_set in used:
            for local, standard in _code_map(catalogue, name, submitter, code_set).items():
                yield code_set, name, local, standard


def _code_map(catalogue: Catalogue, name: str, submitter: Submitter, code_set: str) -> dict[str, str]:
    codes = catalogue.code_sets[code_set].codes
    mapped = submitter.code_maps.get(code_set)
    if mapped is None:
        return {code: code for code in codes}
    if unknown := [standard for standard in mapped.values() if standard not in codes]:
        raise P20WError(
            f"Submitter {name} maps to {unknown[0]!r}, which is no code of {code_set}.",
            f"Correct code_maps in the state file, or add the code to code_sets/{code_set}.yml.",
        )
    return dict(mapped)


def _replace(
    connection: psycopg.Connection[Any],
    table: str,
    key: list[str],
    value: str,
    rows: Iterable[tuple[str, ...]],
) -> int:
    """Make a control table hold exactly these rows; return how many had to change."""
    names = {
        "table": sql.Identifier("control", table),
        "wanted": sql.Identifier("pg_temp", f"wanted_{table}"),
        "new": sql.Identifier(f"wanted_{table}"),
        "value": sql.Identifier(value),
        "columns": sql.SQL(", ").join(map(sql.Identifier, [*key, value])),
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
            " on conflict ({key}) do update set {value} = excluded.{value}"
            " where old.{value} is distinct from excluded.{value}"
        ).format(**names)
    ).rowcount
    return removed + written


def _as_csv(rows: Iterable[tuple[str, ...]]) -> Iterator[bytes]:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    yield text.getvalue().encode()
