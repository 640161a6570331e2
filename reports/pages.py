"""One HTML page from a template: its style inside, nothing loaded from anywhere, written wholly or not at all.

What a page says does not belong here.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda number: f"{number:,}"
    return environment


def render_page(template: str, styles: tuple[str, ...] = ("site.css",), **values: Any) -> str:
    """The page of a template as HTML, with its style sheets inside and a policy that lets nothing else in."""
    from markupsafe import Markup

    style = "\n".join((_HERE / "static" / name).read_text(encoding="utf-8") for name in styles)
    # The page may load nothing at all; its own style is let in by its fingerprint.
    fingerprint = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template(template)
        .render(
            **values,
            style=Markup(style),  # noqa: S704 - our own files
            style_fingerprint=fingerprint,
        )
    )


def replace_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Put a file in place as a whole; a reader meets the old one or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o666 if mode is None else mode)
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def day_in_words(moment: datetime.date) -> str:
    """A day as 1 July 2025."""
    return f"{moment.day} {moment:%B %Y}"
