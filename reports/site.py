"""Builds the public site: static pages and CSV files from the newest release, without a request to anywhere.

Assembling and writing files belongs here; what a page says is in `views`, `wording` and the templates.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reports.csv_files import csv_files
from reports.pages import day_in_words, render_page, replace_file
from reports.published import Release, read_newest_release
from reports.views import indicator_view
from reports.wording import privacy_sentences

if TYPE_CHECKING:
    from warehouse.connection import Warehouse


def build_site(warehouse: Warehouse, out: Path) -> Path:
    """Write the site of the newest release into a folder and return its first page.

    The folder `data` inside it belongs to the site: CSV files that the release does not have are removed
    there. Each file is replaced as a whole, the page last, so that a reader never meets half a file.
    """
    release = read_newest_release(warehouse)
    data = out / "data"
    data.mkdir(parents=True, exist_ok=True)
    files = csv_files(release)
    for name, text in files.items():
        # The mark tells spreadsheet programs that the text is UTF-8.
        replace_file(data / name, text.encode("utf-8-sig"))
    index = out / "index.html"
    replace_file(index, render_index(release).encode())
    for stale in set(data.glob("*.csv")) - {data / name for name in files}:
        stale.unlink()
    return index


def render_index(release: Release) -> str:
    """The page of a release as HTML, with its style inside."""
    return render_page(
        "index.html.j2",
        release=release,
        privacy=" ".join(filter(None, privacy_sentences(release.rules))),
        published_on=day_in_words(release.published_at),
        views=[indicator_view(indicator) for indicator in release.indicators],
    )
