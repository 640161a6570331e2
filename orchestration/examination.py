"""What `p20w doctor` looks at, one finding each: home, disk, manifest, database, promises that a query can check."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from governance.agreements.deliveries import uncovered
from governance.agreements.register import agreements
from governance.agreements.reminders import reminders
from governance.extracts.destruction import due
from ingest.archive import Archive
from orchestration.foreign_keys import missing_foreign_keys
from orchestration.manifest import is_current
from warehouse.access.compare import deviations
from warehouse.connection import Warehouse, open_warehouse
from warehouse.errors import P20WError
from warehouse.home import Home
from warehouse.ledger_check import check
from warehouse.state import load_state

_SHOWN = 20
# What failed never came in, and what was destroyed is gone for good.
_HELD = "status <> 'failed' and delivery_id not in (select delivery_id from control.destroyed_content)"
_ENOUGH_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is sound, and a sentence; `is_due` when it will not stay so by itself."""

    ok: bool
    what: str
    is_due: bool = False


def examine() -> Iterator[Finding]:
    """Look at everything; a database that does not answer ends the examination, for the rest needs it."""
    home = Home.from_environment()
    version = sys.version_info
    yield Finding((3, 11) <= version[:2] < (3, 14), f"Python {version.major}.{version.minor}")
    yield from _home(home)
    yield from _agreements()
    yield Finding(
        is_current(), "dbt manifest is current" if is_current() else "dbt manifest is old: run `make setup`"
    )
    try:
        warehouse = open_warehouse(home)
    except P20WError as error:
        yield Finding(False, str(error))
        return
    yield from _database(warehouse)
    yield from _promises(warehouse)
    yield _foreign_keys(warehouse)
    yield from _extracts(warehouse)
    yield from _access(warehouse)
    yield from _logs(warehouse)


def _home(home: Home) -> Iterator[Finding]:
    home.root.mkdir(parents=True, exist_ok=True)
    yield Finding(os.access(home.root, os.W_OK), f"home {home.root} can be written")
    free = shutil.disk_usage(home.root).free
    yield Finding(free > _ENOUGH_BYTES, f"{free / 1024**3:.0f} GiB free where the home is")


def _agreements() -> Iterator[Finding]:
    """Agreements that are wrong, missing, over, or about to end; the last is told while there is time."""
    try:
        state = load_state()
        known, missing, told = agreements(state), uncovered(state), reminders(state)
    except P20WError as error:
        yield Finding(False, str(error))
        return
    if state.governance.agreements != "required":
        yield Finding(True, "the state asks for no data-sharing agreements")
        return
    yield Finding(not missing, f"{len(known)} agreements; {len(missing)} kinds of files sent are not covered")
    for reminder in told:
        yield Finding(not reminder.is_over, reminder.sentence, is_due=True)


def _database(warehouse: Warehouse) -> Iterator[Finding]:
    version = warehouse.fetch_value("select current_setting('server_version')")
    which = "embedded, for trying out only" if warehouse.is_embedded else "your own"
    yield Finding(True, f"PostgreSQL {version} answers ({which})")
    encoding = warehouse.fetch_value("select current_setting('server_encoding')")
    yield Finding(encoding == "UTF8", f"the database's encoding is {encoding}")


def _promises(warehouse: Warehouse) -> Iterator[Finding]:
    unreconciled = warehouse.fetch_value(
        "select count(*) from control.delivery where status = 'accepted'"
        " and row_count is distinct from accepted_count + quarantined_count + rejected_count"
    )
    yield Finding(
        unreconciled == 0, f"delivered = accepted + set aside + rejected: {unreconciled} deliveries differ"
    )
    missing = warehouse.fetch_value(
        f"select count(*) from control.delivery where {_HELD} and to_regclass("
        "'raw.' || quote_ident(replace(layout, '/', '__') || '__d' || delivery_id)) is null"
    )
    yield Finding(missing == 0, f"every delivery has its rows: {missing} have not")
    archive = Archive(warehouse.home.archive)
    unarchived = sum(
        not archive.path_of(sha256).exists()
        for (sha256,) in warehouse.fetch_all(f"select sha256 from control.delivery where {_HELD}")
    )
    yield Finding(unarchived == 0, f"every delivery's file is in the archive: {unarchived} are not")


def _foreign_keys(warehouse: Warehouse) -> Finding:
    missing = missing_foreign_keys(warehouse)
    if not missing:
        return Finding(True, "every foreign key of core that is declared stands")
    return Finding(
        False,
        f"{len(missing)} foreign keys of core do not stand, {missing[0]} first: a run is under way, or one failed;"
        " `p20w run` builds the tables and sets them",
    )


def _extracts(warehouse: Warehouse) -> Iterator[Finding]:
    over = ", ".join(project.project for project in due(warehouse))
    told = f"{over} should be destroyed: `p20w extract expire`" if over else "none is kept beyond its day"
    yield Finding(not over, f"research extracts: {told}")


def _access(warehouse: Warehouse) -> Iterator[Finding]:
    with warehouse.connect() as connection:
        found = deviations(connection)
    if not found:
        yield Finding(True, "roles, privileges and policies are as they are meant to be")
        return
    yield Finding(
        False, f"{len(found)} rights are not as they are meant to be: see below, or run `p20w access repair`"
    )
    for deviation in found[:_SHOWN]:
        yield Finding(False, f"    {deviation}")


def _logs(warehouse: Warehouse) -> Iterator[Finding]:
    for chain in check(warehouse):
        said = f"{chain.log} log: {chain.position:,} entries" + (
            f", the last sealed {chain.hash[:16]}" if chain.hash else ""
        )
        yield Finding(not chain.faults, said if not chain.faults else f"{said}; {'; '.join(chain.faults)}")
