"""What assets are given: the warehouse, the state's choices, dbt; and an IO manager that refuses.

Dependency wiring only; no data logic.
"""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.manifest import dbt_executable, project_dir
from warehouse.connection import Warehouse, open_warehouse
from warehouse.state import State, load_state


class WarehouseResource(dg.ConfigurableResource["WarehouseResource"]):
    """Opens the warehouse when an asset first asks for it, never when definitions load."""

    @cached_property
    def _opened(self) -> Warehouse:
        return open_warehouse()

    def open(self) -> Warehouse:
        """The warehouse that the environment names (P20W_DATABASE_URL, P20W_HOME)."""
        return self._opened

    @cached_property
    def _prepared(self) -> Warehouse:
        from orchestration.intake import prepare

        prepare(self._opened, self.state())
        return self._opened

    def prepared(self) -> Warehouse:
        """The same, with raw tables, codes and rules as the layouts and the state say; looked after once per run."""
        return self._prepared

    def state(self) -> State:
        """The state's choices (P20W_STATE)."""
        return load_state()


class RefusingIOManager(dg.ConfigurableIOManager):
    """Refuses to write: a returned frame would spill identifiers to disk as a pickle."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Accept only assets that return nothing."""
        if obj is not None:
            raise dg.DagsterInvariantViolationError(
                "Assets keep their rows in PostgreSQL and return none of them."
            )

    def load_input(self, context: dg.InputContext) -> Any:
        """Never reached by assets that name their parents as `deps`."""
        raise dg.DagsterInvariantViolationError("Assets read their parents from PostgreSQL.")


class WarehouseDbt(DbtCliResource):
    """dbt on the warehouse of the environment; artefacts stay under the home folder."""

    def prepare(self, warehouse: Warehouse) -> None:
        """Point dbt at the warehouse; dbt reads its connection from the environment alone."""
        os.environ.update(warehouse.dbt_environment())
        # What dbt says goes to Dagster and to the home's log; a file of its own, gone with the step, cost a tenth of dbt's time.
        os.environ.setdefault("DBT_LOG_LEVEL_FILE", "none")

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        """No adapter in this process: only dagster-dbt's own row counts ask one, and to load dbt for it took seconds."""
        return None


def dbt_resource() -> WarehouseDbt:
    """Dbt with the project that this distribution ships."""
    return WarehouseDbt(
        project_dir=os.fspath(project_dir()),
        profiles_dir=os.fspath(project_dir()),
        dbt_executable=dbt_executable("p20w-dbt"),
    )
