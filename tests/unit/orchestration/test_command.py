import errno
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.cli import COMMANDS, main, p20w
from orchestration.failures import sentence
from warehouse.errors import P20WError

PROGRAM = str(Path(sys.executable).with_name("p20w"))


def test_every_named_subcommand_exists_and_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            p20w([name, "--help"])
        assert ended.value.code == 0
        assert name in capsys.readouterr().out


def test_help_imports_none_of_the_heavy_libraries() -> None:
    heavy = "{'dagster', 'dbt', 'great_expectations', 'splink', 'duckdb', 'pandas', 'sqlalchemy', 'pyarrow', 'numpy'}"
    code = (
        "import sys\nfrom orchestration.cli import p20w\n"
        "try:\n    p20w(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr.strip() == "[]"


def test_an_unknown_subcommand_exits_with_two_and_names_it() -> None:
    result = subprocess.run([PROGRAM, "lode"], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "lode" in result.stderr


def test_a_failure_is_one_sentence_without_a_traceback(tmp_path: Path) -> None:
    environment = {"P20W_HOME": str(tmp_path), "P20W_DATABASE_URL": "postgresql://nobody:x@127.0.0.1:9/none"}
    started = time.monotonic()
    result = subprocess.run([PROGRAM, "status"], capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("p20w: ")
    assert time.monotonic() - started < 60


def test_the_trace_of_a_failure_is_shown_when_asked_for(tmp_path: Path) -> None:
    environment = {"P20W_HOME": str(tmp_path), "P20W_DATABASE_URL": "postgresql://nobody:x@127.0.0.1:9/none"}
    command = [PROGRAM, "--traceback", "status"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_an_unforeseen_error_is_told_by_its_kind_only() -> None:
    assert "123-45-6789" not in sentence(ValueError("SSN 123-45-6789 is odd"))


def test_a_full_disk_says_what_to_do() -> None:
    assert "P20W_HOME" in sentence(OSError(errno.ENOSPC, "No space left on device"))


def test_the_product_s_own_error_is_found_behind_what_wraps_it() -> None:
    try:
        try:
            raise P20WError("The file ends early.", "Ask for it again.")
        except P20WError as inner:
            raise RuntimeError("step failed") from inner
    except RuntimeError as outer:
        assert sentence(outer) == str(P20WError("The file ends early.", "Ask for it again."))


def test_main_exits_with_one_when_a_file_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P20W_DATABASE_URL", "postgresql://nobody:x@127.0.0.1:9/none")
    monkeypatch.setenv("P20W_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["load", str(tmp_path / "absent.csv")])
    assert ended.value.code == 1
