"""The rules in force, in lines for a terminal.

Belongs here: wording. Must not come here: reading rules (quality_checks.catalogue), what they found (findings).
"""

from collections.abc import Iterator

from ingest.catalogue import load_catalogue
from quality_checks.catalogue import load_rules, rule_set
from quality_checks.rule import Rule


def rule_lines(layout: str | None) -> Iterator[str]:
    """One line per rule of a layout or of all, those that the state switched off with its reason at the end."""
    if layout is not None:
        # A misspelled name gets those that are like it.
        layout = load_catalogue().layout(layout).key
    sets = [rule_set(layout)] if layout else list(load_rules().values())
    width = max(len(rule.code) for known in sets for rule in known.rules)
    yield f"{'code':<{width}}  {'kind':<12}  {'if broken':<9}  {'tolerated':>9}  {'owner':<13}  {'origin':<8}  sentence"
    for known in sets:
        for rule in known.rules:
            yield f"{_beginning(rule, width, rule.severity)}  {rule.sentence}"
    for known in sets:
        for rule, reason in known.switched_off:
            yield f"{_beginning(rule, width, 'off')}  {rule.sentence} Switched off: {reason}"


def _beginning(rule: Rule, width: int, severity: str) -> str:
    return (
        f"{rule.code:<{width}}  {rule.kind:<12}  {severity:<9}  {rule.tolerance:>9.2%}  {rule.owner:<13}"
        f"  {rule.origin:<8}"
    )
