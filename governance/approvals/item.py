"""One thing that agencies approve, and how it stands.

Belongs here: an item and what follows from the approvals of it. Must not come here: which items there are, the database.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["layout", "rule", "parameter"]
#: The content of an item that is there no more.
GONE: Mapping[str, Any] = {"removed": True}


@dataclass(frozen=True)
class Item:
    """One form of a layout, one rule, or one parameter, as it is now.

    Attributes:
        name: unique within its kind, such as `ui/wage 2014`, `UIWAGE-001`, `WIOA_ER_Q2.target`.
        subject: the layout or the indicator that it is about.
        content: everything that decides what it does; another content is a change.
        agencies: whose records it touches, and who therefore approve.
    """

    kind: Kind
    name: str
    subject: str
    content: Mapping[str, Any]
    agencies: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """What is approved."""
        text = json.dumps(self.content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Given:
    """The last approval that one agency gave to one content of an item."""

    kind: Kind
    name: str
    subject: str
    agency: str
    sha256: str
    content: Mapping[str, Any]
    approval_id: int


@dataclass(frozen=True)
class Pending:
    """A change that is not approved by everybody whom it touches.

    Attributes:
        approved: the content that holds meanwhile; None where there has been none.
        waits_for: the agencies that have not approved.
    """

    item: Item
    approved: Mapping[str, Any] | None
    waits_for: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What waits for whom."""
        what = "is new" if self.approved is None else "is changed"
        if self.item.content == GONE:
            what = "is removed"
        return (
            f"{self.item.kind} {self.item.name} {what} and awaits the approval of {', '.join(self.waits_for)}"
        )


def pending(items: Iterable[Item], given: Iterable[Given]) -> Iterator[Pending]:
    """Yield the items whose content is not the one that all their agencies approved last."""
    by_item: dict[tuple[str, str], list[Given]] = {}
    for approval in given:
        by_item.setdefault((approval.kind, approval.name), []).append(approval)
    seen = set()
    for item in items:
        seen.add((item.kind, item.name))
        found = _judged(item, by_item.get((item.kind, item.name), []))
        if found:
            yield found
    for (kind, name), approvals in by_item.items():
        if (kind, name) not in seen:
            agencies = tuple(sorted({approval.agency for approval in approvals}))
            gone = Item(approvals[0].kind, name, approvals[0].subject, GONE, agencies)
            found = _judged(gone, approvals)
            if found:
                yield found


def _judged(item: Item, given: list[Given]) -> Pending | None:
    """Return the item as pending, or None when its content holds."""
    if not item.agencies:
        return None
    holding = in_force(item.agencies, given)
    if holding is not None and holding.sha256 == item.sha256:
        return None
    newest = {agency: _newest(agency, given) for agency in item.agencies}
    waits = tuple(agency for agency, last in newest.items() if last is None or last.sha256 != item.sha256)
    # All said yes once, and then yes to something else that holds now: they are asked again.
    return Pending(item, holding.content if holding else None, waits or item.agencies)


def in_force(agencies: Iterable[str], given: list[Given]) -> Given | None:
    """Return the approval of the content that all agencies approved and whose last approval came last."""
    wanted, best = set(agencies), None
    complete = 0
    for sha256 in {approval.sha256 for approval in given}:
        same = [approval for approval in given if approval.sha256 == sha256 and approval.agency in wanted]
        if {approval.agency for approval in same} == wanted:
            since = min(approval.approval_id for approval in same)
            if since > complete:
                complete, best = since, same[0]
    return best


def _newest(agency: str, given: list[Given]) -> Given | None:
    own = [approval for approval in given if approval.agency == agency]
    return max(own, key=lambda approval: approval.approval_id, default=None)


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Iterator[str]:
    """Yield what changed, one line per place: `- place: old`, `+ place: new`."""
    old, new = dict(_flat(before or {})), dict(_flat(after))
    for place in sorted({*old, *new}):
        if old.get(place) != new.get(place):
            if place in old:
                yield f"- {place}: {old[place]}"
            if place in new:
                yield f"+ {place}: {new[place]}"


def _flat(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _flat(value, f"{place}.{key}" if place else str(key))
    elif isinstance(content, list | tuple) and any(isinstance(value, Mapping) for value in content):
        for number, value in enumerate(content):
            name = value.get("name", number) if isinstance(value, Mapping) else number
            yield from _flat(value, f"{place}.{name}")
    else:
        yield place, json.dumps(content, default=str)
