"""What the rules found, in lines for a terminal: counts, never values."""

from collections import Counter
from collections.abc import Iterator

from quality_checks.scorecard import rule_counts
from warehouse.connection import Warehouse


def finding_lines(warehouse: Warehouse, submitter: str | None) -> Iterator[str]:
    """One line per broken rule, layout and submitter, most rows first; one line when nothing was found."""
    found: Counter[tuple[str, str, str, str, str, str]] = Counter()
    for row in rule_counts(warehouse, submitter=submitter):
        unit = "files" if row["detail"] else "rows"
        rule = (unit, row["severity"], row["layout"], row["submitter"], row["rule_code"], row["sentence"])
        found[rule] += row["failed_count"]
    if not found:
        yield "No rule was broken by the current deliveries."
    for (unit, severity, layout, sender, code, sentence), failed in found.most_common():
        yield f"{failed:>10,} {unit:<5}  {severity:<6} {layout:<28} {sender:<14} {code}: {sentence}"
