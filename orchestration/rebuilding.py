"""Whether dbt must build its tables anew from nothing: tables that are built on know what was delivered, not by which rules.

How a table is built on belongs to `dbt_project/macros/increments.sql`.
"""

import hashlib
import json
from importlib import metadata

from orchestration.manifest import fingerprint
from warehouse.connection import Warehouse
from warehouse.state import load_state

_NOBODY = "00000000-0000-0000-0000-000000000000"
_RULES = "rules"
_KEPT = "select to_regclass('core.built_from') is not null"


def rules() -> str:
    """SHA-256 over the models, the state's choices and the version of the code."""
    told = json.dumps([fingerprint(), load_state().model_dump(mode="json"), metadata.version("p20w")])
    return hashlib.sha256(told.encode()).hexdigest()


def is_due(warehouse: Warehouse, rules: str) -> bool:
    """Whether the tables were last built by other rules; not where none was built yet."""
    if not warehouse.fetch_value(_KEPT):
        return False
    noted = "select digest from core.built_from where relation_name = %s"
    return bool(warehouse.fetch_value(noted, (_RULES,)) != rules)


def note(warehouse: Warehouse, rules: str) -> None:
    """Note that all tables have been built by these rules."""
    if not warehouse.fetch_value(_KEPT):
        return
    with warehouse.connect() as connection:
        connection.execute("delete from core.built_from where relation_name = %s", [_RULES])
        connection.execute(
            "insert into core.built_from (relation_name, quarter_index, person_id, digest) values (%s, 0, %s, %s)",
            [_RULES, _NOBODY, rules],
        )
