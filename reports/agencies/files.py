"""Where agency pages lie: one folder per submitter, readable by the warehouse's account alone.

What a page says does not belong here.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.catalogue import load_catalogue
from reports.agencies.deliveries import read_delivery_report
from reports.agencies.receipt import render_receipt, render_refusal
from reports.agencies.scorecard import (
    Score,
    read_scores,
    render_overview,
    render_scorecard,
    scorecard_csv,
)
from reports.pages import replace_file
from reports.published import Limitation
from warehouse.home import make_private
from warehouse.state import State

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

_PRIVATE = 0o600
_LIMITATIONS = """
    select distinct on (limitation_code) sentence, owner, since, until from quality.limitation
    where subject_type = 'layout_column' and split_part(subject, '.', 1) = any(%s)
        and (submitter is null or submitter = %s)
    order by limitation_code
"""


def write_receipt(
    warehouse: Warehouse, state: State, delivery_id: int, *, reject_file: str | None, out: Path | None = None
) -> Path:
    """Write the receipt of a delivery into its submitter's folder, or where told; return its path."""
    report = read_delivery_report(warehouse, delivery_id)
    delivery = report.delivery
    path = out or folder_of(warehouse, delivery.submitter) / f"delivery_{delivery_id}_receipt.html"
    make_private(path.parent)
    layout = load_catalogue().layout(delivery.layout)
    page = render_receipt(report, layout, name_of(state, delivery.submitter), reject_file=reject_file)
    replace_file(path, page.encode(), _PRIVATE)
    return path


def write_refusal(
    warehouse: Warehouse,
    state: State,
    submitter: str,
    file_name: str,
    byte_count: int,
    reason: str,
    layout_key: str,
) -> Path:
    """Write the receipt of a file that became no delivery; a later refusal of the same file replaces it."""
    folder = folder_of(warehouse, submitter)
    make_private(folder)
    path = folder / f"refused_{_plain(file_name)}.html"
    now = datetime.datetime.now(datetime.UTC)
    page = render_refusal(
        file_name=file_name,
        byte_count=byte_count,
        layout=load_catalogue().layouts.get(layout_key),
        submitter_name=name_of(state, submitter),
        reason=reason,
        at=f"{now:%Y-%m-%d %H:%M} UTC",
    )
    replace_file(path, page.encode(), _PRIVATE)
    return path


def write_scorecards(warehouse: Warehouse, state: State) -> list[Path]:
    """Write the scorecard and CSV of every submitter, and the steward's overview; return the pages."""
    scores = read_scores(warehouse)
    senders = sorted({score.submitter for score in scores})
    pages = []
    for submitter in senders:
        folder = folder_of(warehouse, submitter)
        make_private(folder)
        known = [
            Limitation(*row)
            for row in warehouse.fetch_all(_LIMITATIONS, [sorted(_layouts(scores, submitter)), submitter])
        ]
        page = render_scorecard(scores, submitter, name_of(state, submitter), known)
        replace_file(folder / "scorecard.html", page.encode(), _PRIVATE)
        own = [score for score in scores if score.submitter == submitter]
        replace_file(folder / "scorecard.csv", scorecard_csv(own).encode("utf-8-sig"), _PRIVATE)
        pages.append(folder / "scorecard.html")
    if senders:
        overview = warehouse.home.agency_reports / "overview.html"
        names = {submitter: name_of(state, submitter) for submitter in senders}
        replace_file(overview, render_overview(scores, names).encode(), _PRIVATE)
        pages.append(overview)
    return pages


def _layouts(scores: list[Score], submitter: str) -> set[str]:
    return {score.layout for score in scores if score.submitter == submitter}


def drop_refusal(warehouse: Warehouse, submitter: str, file_name: str) -> None:
    """Remove the page that said a file was refused, once a file of that name has been taken in."""
    (folder_of(warehouse, submitter) / f"refused_{_plain(file_name)}.html").unlink(missing_ok=True)


def folder_of(warehouse: Warehouse, submitter: str) -> Path:
    """The folder of what goes back to a submitter; a name that could lead elsewhere is made harmless."""
    return warehouse.home.agency_reports / _plain(submitter)


def name_of(state: State, submitter: str) -> str:
    """A submitter's name in words."""
    known = state.submitters.get(submitter)
    return known.name if known else submitter


def _plain(name: str) -> str:
    # Folders and files in the landing place are named by whoever sends.
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:120]
