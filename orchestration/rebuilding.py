"""Whether dbt must build its tables anew from nothing: tables that are built on know what was delivered, not by which rules.

How a table is built on belongs to `dbt_project/macros`: `increments.sql` and `staging/delivery_increments.sql`.
"""

import hashlib
import json
from importlib import metadata

from psycopg import sql

from orchestration.manifest import fingerprint
from warehouse.connection import Warehouse
from warehouse.state import load_state

_RULES = "rules"
#: Where the tables of a step note what they were made from, and what stands there in place of a key.
_NOTES: dict[str, tuple[str, dict[str, int | str]]] = {
    "staging_and_identity": ("staging.staged_from", {"delivery_id": 0}),
    "core_and_indicators": (
        "core.built_from",
        {"quarter_index": 0, "person_id": "00000000-0000-0000-0000-000000000000"},
    ),
}


def rules() -> str:
    """SHA-256 over the models, the state's choices and the version of the code."""
    told = json.dumps([fingerprint(), load_state().model_dump(mode="json"), metadata.version("p20w")])
    return hashlib.sha256(told.encode()).hexdigest()


def is_due(warehouse: Warehouse, step: str, rules: str) -> bool:
    """Whether a step last built its tables by other rules; not where none was built yet."""
    notes, _ = _NOTES[step]
    if not _are_kept(warehouse, notes):
        return False
    noted = f"select digest from {notes} where relation_name = %s"
    return bool(warehouse.fetch_value(noted, (_RULES,)) != rules)


def note(warehouse: Warehouse, step: str, rules: str) -> None:
    """Note that all tables of a step have been built by these rules."""
    notes, keys = _NOTES[step]
    if not _are_kept(warehouse, notes):
        return
    row: dict[str, int | str] = {"relation_name": _RULES, **keys, "digest": rules}
    schema, table = notes.split(".")
    with warehouse.connect() as connection:
        connection.execute(f"delete from {notes} where relation_name = %s".encode(), [_RULES])
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(schema, table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(map(sql.Placeholder, row)),
            ),
            row,
        )


def forget(warehouse: Warehouse) -> None:
    """Let the next run build all tables anew: what is taken out of a table stands in its file until the space is used again."""
    for notes, _ in _NOTES.values():
        if _are_kept(warehouse, notes):
            warehouse.execute(f"delete from {notes} where relation_name = %s", (_RULES,))


def _are_kept(warehouse: Warehouse, notes: str) -> bool:
    return bool(warehouse.fetch_value("select to_regclass(%s) is not null", (notes,)))
