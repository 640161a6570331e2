"""The receipt of one delivery, on one printed page: what came, what became of it, how to repair it.

What is found belongs to the rules; where a receipt lies belongs to `files`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.catalogue import Layout
from reports.agencies.deliveries import DeliveryReport, Finding
from reports.pages import render_page
from warehouse.deliveries import Delivery

# What a page holds beside the rest; the reject file has every finding.
_MOST_RULES = 9
_OUTCOMES = {
    "accepted": "Accepted",
    "held": "Held: nothing of this file is used yet",
    "superseded": "Replaced by a later delivery",
    "withdrawn": "Withdrawn",
    "loaded": "Received, not judged yet",
    "failed": "Not taken in",
}
_EFFECTS = {"reject": "row set aside", "hold": "can hold the file", "warn": "row taken in"}


@dataclass(frozen=True)
class RuleLine:
    """One rule in the receipt's table."""

    finding: Finding
    column: str
    effect: str
    where: str
    change: str


@dataclass(frozen=True)
class Change:
    """One figure of this delivery beside the same of the delivery that it is compared with."""

    what: str
    now: str
    before: str


def render_receipt(
    report: DeliveryReport, layout: Layout, submitter_name: str, *, reject_file: str | None
) -> str:
    """The receipt as one HTML page.

    Args:
        report: what is known of the delivery.
        layout: its layout, for the titles and the name of the next file.
        submitter_name: who sent it, as the page says it.
        reject_file: name of the reject file beside the receipt; None where there is none.
    """
    delivery = report.delivery
    shown = report.findings[:_MOST_RULES]
    return render_page(
        "receipt.html.j2",
        ("site.css", "agency.css"),
        delivery=delivery,
        layout=layout,
        submitter_name=submitter_name,
        outcome=_OUTCOMES[delivery.status],
        rules=[_rule_line(finding, delivery, report.earlier) for finding in shown],
        unshown=len(report.findings) - len(shown),
        earlier=report.earlier,
        changes=_changes(delivery, report.earlier) if report.earlier else [],
        next_steps=next_steps(report, layout, reject_file),
        limitations=report.limitations,
        received_at=f"{delivery.received_at:%Y-%m-%d %H:%M} UTC",
        byte_size=size_in_words(delivery.byte_count or 0),
        share_aside=share(delivery),
    )


def render_refusal(
    *, file_name: str, byte_count: int, layout: Layout | None, submitter_name: str, reason: str, at: str
) -> str:
    """The receipt of a file that could not be read at all, and so became no delivery."""
    return render_page(
        "refusal.html.j2",
        ("site.css", "agency.css"),
        file_name=file_name,
        byte_size=size_in_words(byte_count),
        layout=layout,
        submitter_name=submitter_name,
        reason=reason,
        received_at=at,
    )


def next_steps(report: DeliveryReport, layout: Layout, reject_file: str | None) -> list[str]:
    """What the sender does next, in order."""
    delivery = report.delivery
    if delivery.status in ("superseded", "withdrawn"):
        return ["Nothing: this delivery no longer counts."]
    if delivery.status == "loaded":
        return ["Nothing yet: the rules have not been applied. A new receipt will follow."]
    repairable = [f for f in report.findings if f.severity != "warn"]
    if delivery.status == "accepted" and not repairable:
        return ["Nothing: every row was taken in."]
    steps = (
        [f"Open {reject_file}: it has each row as you sent it, with what to repair."] if reject_file else []
    )
    steps.append("Repair the rows in your own system, not in a spreadsheet, which drops leading zeros.")
    steps.append(f"Send the whole file again, named {_next_name(delivery, layout)}.")
    if delivery.status == "held":
        steps.append(
            "If the file is right as it is, tell the warehouse's steward why: a steward can accept it."
        )
    return steps


def share(delivery: Delivery) -> str:
    """The share of rows set aside, never rounded to none where there is one."""
    rows, aside = delivery.row_count or 0, delivery.rejected_count or 0
    if not rows or not aside:
        return "0%"
    percent = 100 * aside / rows
    return f"{percent:.1f}%" if percent >= 0.05 else "under 0.1%"


def size_in_words(byte_count: int) -> str:
    """A file's size in the unit that suits it."""
    size, unit = float(byte_count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"


def _rule_line(finding: Finding, delivery: Delivery, earlier: Delivery | None) -> RuleLine:
    sent_as = {name: header for name, header in delivery.headers or []}
    kind, places = ("line", finding.lines) if finding.lines else ("record", finding.records)
    named = ", ".join(f"{place:,}" for place in places)
    word = kind if len(places) == 1 else f"{kind}s"
    rest = finding.failed_count - len(places)
    where = f"{word} {named}" + (f" and {rest:,} more" if rest > 0 else "") if places else finding.detail
    change = "" if earlier is None or finding.detail else f"{finding.earlier_count:,}"
    return RuleLine(
        finding,
        sent_as.get(finding.column_name, finding.column_name),
        _EFFECTS[finding.severity],
        where,
        change,
    )


def _changes(now: Delivery, before: Delivery) -> list[Change]:
    return [
        Change("Rows delivered", f"{now.row_count or 0:,}", f"{before.row_count or 0:,}"),
        Change("Rows set aside", f"{now.rejected_count or 0:,}", f"{before.rejected_count or 0:,}"),
        Change("Share set aside", share(now), share(before)),
    ]


def _next_name(delivery: Delivery, layout: Layout) -> str:
    parts = (layout.table, delivery.submitter, delivery.period, str(delivery.sequence + 1))
    version = layout.versions.get(delivery.layout_version or "")
    return f"{'__'.join(parts)}.{version.extension if version else 'csv'}"
