import os
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.errors import P20WError
from warehouse.home import Home, make_private


def test_the_environment_names_the_home_and_the_default_is_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.from_environment({"P20W_HOME": "/srv/p20w"}).root == Path("/srv/p20w")
    assert Home.from_environment({}).root == tmp_path / ".p20w"
    assert Home.from_environment({"P20W_HOME": ""}).root == tmp_path / ".p20w"


def test_every_folder_is_made_below_the_root_and_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").ensure()
    for name in ("archive", "incoming", "models", "reports", "site", "dagster", "dbt", "logs", "tmp"):
        folder = getattr(home, name)
        assert folder.is_dir() and folder.parent == home.root
        assert folder.stat().st_mode & 0o777 == 0o700
    # Nobody but root lets others pass through, and then without a look inside.
    assert home.root.stat().st_mode & 0o777 == (0o711 if os.geteuid() == 0 else 0o700)


def test_an_existing_folder_keeps_its_permissions(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o750)
    make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o750


def test_a_home_that_cannot_be_made_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file is in the way")
    with pytest.raises(P20WError, match=r"/home cannot be used: ") as caught:
        Home(tmp_path / "home").ensure()
    assert "P20W_HOME" in caught.value.hint


def test_a_light_command_loads_no_heavy_library() -> None:
    program = (
        "import sys, warehouse.connection, warehouse.server, warehouse.state, warehouse.movement; "
        "print([name for name in ('sqlalchemy', 'alembic', 'pyarrow', 'pandas') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
