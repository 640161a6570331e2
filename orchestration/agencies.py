"""What goes back to agencies: joins `quality_checks` and `reports`, which do not know each other."""

from collections.abc import Iterable
from pathlib import Path

from quality_checks.limitations import comment_columns
from quality_checks.rejects import reject_file_name, write_reject_file
from quality_checks.scores import write_scorecard
from reports.agencies.files import drop_refusal, folder_of, write_receipt, write_refusal, write_scorecards
from warehouse.connection import Warehouse
from warehouse.state import State


def hand_back(warehouse: Warehouse, state: State, delivery_ids: Iterable[int]) -> list[Path]:
    """Write the receipt of each delivery, and its reject file where rows broke a rule; return the receipts."""
    receipts = []
    for delivery_id in delivery_ids:
        rows = warehouse.fetch_all(
            "select submitter, file_name,"
            " exists (select from quality.rejected_row as r where r.delivery_id = d.delivery_id)"
            " or exists (select from quality.noted_row as n where n.delivery_id = d.delivery_id)"
            " from control.delivery as d where delivery_id = %s",
            [delivery_id],
        )
        for submitter, file_name, has_findings in rows:
            name = reject_file_name(delivery_id)
            if has_findings:
                write_reject_file(warehouse, delivery_id, folder_of(warehouse, submitter) / name)
            drop_refusal(warehouse, submitter, file_name)
            receipts.append(
                write_receipt(warehouse, state, delivery_id, reject_file=name if has_findings else None)
            )
    return receipts


def hand_back_refusal(
    warehouse: Warehouse,
    state: State,
    submitter: str,
    file_name: str,
    byte_count: int,
    reason: str,
    layout: str,
) -> Path | None:
    """Write the receipt of a file that could not be read and return its path; a folder of nobody's gets none."""
    if submitter not in state.submitters:
        return None
    return write_refusal(warehouse, state, submitter, file_name, byte_count, reason, layout)


def score_and_show(warehouse: Warehouse, state: State) -> dict[str, int]:
    """Score the deliveries, note limitations on their columns, and renew the pages; return counts."""
    counts = write_scorecard(warehouse.under("steward")).metadata()
    counts["columns_commented"] = comment_columns(warehouse)
    counts["pages_written"] = len(write_scorecards(warehouse, state))
    return counts
