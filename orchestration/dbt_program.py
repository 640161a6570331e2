"""The program `p20w-dbt`: dbt on the project as `make setup` parsed it, with dbt's own options and words.

dbt keeps a parsed project for one connection and parses anew for any other, which took a fifth of a small demonstration. What
is parsed depends on the connection by the database's name alone; where that is another one, dbt parses.
"""

import os
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from orchestration.manifest import is_current, load_manifest, manifest_path, project_dir

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PARSED = "partial_parse.msgpack"


def main() -> None:
    """Run dbt with the arguments of the command line; end with dbt's exit code."""
    if sys.argv[1:] == ["--version"]:
        # Dagster asks before it runs dbt; dbt itself would first load all of its code.
        sys.stdout.write(f"dbt {metadata.version('dbt-core')}\n")
        return
    _act()
    sys.exit(_run(sys.argv[1:]))


def _act() -> None:
    """Let every connection act as the step's role: by libpq's option, since dbt parses anew for a role of its profile."""
    role = os.environ.get("P20W_DB_ROLE")
    if role:
        os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} -c role={role}".strip()


def serves(database: str) -> bool:
    """Whether the parsed project that was shipped serves a database of this name, so that nobody has to parse."""
    path = manifest_path().with_name(PARSED)
    if not (path.exists() and is_current()):
        return False
    project = load_manifest()
    nodes = project["nodes"].values()
    return (
        project["metadata"]["dbt_version"] == metadata.version("dbt-core")
        and {node["database"] for node in nodes} == {database}
        # Seeds are read from where they lay when they were parsed.
        and {node["root_path"] for node in nodes if node.get("root_path")} == {os.fspath(project_dir())}
    )


def _run(arguments: list[str]) -> int:
    from dbt.cli.main import dbtRunner

    result = dbtRunner(manifest=parsed()).invoke(arguments)
    if result.exception is not None:
        sys.stderr.write(f"{result.exception}\n")
        return 2
    return 0 if result.success else 1


def parsed() -> "Manifest | None":
    """The project that was parsed before, where it serves the database of the environment."""
    if not serves(os.environ.get("P20W_DB_NAME", "p20w")):
        return None
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack(manifest_path().with_name(PARSED).read_bytes())
    manifest.build_flat_graph()
    return manifest


if __name__ == "__main__":
    main()
