"""Writes a decided release into `control` and `published`, and recognises one that is there already.

Only shown texts arrive here. What may be shown is decided in `release` and `disclosure`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

from psycopg import sql

from governance.disclosure.policy import DisclosurePolicy
from governance.release_cells import PublishedCategory, PublishedCell
from governance.release_source import PublishedLimitation, RegistryEntry
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

_INDICATOR_COLUMNS = (
    *("release_id", "indicator_code", "indicator_version", "name", "unit", "definition", "numerator"),
    *("denominator", "exclusions", "sources", "lag", "citation", "caveats", "coverage"),
)


@dataclass(frozen=True)
class ReleaseContent:
    """All that readers of one release see, and the policy that was applied to it."""

    state_name: str
    note: str | None
    indicators: Sequence[RegistryEntry]
    cells: Sequence[PublishedCell]
    policy: DisclosurePolicy
    limitations: Sequence[PublishedLimitation] = ()
    categories: Sequence[PublishedCategory] = ()
    coverage: Mapping[str, str] = field(default_factory=dict)
    #: The cohorts of each indicator that are published as one.
    pools: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: The cohorts of each pool that stands beside single cohorts, by indicator and name.
    windows: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def rules(self) -> dict[str, Any]:
        """What a reader must know to read the numbers."""
        told = {"pools": dict(self.pools), "windows": {code: dict(of) for code, of in self.windows.items()}}
        return self.policy.as_dict() | {name: made for name, made in told.items() if made}

    def digest(self) -> str:
        """A fingerprint of what readers would see; over shown texts only, so that it holds no true number."""
        described = [(e.code, e.version, e.name, e.unit, *e.texts) for e in self.indicators]
        content: list[Any] = [self.state_name, self.note, described, self.cells, self.rules()]
        content += [self.limitations] if self.limitations else []
        content += [self.categories, sorted(self.coverage.items())]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def unchanged_release(connection: Connection[Any], content: ReleaseContent) -> int | None:
    """The newest published release, where it says the same already."""
    row = connection.execute(
        "select release_id, versions ->> 'content_sha256' from control.release"
        " where status = 'published' order by release_id desc limit 1"
    ).fetchone()
    return int(row[0]) if row is not None and row[1] == content.digest() else None


def write_release(connection: Connection[Any], content: ReleaseContent) -> int:
    """Record and publish the content in the caller's transaction; returns the new release's id."""
    row = connection.execute(
        "insert into control.release (created_at, published_at, status, preset, versions)"
        " values (now(), now(), 'published', %s, %s::jsonb) returning release_id",
        (content.policy.preset, json.dumps(_versions(connection, content))),
    ).fetchone()
    if row is None:
        raise P20WError("The release could not be recorded.", "Run the step again; nothing was published.")
    release_id = int(row[0])
    connection.execute(
        "insert into published.release (release_id, published_at, state_name, note, rules)"
        " values (%s, now(), %s, %s, %s::jsonb)",
        (release_id, content.state_name, content.note, json.dumps(content.rules())),
    )
    described = (
        (release_id, e.code, e.version, e.name, e.unit, *e.texts, content.coverage.get(e.code))
        for e in content.indicators
    )
    _copy(connection, "indicator", _INDICATOR_COLUMNS, described)
    shown = ((release_id, *cell) for cell in content.cells)
    _copy(connection, "indicator_cell", ("release_id", *PublishedCell._fields), shown)
    named = ((release_id, *category) for category in content.categories)
    _copy(connection, "category", ("release_id", *PublishedCategory._fields), named)
    known = ((release_id, *limitation) for limitation in content.limitations)
    _copy(connection, "limitation", ("release_id", *PublishedLimitation._fields), known)
    return release_id


def _copy(
    connection: Connection[Any], table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier("published", table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _versions(connection: Connection[Any], content: ReleaseContent) -> dict[str, Any]:
    """What the release was made from, so that it can be made again."""
    return {
        "content_sha256": content.digest(),
        "p20w": _own_version(),
        "linkage_run_id": _live_linkage_run(connection),
        "deliveries_sha256": deliveries_digest(connection),
        "deliveries": _deliveries(connection),
        "indicators": {entry.code: entry.version for entry in content.indicators},
        "disclosure": content.policy.as_dict(),
    }


def _own_version() -> str:
    try:
        return metadata.version("p20w")
    except metadata.PackageNotFoundError:
        return "not installed"


def _live_linkage_run(connection: Connection[Any]) -> str | None:
    row = connection.execute(
        "select linkage_run_id::text from control.linkage_run where status = 'live'"
        " order by finished_at desc limit 1"
    ).fetchone()
    return str(row[0]) if row else None


def deliveries_digest(connection: Connection[Any]) -> str:
    """A fingerprint of the accepted deliveries that the numbers rest on."""
    row = connection.execute(
        "select encode(sha256(convert_to("
        "coalesce(string_agg(sha256, ',' order by delivery_id), ''), 'UTF8')), 'hex')"
        " from control.delivery where status = 'accepted'"
    ).fetchone()
    return str(row[0]) if row else ""


def _deliveries(connection: Connection[Any]) -> list[int]:
    """The accepted deliveries, so that a later release can tell new data from corrected data."""
    rows = connection.execute("select delivery_id from control.delivery where status = 'accepted' order by 1")
    return [int(row[0]) for row in rows]


def read_coverage(connection: Connection[Any], cohorts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What each indicator's numbers rest on: its cohorts, and the periods delivered by each source."""
    found = connection.execute(
        "select split_part(layout, '/', 1), min(period), max(period), count(*) from control.delivery"
        " where status = 'accepted' group by 1 order by 1"
    ).fetchall()
    sources = "; ".join(
        f"{source} {first} to {last} ({count} {'delivery' if count == 1 else 'deliveries'})"
        for source, first, last, count in found
    )
    delivered = f" Delivered: {sources}." if sources else ""
    return {
        code: f"Complete cohorts: {', '.join(sorted(periods))}.{delivered}"
        for code, periods in cohorts.items()
    }
