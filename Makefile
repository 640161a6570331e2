# A fresh machine needs Python 3.11, 3.12 or 3.13 and make. Every target sets up what it needs.
SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The first interpreter that answers with a supported version; PYTHON=... overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 && echo $$p && break; done)
LEARNERS ?= 5000
export GX_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1
# Packages are installed without bytecode: a shell that forbids to write it would have every process compile dbt and Dagster anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo serve test test-fast test-spark lint format bench bench-peer lock wheel clean

help:
	@echo "make demo       a synthetic state through the whole warehouse (LEARNERS=5000)"
	@echo "make serve      Dagster's pages and the published site, on localhost"
	@echo "make test       every test; make test-fast: those without a database; make test-spark: a cluster on this machine"
	@echo "make lint       style, types, SQL, YAML; make format: mend what can be mended"
	@echo "make bench      measures, as ratios, into the home folder's bench.json; make bench-peer: against recordlinkage"
	@echo "make setup      the virtual environment alone; make lock: renew requirements.lock"

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "p20w needs Python 3.11, 3.12 or 3.13 with venv: install one (on Debian: python3 and python3-venv) or name it with PYTHON=..." >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@# Bytecode is written when a module is first imported: most never are, and to compile all took half a minute.
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# dbt's manifest is made ahead: Dagster reads it at start and must not wait for a parse.
MANIFEST := dbt_project/target/manifest.json
DBT_SOURCES := $(shell find dbt_project -type f -not -path 'dbt_project/target/*' -not -path 'dbt_project/logs/*' 2>/dev/null)
$(MANIFEST): $(READY) $(DBT_SOURCES)
	@$(BIN)/python -m orchestration.manifest

setup: $(READY) $(MANIFEST)

demo: setup
	@$(BIN)/p20w demo --learners $(LEARNERS)

serve: setup
	@$(BIN)/p20w serve

test: setup
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests

test-fast: setup
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow" tests/unit

# Spark is some 450 MB and needs Java 17: it lies beside the virtual environment, for this target alone.
SPARK := $(VENV)-spark
$(SPARK)/.ready: $(READY) requirements-spark.lock
	@command -v java >/dev/null 2>&1 || { echo "test-spark needs Java 17 or newer: install it (on Debian: openjdk-17-jre-headless)" >&2; exit 1; }
	@echo "Setting up $(SPARK)"
	@rm -rf $(SPARK)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --target $(SPARK) -r requirements-spark.lock
	@touch $@

test-spark: $(SPARK)/.ready $(MANIFEST)
	@PYTHONPATH=$(abspath $(SPARK)) $(BIN)/python -m pytest -q -rs tests/spark

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/yamllint -s .
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --processes 2 --disable-progress-bar dbt_project/models

bench: setup
	@$(BIN)/python -m tests.bench

# The package recordlinkage needs an older pandas than ours: it has an environment of its own.
PEER := $(VENV)-peer
$(PEER)/.ready: requirements-peer.lock
	@$(PYTHON) -m venv --clear $(PEER)
	@$(PEER)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-peer.lock
	@touch $@

bench-peer: setup $(PEER)/.ready
	@$(BIN)/python -m tests.bench linkage

lock:
	@uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev \
		--custom-compile-command "make lock" --quiet pyproject.toml -o requirements.lock
	@sed -n 's/^spark = \["\(.*\)"\]$$/\1/p' pyproject.toml | uv pip compile --universal --generate-hashes --no-emit-index-url \
		--python-version 3.11 --custom-compile-command "make lock" --quiet - -o requirements-spark.lock
	@echo 'recordlinkage>=0.16,<1' | uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		--custom-compile-command "make lock" --quiet - -o requirements-peer.lock

wheel: setup
	@$(BIN)/python -m hatchling build -t wheel

clean:
	rm -rf $(VENV) $(VENV)-spark $(VENV)-peer dbt_project/target dbt_project/logs dist
