"""The vault's pages: a pair to judge, a link explained. Self-contained, without a request to anywhere.

Filling templates belongs here. Serving them is `server`'s business, the published site `reports`'.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage.review.waterfall import in_words, svg_waterfall

if TYPE_CHECKING:
    import jinja2

    from linkage.review.account import Account
    from linkage.review.evidence import Sheet

_HERE = Path(__file__).parent


@cache
def static(name: str) -> str:
    """The text of a static file."""
    return (_HERE / "static" / name).read_text(encoding="utf-8")


def fingerprint(text: str) -> str:
    """What a content security policy calls an inline style or script by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )


def page(name: str, sheet: Sheet | None, **values: Any) -> str:
    """Fill a template with a pair's sheet and what else it shows."""
    from markupsafe import Markup

    weights = sheet.weights if sheet else []
    return (
        _templates()
        .get_template(name)
        .render(
            sheet=sheet,
            chart=svg_waterfall("evidence", weights) if weights else "",
            odds=f"All comparisons together say: {in_words(sheet.total_bits)}." if sheet else "",
            style=Markup(static("vault.css")),  # noqa: S704 - files of this package
            script=Markup(static("keys.js")),  # noqa: S704
            style_fingerprint=fingerprint(static("vault.css")),
            **values,
        )
    )


def write_account(account: Account, file: Path) -> None:
    """Write an explanation as a page that only this account may read."""
    text = page("account.html.j2", account.sheet, account=account)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
