"""The foreign keys that the models declare, and those of them that the database lacks.

Belongs here: the comparison. Must not come here: adding them, which is the end of each dbt run (macro core_foreign_keys).
"""

import json
from functools import cache

from orchestration.manifest import load_manifest
from warehouse.connection import Warehouse

_MISSING = """
    select declared.relation || ' (' || declared.key_name || ')'
    from json_to_recordset(%s) as declared (relation text, key_name text, parent text)
    where to_regclass(declared.relation) is not null and to_regclass(declared.parent) is not null
        and not exists (select from pg_constraint as key
            where key.conrelid = to_regclass(declared.relation) and key.confrelid = to_regclass(declared.parent)
                and key.conname = declared.key_name and key.convalidated)
    order by 1
"""


@cache
def declared_foreign_keys() -> tuple[dict[str, str], ...]:
    """Return each declared key by its relation, name and the relation that it points at."""
    return tuple(
        {
            "relation": f"{node['schema']}.{node['alias']}",
            "key_name": "_".join(constraint["columns"]) + "_fkey",
            "parent": constraint["expression"].split(" ")[0],
        }
        for node in load_manifest()["nodes"].values()
        for constraint in node.get("constraints", ())
        if constraint["type"] == "foreign_key"
    )


def missing_foreign_keys(warehouse: Warehouse) -> list[str]:
    """Return the declared keys that do not stand, of tables that do; a run that is under way has taken some away."""
    rows = warehouse.fetch_all(_MISSING, (json.dumps(declared_foreign_keys()),))
    return [name for (name,) in rows]
