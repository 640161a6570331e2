import pickle

import psycopg
import pytest

from warehouse.errors import DatabaseError, P20WError, redact, redacted, scrub


def test_an_error_reads_as_what_is_wrong_and_what_to_do() -> None:
    assert str(P20WError("The file is empty.", "Send it again.")) == "The file is empty. Send it again."
    assert str(P20WError("The file is empty.")) == "The file is empty."


def test_an_error_keeps_its_parts_on_the_way_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(P20WError("Wrong.", "Mend it.")))  # noqa: S301 - made in this line
    assert (error.message, error.hint, str(error)) == ("Wrong.", "Mend it.", "Wrong. Mend it.")


def test_what_is_not_a_database_error_passes_unchanged() -> None:
    assert redact(KeyError("x")) is None
    with pytest.raises(KeyError), redacted():
        raise KeyError("x")


def test_a_redacted_error_does_not_hang_on_to_the_original() -> None:
    with pytest.raises(DatabaseError) as caught, redacted():
        raise psycopg.errors.UniqueViolation("Key (ssn)=(536-90-4399) already exists.")
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert "536" not in repr(caught.value)
    assert caught.value.sqlstate == "23505"


def test_blocks_within_blocks_redact_once() -> None:
    with pytest.raises(DatabaseError) as caught, redacted(), redacted():
        raise psycopg.errors.DiskFull("no space")
    assert "disk" in caught.value.hint


def test_scrubbing_keeps_the_type_that_libraries_catch() -> None:
    error = psycopg.errors.UniqueViolation("Key (ssn)=(536-90-4399) already exists.")
    scrub(error)
    assert "536" not in str(error)
    assert "23505" in str(error)


@pytest.mark.parametrize(
    ("sqlstate", "is_transient"),
    [
        ("40001", True),
        ("53200", True),
        ("53100", False),
        ("57P01", True),
        (None, True),
        ("23505", False),
        ("42P01", False),
    ],
)
def test_only_what_can_pass_by_itself_is_transient(sqlstate: str | None, is_transient: bool) -> None:
    assert DatabaseError("x", sqlstate=sqlstate).is_transient is is_transient
