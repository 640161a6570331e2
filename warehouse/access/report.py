"""Who can read what, in lines for a person, and what changed since somebody last looked; the rights are kept in `control`.

Finding out what the rights are belongs to `compare`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from warehouse.access.compare import members, rights, unbound
from warehouse.access.intent import POLICIES, ROLES, SCHEMAS
from warehouse.ledger import account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from warehouse.connection import Warehouse

_FEW = 6
_DOING: dict[str, Callable[[set[str]], bool]] = {
    "reads": lambda verbs: "select" in verbs,
    "adds to": lambda verbs: "insert" in verbs and "update" not in verbs,
    "changes": lambda verbs: "update" in verbs,
}
_NEWEST = "select at, actor, rights from control.access_snapshot order by snapshot_id desc limit 1"
_COUNTS = """
select n.nspname, count(*) from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition group by 1
"""


def access_report(warehouse: Warehouse, *, full: bool = False, by: str | None = None) -> Iterator[str]:
    """Every role's rights and logins, then what changed since the last report; keeps what it saw.

    Args:
        warehouse: Whose rights.
        full: Name every relation.
        by: Who looks; else the account of this process.
    """
    with warehouse.connect() as connection:
        found = rights(connection)
        logins = members(connection)
        free = unbound(connection)
        counts = dict(connection.execute(_COUNTS, [list(SCHEMAS)]).fetchall())
        last = connection.execute(_NEWEST).fetchone()
        now = _as_kept(found, logins, free)
        if last is None or last[2] != now:
            connection.execute(
                "insert into control.access_snapshot (actor, rights) values (%s, %s::jsonb)",
                [by or account(), json.dumps(now)],
            )
    for role, duty in ROLES.items():
        yield f"{role}: {duty}"
        yield f"    logins: {', '.join(logins[role]) or 'none'}"
        yield from _lines(role, found, counts, full)
    yield f"Bound by no privilege (superusers, BYPASSRLS): {', '.join(free) or 'none'}"
    yield from _changes(last, now)


def _lines(
    role: str, found: Iterable[tuple[str, str, str, str]], counts: dict[str, int], full: bool
) -> Iterator[str]:
    verbs_of = defaultdict(set)
    for who, schema, relation, verb in found:
        if who == role:
            verbs_of[schema, relation].add(verb)
    own = {policy.relation for policy in POLICIES if policy.role == role}
    for schema in SCHEMAS:
        there = {relation: verbs for (of, relation), verbs in sorted(verbs_of.items()) if of == schema}
        if not there:
            yield f"    {schema:<10} -"
        for said, which in _DOING.items():
            names = [
                f"{name} (own rows)" if name in own else name for name, verbs in there.items() if which(verbs)
            ]
            if names:
                yield f"    {schema:<10} {said} {_named(names, counts[schema], full)}"


def _named(names: list[str], count: int, full: bool) -> str:
    if len(names) == count and not full:
        return f"all {count} relations"
    shown = names if full or len(names) <= _FEW else [*names[:_FEW], f"{len(names) - _FEW} more"]
    return f"{len(names)} of {count}: {', '.join(shown)}"


def _as_kept(
    found: set[tuple[str, str, str, str]], logins: dict[str, list[str]], free: list[str]
) -> dict[str, list[str]]:
    return {
        "rights": sorted(f"{role} may {verb} {schema}.{relation}" for role, schema, relation, verb in found),
        "logins": sorted(f"{name} is a member of {role}" for role, names in logins.items() for name in names),
        "unbound": [f"{name} is bound by no privilege" for name in free],
    }


def _changes(last: tuple[Any, ...] | None, now: dict[str, list[str]]) -> Iterator[str]:
    if last is None:
        yield "This is the first report; the next one says what changed."
        return
    at, actor, before = last
    said = False
    for part, sentences in now.items():
        known = set(before.get(part, ()))
        for sentence in sorted(set(sentences) - known):
            yield f"  new:  {sentence}"
            said = True
        for sentence in sorted(known - set(sentences)):
            yield f"  gone: {sentence}"
            said = True
    since = f"since the rights were last seen to change, {at:%Y-%m-%d %H:%M} by {actor}"
    yield f"These are the changes {since}." if said else f"Nothing changed {since}."
