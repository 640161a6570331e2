#!/bin/sh
# Dagster's runs live in a database of their own, apart from the warehouse.
set -eu
createdb --username "$POSTGRES_USER" "$DAGSTER_DB"
