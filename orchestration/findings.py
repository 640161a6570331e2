"""What the rules found, in lines for a terminal: counts, never values."""

from collections import Counter
from collections.abc import Iterator

from quality_checks.plausibility.catalogue import all_gate_rules
from quality_checks.plausibility.results import newest
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


def gate_lines(warehouse: Warehouse) -> Iterator[str]:
    """What the newest judgements of a linkage run and of a release found, a line per rule; broken rules say where."""
    for known in all_gate_rules():
        found = newest(warehouse, known.gate)
        judged = next(iter(found.values()), None)
        when = f"judged {judged['evaluated_at']:%Y-%m-%d %H:%M}" if judged else "not judged yet"
        yield f"{known.gate}: {when}"
        for rule in known.rules:
            row = found.get(rule.code)
            if row is None:
                continue
            told = "holds" if row["passed"] else rule.severity
            where = (
                ""
                if row["passed"]
                else f" {row['failed_count']} of {row['evaluated_count']}: {row['detail']}"
            )
            yield f"  {told:<5}  {rule.code:<12} {rule.sentence}{where}"
        for rule, reason in known.switched_off:
            yield f"  off    {rule.code:<12} {rule.sentence} Switched off: {reason}"
