"""dbt models as assets: two steps, before and after linkage, with dbt's tests as asset checks.

Models, tests and their logic belong to `dbt_project`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from psycopg import sql

from orchestration import meter, parse_ahead, rebuilding
from orchestration.manifest import load_manifest
from orchestration.resources import WarehouseDbt, WarehouseResource
from warehouse.connection import Warehouse

BEFORE_LINKAGE = "fqn:p20w.staging fqn:p20w.identity"
AFTER_LINKAGE = "resource_type:seed fqn:p20w.core fqn:p20w.indicators fqn:p20w.marts"
# Unit tests prove the code, not the data: the test suite runs them.
# A data test runs in the step after which all its parents stand.
BUILD = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable"]


class SchemaTranslator(DagsterDbtTranslator):
    """Asset key = [schema, relation], exactly as in PostgreSQL; the group is the schema."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The relation's own address."""
        relation = dbt_resource_props.get("identifier") or dbt_resource_props.get("alias")
        return dg.AssetKey([dbt_resource_props["schema"], relation or dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """One group per schema."""
        return str(dbt_resource_props["schema"])


def transformation_assets() -> list[dg.AssetsDefinition]:
    """Staging and the identity vault; then core, indicators and marts."""
    manifest = load_manifest()
    return [
        _dbt_step("staging_and_identity", BEFORE_LINKAGE, manifest, role="steward"),
        _dbt_step("core_and_indicators", AFTER_LINKAGE, manifest, role="transformer"),
    ]


def _dbt_step(name: str, select: str, manifest: dict[str, Any], role: str) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=manifest,
        select=select,
        name=name,
        dagster_dbt_translator=SchemaTranslator(),
        pool="warehouse_write",
    )
    def _build(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource, dbt: WarehouseDbt
    ) -> Iterator[Any]:
        opened = warehouse.open().under(role)
        dbt.prepare(opened)
        with meter.current.step(f"dbt/{name}"):
            parse_ahead.wait(opened)
            rules = rebuilding.rules()
            whole = ["--full-refresh"] if rebuilding.is_due(opened, name, rules) else []
            invocation = dbt.cli([*BUILD, *whole], context=context)
            # Not dagster-dbt's own row counts: it waits for them in a loop that keeps a core from dbt and PostgreSQL.
            for event in invocation.stream():
                yield _with_row_count(event, opened, manifest)
            if not context.is_subset:
                rebuilding.note(opened, name, rules)
        parse_ahead.keep(invocation.target_path, opened)

    return _build


def _with_row_count(event: Any, warehouse: Warehouse, manifest: dict[str, Any]) -> Any:
    """The event that a table was built, with the table's row count; any other event as it is."""
    if not isinstance(event, dg.Output):
        return event
    name = event.metadata["unique_id"].value
    node = manifest["nodes"][name]
    if node["config"]["materialized"] == "view":
        return event
    address = sql.Identifier(node["schema"], node["alias"])
    rows = warehouse.fetch_value(sql.SQL("select count(*) from {}").format(address))
    return event.with_metadata({**event.metadata, "dagster/row_count": rows})
