"""The folder that holds everything a warehouse owns on disk.

Only paths and their permissions belong here; what the folders hold is their owners' business.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import P20WError

_DEFAULT = Path(".p20w")


@dataclass(frozen=True)
class Home:
    """The paths under one `P20W_HOME`; `ensure` makes them."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).expanduser().absolute())

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Home":
        """The home that `P20W_HOME` names, else `.p20w` in the working directory."""
        values = os.environ if environment is None else environment
        return cls(Path(values.get("P20W_HOME") or _DEFAULT))

    @property
    def server(self) -> Path:
        """The embedded server's data and password."""
        return self.root / "server"

    @property
    def run(self) -> Path:
        """The embedded server's socket."""
        return self.root / "run"

    @property
    def archive(self) -> Path:
        """Every delivered file, by its SHA-256."""
        return self.root / "archive"

    @property
    def incoming(self) -> Path:
        """Where submitters' files wait, one folder per submitter."""
        return self.root / "incoming"

    @property
    def models(self) -> Path:
        """Trained linkage models."""
        return self.root / "models"

    @property
    def linkage(self) -> Path:
        """What the live linkage run leaves to the next one: names and social security numbers."""
        return self.root / "linkage"

    @property
    def ledger(self) -> Path:
        """The ends of the database's logs, noted outside of the database."""
        return self.root / "ledger"

    @property
    def reports(self) -> Path:
        """Reports that are not for the public."""
        return self.root / "reports"

    @property
    def agency_reports(self) -> Path:
        """What goes back to those who send, one folder per submitter."""
        return self.reports / "agencies"

    @property
    def extracts(self) -> Path:
        """Research extracts, one folder per project, until they are destroyed."""
        return self.root / "extracts"

    @property
    def site(self) -> Path:
        """The published site."""
        return self.root / "site"

    @property
    def dagster(self) -> Path:
        """Dagster's instance."""
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        """What dbt writes while it runs."""
        return self.root / "dbt"

    @property
    def logs(self) -> Path:
        """Logs, the embedded server's among them."""
        return self.root / "logs"

    @property
    def tmp(self) -> Path:
        """Files that nobody needs after the step that made them."""
        return self.root / "tmp"

    def ensure(self) -> "Home":
        """Make every folder, readable by its owner only; existing folders keep their permissions."""
        try:
            for folder in (self.root, self.server):
                make_private(folder, pass_through=os.geteuid() == 0)
            for folder in self._folders():
                make_private(folder)
        except OSError as error:
            raise self._unusable(error) from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise self._unusable(PermissionError("not writable"))
        return self

    def _folders(self) -> tuple[Path, ...]:
        return (
            self.archive,
            self.incoming,
            self.models,
            self.linkage,
            self.ledger,
            self.reports,
            self.extracts,
            self.site,
            self.dagster,
            self.dbt,
            self.logs,
            self.tmp,
        )

    def _unusable(self, error: OSError) -> P20WError:
        reason = error.strerror or str(error)
        return P20WError(
            f"The home folder {self.root} cannot be used: {reason}.",
            "Set P20W_HOME to a folder on a disk with space that this account may write.",
        )


def make_private(folder: Path, *, pass_through: bool = False) -> None:
    """Make a folder and its missing parents; only a folder made here gets its permissions set.

    Args:
        folder: The folder to make.
        pass_through: Let other accounts reach a path inside without listing the folder. Root needs it:
            PostgreSQL refuses to run as root, so the server's account must reach its data.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(0o711 if pass_through else 0o700)
