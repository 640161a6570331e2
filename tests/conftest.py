"""A real PostgreSQL for every test that needs one, and a fresh migrated database per module.

No database is mocked. Data belong to the tests that need them.
"""

import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.migration import migrate
from warehouse.server import DATABASE, EmbeddedServer

_TEMPLATE = "p20w_template"
# A test server may lose its data in a power cut; nothing else differs from the product's settings.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def pytest_configure() -> None:
    """Keep the developer's own warehouse out of the tests."""
    for name in list(os.environ):
        if name.startswith("P20W_"):
            del os.environ[name]
    # dbt's own log, which nobody reads here, takes a tenth of its time.
    os.environ["DBT_LOG_LEVEL_FILE"] = "none"


# Files that take longest, longest first: begun last, one of them would keep a single core busy to the end.
_BEGUN_FIRST = (
    "test_demo.py",
    "test_demo_installed_server.py",
    "test_dbt_unit_tests.py",
    "test_delivery_disasters.py",
    "test_attack_suite.py",
    "test_linkage_increment.py",
    "test_fault_matrix.py",
    "test_linkage_gate.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; their tests stay in order."""
    place = {name: number for number, name in enumerate(_BEGUN_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def server_home() -> Iterator[Callable[[], Home]]:
    """Makes home folders that an account without rights can pass through, and removes them at the end."""
    folders: list[Path] = []

    def make() -> Home:
        folder = Path(tempfile.mkdtemp(prefix="p20w-test-"))
        folders.append(folder)
        folder.chmod(0o711)
        return Home(folder / "home")

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(server_home: Callable[[], Home]) -> Iterator[EmbeddedServer]:
    """The packaged PostgreSQL, with a migrated template database; one per worker of pytest-xdist."""
    yield from _serve(EmbeddedServer(server_home(), settings=_FAST))


@pytest.fixture(scope="session")
def older_postgres_server(server_home: Callable[[], Home]) -> Iterator[EmbeddedServer]:
    """PostgreSQL 15, the oldest version that is supported, where the machine has it."""
    binaries = Path("/usr/lib/postgresql/15/bin")
    if not (binaries / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    yield from _serve(EmbeddedServer(server_home(), binaries=binaries, settings=_FAST))


@pytest.fixture(scope="module")
def warehouse(
    postgres_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Warehouse]:
    """A fresh, migrated, empty warehouse with a home folder of its own."""
    yield from _database(postgres_server, tmp_path_factory, _name(request))


@pytest.fixture(scope="module")
def usual_warehouse(
    postgres_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """The same in a database of the usual name, which dbt's parsed project serves as it is."""
    _administer(postgres_server, "drop database if exists {} with (force)", DATABASE)
    yield from _database(postgres_server, tmp_path_factory, DATABASE)


@pytest.fixture
def copy_of(
    postgres_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Warehouse], Warehouse]]:
    """Makes a warehouse that begins as another one stands, files included: a tenth of what making the same again takes."""
    with ExitStack() as copies:

        def copy(original: Warehouse) -> Warehouse:
            # A database that somebody is connected to is not copied.
            original.close()
            name, template = f"copy_{uuid.uuid4().hex[:12]}", original.settings()["dbname"]
            with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
                ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
                connection.execute(ended, [template])
            made = copies.enter_context(
                contextmanager(_database)(postgres_server, tmp_path_factory, name, template)
            )
            shutil.copytree(original.home.root, made.home.root, dirs_exist_ok=True)
            return made

        yield copy


@pytest.fixture(scope="module")
def older_warehouse(
    older_postgres_server: EmbeddedServer,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Warehouse]:
    """The same on PostgreSQL 15."""
    yield from _database(older_postgres_server, tmp_path_factory, _name(request))


def _serve(server: EmbeddedServer) -> Iterator[EmbeddedServer]:
    server.start()
    try:
        _administer(server, "create database {}", _TEMPLATE)
        template = Warehouse(server.home, server.url(_TEMPLATE), is_embedded=True)
        migrate(template)
        template.close()
        yield server
    finally:
        server.remove()


def _name(request: pytest.FixtureRequest) -> str:
    module = request.module.__name__.lower()
    return f"{re.sub(r'[^a-z0-9]+', '_', module)[-30:]}_{uuid.uuid4().hex[:8]}"


def _database(
    server: EmbeddedServer, folders: pytest.TempPathFactory, name: str, template: str = _TEMPLATE
) -> Iterator[Warehouse]:
    _administer(server, f'create database {{}} template "{template}"', name)
    warehouse = Warehouse(Home(folders.mktemp("home")).ensure(), server.url(name), is_embedded=True)
    yield warehouse
    warehouse.close()
    _administer(server, "drop database {} with (force)", name)


def _administer(server: EmbeddedServer, statement: str, name: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
