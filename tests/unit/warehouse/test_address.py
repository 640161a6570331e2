from pathlib import Path

import psycopg
import pytest

from warehouse.address import database_url, explain_refusal
from warehouse.errors import P20WError


def test_without_an_address_there_is_none() -> None:
    assert database_url({}) is None
    assert database_url({"P20W_DATABASE_URL": ""}) is None


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql://u:p@h/d"),
        ("host=h dbname=d", "host=h dbname=d"),
        ("service=warehouse", "service=warehouse"),
    ],
)
def test_usual_spellings_are_understood(given: str, used: str) -> None:
    assert database_url({"P20W_DATABASE_URL": given}) == used


def test_the_address_can_come_from_a_secret_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://u:p@h/d\n")
    assert database_url({"P20W_DATABASE_URL_FILE": str(secret)}) == "postgresql://u:p@h/d"
    with pytest.raises(P20WError, match="cannot be read"):
        database_url({"P20W_DATABASE_URL_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    "wrong", ["mysql://u:hush@h/d", "nonsense hush", "postgresql://u:hush@h:port/d", "postgresql://h"]
)
def test_what_is_no_address_is_refused_without_repeating_it(wrong: str) -> None:
    with pytest.raises(P20WError, match="is not an address") as caught:
        database_url({"P20W_DATABASE_URL": wrong})
    assert "hush" not in str(caught.value)


def test_a_refusal_in_an_unknown_language_is_still_told_plainly() -> None:
    error = explain_refusal(psycopg.OperationalError("FATAL: acc\u00e8s refus\u00e9 hush"), is_embedded=False)
    assert "refuses the connection" in error.message
    assert "hush" not in str(error)
