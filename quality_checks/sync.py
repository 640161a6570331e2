"""The rule catalogue as a table, so that results can be read with the sentences they are about.

Belongs here: writing quality.rule. Must not come here: results.
"""

from quality_checks.catalogue import load_rules
from warehouse.connection import Warehouse

_UPSERT = """
    insert into quality.rule as known
        (rule_code, layout, column_name, kind, sentence, severity, owner, reference, tolerance, repair)
    select * from unnest(
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::float8[],
        %s::text[])
    on conflict (rule_code) do update set
        layout = excluded.layout, column_name = excluded.column_name, kind = excluded.kind,
        sentence = excluded.sentence, severity = excluded.severity, owner = excluded.owner,
        reference = excluded.reference, tolerance = excluded.tolerance,
        repair = excluded.repair
    where known is distinct from excluded
"""


def sync_rules(warehouse: Warehouse) -> int:
    """Write the catalogue into quality.rule; return how many rules were new or changed.

    A rule that has left the catalogue stays: earlier results still refer to it.
    """
    rules = [rule for rules in load_rules().values() for rule in rules.rules]
    rows = [
        (
            rule.code,
            rule.layout,
            rule.column_name,
            rule.kind,
            rule.sentence,
            rule.severity,
            rule.owner,
            rule.reference or None,
            rule.tolerance,
            rule.repair,
        )
        for rule in rules
    ]
    return warehouse.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])
