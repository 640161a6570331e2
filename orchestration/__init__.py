"""Dagster wiring and the `p20w` command. No data logic; the only importer of dagster."""
