"""The whole way on each PostgreSQL that the machine has, through its own binaries."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.demonstration import (
    Demonstration,
    check_canary,
    check_indicators,
    check_linkage,
    check_rows,
    demonstrated,
)
from warehouse.home import Home

INSTALLED = sorted(str(path.parent) for path in Path("/usr/lib/postgresql").glob("*/bin/postgres"))


@pytest.fixture(scope="module", params=INSTALLED, ids=lambda p: f"PostgreSQL {Path(p).parent.name}")
def demonstration(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    with demonstrated(Home(tmp_path_factory.mktemp("home")), P20W_POSTGRES_BIN=request.param) as made:
        yield made


def test_rows_links_and_indicators_are_what_the_embedded_server_gives(demonstration: Demonstration) -> None:
    check_rows(demonstration)
    check_linkage(demonstration)
    check_indicators(demonstration)


def test_the_planted_person_is_where_identifiers_belong_and_nowhere_else(
    demonstration: Demonstration,
) -> None:
    check_canary(demonstration)


def test_the_examination_finds_the_installation_sound(demonstration: Demonstration) -> None:
    result = demonstration.run("doctor")
    assert result.returncode == 0, result.stdout
