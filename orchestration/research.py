"""Research extracts as the command makes them: joins `governance` with dbt's graph and descriptions.

Belongs here: what dbt's manifest tells. Must not come here: the extracts themselves (governance.extracts).
"""

from collections.abc import Callable

from governance.extracts.vocabulary import Vocabulary
from orchestration.elements import elements_by_indicator
from orchestration.manifest import load_manifest
from warehouse.connection import Warehouse


def vocabulary(warehouse: Warehouse) -> Vocabulary:
    """Return what a request may name in this warehouse."""
    return Vocabulary(warehouse, elements_by_indicator())


def describer() -> Callable[[str], str]:
    """Return a look-up of dbt's description of a column such as core.dim_person.sex."""
    columns = {
        f"{node['schema']}.{node['name']}.{name}": column["description"]
        for node in load_manifest()["nodes"].values()
        if node["resource_type"] == "model"
        for name, column in node["columns"].items()
    }
    return columns.__getitem__
