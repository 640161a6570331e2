"""Builds the public site: static pages and CSV files from the newest release, without a request to anywhere.

Assembling and writing files belongs here; what a page says is in `views`, `wording` and the templates.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from reports.csv_files import csv_files
from reports.published import Release, read_newest_release
from reports.views import indicator_view

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

_HERE = Path(__file__).parent


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
        _replace(data / name, text.encode("utf-8-sig"))
    index = out / "index.html"
    _replace(index, render_index(release).encode())
    for stale in set(data.glob("*.csv")) - {data / name for name in files}:
        stale.unlink()
    return index


def render_index(release: Release) -> str:
    """The page of a release as HTML, with its style inside."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_HERE / "static" / "site.css").read_text(encoding="utf-8")
    # The page may load nothing at all; its own style is let in by its fingerprint.
    fingerprint = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("index.html.j2").render(
        release=release,
        published_on=f"{release.published_at.day} {release.published_at:%B %Y}",
        views=[indicator_view(indicator) for indicator in release.indicators],
        style=Markup(style),  # noqa: S704 - our own file
        style_fingerprint=fingerprint,
    )


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
