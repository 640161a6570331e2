"""The rule catalogue as a table, so that results can be read with the sentences they are about.

Belongs here: writing quality.rule. Must not come here: results.
"""

from collections.abc import Iterator

from quality_checks.catalogue import load_rules
from quality_checks.plausibility.catalogue import all_gate_rules
from quality_checks.plausibility.rule import PlausibilityRule
from quality_checks.rule import Rule
from warehouse.connection import Warehouse

_UPSERT = """
    insert into quality.rule as known
        (rule_code, layout, column_name, kind, sentence, severity, owner, reference, tolerance, repair, origin,
        switched_off)
    select * from unnest(
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::float8[],
        %s::text[], %s::text[], %s::text[])
    on conflict (rule_code) do update set
        layout = excluded.layout, column_name = excluded.column_name, kind = excluded.kind,
        sentence = excluded.sentence, severity = excluded.severity, owner = excluded.owner,
        reference = excluded.reference, tolerance = excluded.tolerance,
        repair = excluded.repair, origin = excluded.origin, switched_off = excluded.switched_off
    where known is distinct from excluded
"""


def sync_rules(warehouse: Warehouse) -> int:
    """Write the catalogue into quality.rule; return how many rules were new or changed.

    A rule that has left the catalogue stays, and so does one that the state switched off: earlier results still
    refer to it.
    """
    sets = load_rules().values()
    rules: list[tuple[Rule, str | None]] = [(rule, None) for known in sets for rule in known.rules]
    rules += [(rule, reason) for known in sets for rule, reason in known.switched_off]
    rows: list[tuple[object, ...]] = [
        (
            rule.code,
            rule.layout,
            rule.column_name or None,
            rule.kind,
            rule.sentence,
            rule.severity,
            rule.owner,
            rule.reference or None,
            rule.tolerance,
            rule.repair,
            rule.origin,
            reason,
        )
        for rule, reason in rules
    ]
    rows += [
        (
            *(rule.code, rule.gate, None, "plausibility", rule.sentence, rule.severity, rule.owner),
            *(rule.reference or None, None, rule.repair, rule.origin, reason),
        )
        for rule, reason in _gate_rules()
    ]
    return warehouse.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])


def _gate_rules() -> Iterator[tuple[PlausibilityRule, str | None]]:
    """The rules about what the warehouse makes; in the table their gate stands where others have their layout."""
    for known in all_gate_rules():
        yield from ((rule, None) for rule in known.rules)
        yield from known.switched_off
