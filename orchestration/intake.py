"""One layout's waiting files: loaded, then judged. Joins `ingest` and `quality_checks`, which do not know each other."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ingest.archive import UnavailableError
from ingest.calendar import sync_calendar, timeliness
from ingest.catalogue import load_catalogue
from ingest.landing import load_pending, record_duplicates
from ingest.layout import Layout
from ingest.loader import load_file
from ingest.recognise import parse_name
from ingest.sync import sync_catalogue
from orchestration.agencies import hand_back, hand_back_refusal
from orchestration.approvals import approved_parameters, install_approvals
from orchestration.indicator_names import check_names
from orchestration.permission import delivery_permission
from quality_checks.gate import run_gate
from quality_checks.limitations import sync_limitations
from quality_checks.scorecard import rule_counts
from quality_checks.sync import sync_rules
from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError, P20WError
from warehouse.parameters import sync_parameters
from warehouse.state import State

_ROWS_IN_FORCE = """
    with in_force as (
        select delivery_id, accepted_count from control.delivery where layout = %(layout)s and status = 'accepted'
    )
    select (select coalesce(sum(accepted_count), 0)::bigint from in_force) - (
        select count(*) from (
            select replaced.delivery_id, replaced.row_number from quality.replaced_row as replaced
            where replaced.delivery_id in (select delivery_id from in_force)
                and replaced.amended_by in (select delivery_id from in_force)
            except select delivery_id, row_number from quality.rejected_row
        ) as amended)
"""


@dataclass
class Intake:
    """What became of one layout's waiting files.

    Attributes:
        loaded: deliveries loaded now.
        refused: one sentence for each file that could not be loaded; nothing of it stays.
        failed_rows: rule code → rows that broke it, over all current deliveries of the layout.
        holding: rule code → deliveries that the rule holds, for more of their rows broke it than are tolerated.
        accepted_rows: rows of accepted deliveries that no rule set aside and no amendment replaced.
        missing: deliveries that the calendar expected by now and that have not come.
        late: deliveries that came after their day.
    """

    layout: str
    loaded: int = 0
    refused: list[str] = field(default_factory=list)
    failed_rows: dict[str, int] = field(default_factory=dict)
    holding: dict[str, int] = field(default_factory=dict)
    accepted_rows: int = 0
    missing: int = 0
    late: int = 0

    def metadata(self) -> dict[str, int | str]:
        """Counts for Dagster's pages; sentences name files and columns, never values."""
        shown: dict[str, int | str] = {
            "dagster/row_count": self.accepted_rows,
            "deliveries_loaded": self.loaded,
            "files_refused": len(self.refused),
        }
        return {**shown, "refused": "\n".join(self.refused)} if self.refused else shown


def prepare(warehouse: Warehouse, state: State) -> None:
    """Make raw tables, codes, rules, parameters and calendar agree with the catalogue and the state; safe to repeat."""
    check_names(state)
    loader = warehouse.under("loader")
    sync_catalogue(loader, state)
    sync_rules(loader)
    sync_limitations(loader, state)
    install_approvals(warehouse, state)
    sync_parameters(loader, state, approved_parameters(warehouse, state))
    sync_calendar(loader, state)


def take_in(warehouse: Warehouse, state: State, layout: Layout) -> Intake:
    """Load the files that wait for the layout and judge them; a file that cannot be read stops no other.

    The warehouse must be prepared. All of it is done as the loader, but for what agencies allow.
    """
    intake, asked = Intake(layout.key), delivery_permission(warehouse, state)
    warehouse = warehouse.under("loader")
    for result in load_pending(warehouse, layout.key, warehouse.home.incoming, state=state, permission=asked):
        if result.outcome == "failed":
            intake.refused.append(result.reason)
            hand_back_refusal(
                warehouse,
                state,
                result.submitter,
                result.file_name,
                result.byte_count,
                result.reason,
                layout.key,
            )
        else:
            intake.loaded += result.outcome == "loaded"
    record_duplicates(warehouse, layout.key)
    judged = run_gate(warehouse, layout.key)
    hand_back(warehouse, state, (decision.delivery_id for decision in judged.decisions))
    for found in rule_counts(warehouse, layout=layout.key):
        code = found["rule_code"]
        intake.failed_rows[code] = intake.failed_rows.get(code, 0) + found["failed_count"]
        if found["status"] == "held" and found["severity"] == "hold" and not found["passed"]:
            intake.holding[code] = intake.holding.get(code, 0) + 1
    intake.accepted_rows = warehouse.fetch_value(_ROWS_IN_FORCE, {"layout": layout.key})
    due = Counter(line.status for line in timeliness(warehouse, layout=layout.key))
    intake.missing, intake.late = due["missing"], due["late"]
    return intake


@dataclass(frozen=True)
class ByHand:
    """What became of one file given by hand, as a sentence."""

    ok: bool
    sentence: str


def load_by_hand(
    path: Path,
    layout: str | None,
    submitter: str | None,
    period: str | None,
    sequence: int | None,
    variant: str | None = None,
    *,
    amends: bool = False,
    again: bool = False,
) -> ByHand:
    """Load and judge one file; a refusal is an answer, so that the next file still gets its turn."""
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    opened, state = open_warehouse(), load_state()
    prepare(opened, state)
    warehouse = opened.under("loader")
    try:
        result = load_file(
            warehouse,
            path,
            layout=layout,
            submitter=submitter,
            period=period,
            sequence=sequence,
            variant=variant,
            amends=amends,
            again=again,
            state=state,
            permission=delivery_permission(opened, state),
        )
    except P20WError as error:
        told = str(error) if str(error).startswith(path.name) else f"{path.name}: {error}"
        page = _refusal_page(warehouse, state, path, layout, submitter, error)
        return ByHand(False, f"{told} The page for the sender is {page}." if page else told)
    what = f"{path.name}: {result.layout} from {result.submitter} for {result.period}"
    if result.outcome == "duplicate":
        return ByHand(True, f"{what} is already loaded as delivery {result.delivery_id}; nothing changed.")
    judged = run_gate(warehouse, result.layout)
    hand_back(warehouse, state, (decision.delivery_id for decision in judged.decisions))
    status, accepted, aside, reason = warehouse.fetch_all(
        "select status, accepted_count, rejected_count, status_reason from control.delivery where delivery_id = %s",
        (result.delivery_id,),
    )[0]
    told = f"{what}: {result.row_count:,} rows as delivery {result.delivery_id}, {status}"
    if status == "held":
        return ByHand(False, f"{told}: {reason}")
    return ByHand(True, f"{told}; {accepted:,} rows accepted, {aside:,} set aside.")


def _refusal_page(
    warehouse: Warehouse,
    state: State,
    path: Path,
    layout: str | None,
    submitter: str | None,
    error: P20WError,
) -> Path | None:
    """What goes back for a file given by hand; nothing where it is the database or the command that is at fault."""
    named = parse_name(path.name)
    if named is not None:
        layout, submitter = layout or named.layout, submitter or named.submitter
    is_ours = isinstance(error, DatabaseError | UnavailableError) or not path.is_file()
    if is_ours or submitter is None or layout not in load_catalogue().layouts:
        return None
    return hand_back_refusal(
        warehouse, state, submitter, path.name, path.stat().st_size, str(error), layout or ""
    )


def lines_of(warehouse: Warehouse) -> dict[str, int]:
    """Deliveries and rows of the whole warehouse by what became of them."""
    row = warehouse.fetch_dicts(
        "select count(*) filter (where status <> 'failed') as deliveries, count(*) filter (where status = 'held') as held,"
        " coalesce(sum(row_count), 0)::bigint as delivered, coalesce(sum(accepted_count), 0)::bigint as accepted,"
        " coalesce(sum(quarantined_count), 0)::bigint as quarantined, coalesce(sum(rejected_count), 0)::bigint as rejected"
        " from control.delivery where status in ('accepted', 'held')"
    )[0]
    return dict(row)
