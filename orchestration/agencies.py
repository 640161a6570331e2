"""What goes back to agencies after a step: joins `quality_checks` and `reports`, which do not know each other."""

from quality_checks.limitations import comment_columns
from quality_checks.scores import write_scorecard
from warehouse.connection import Warehouse
from warehouse.state import State


def score_and_show(warehouse: Warehouse, state: State) -> dict[str, int]:
    """Score the deliveries, note limitations on their columns, and renew the pages; return counts."""
    counts = write_scorecard(warehouse).metadata()
    counts["columns_commented"] = comment_columns(warehouse)
    return counts
