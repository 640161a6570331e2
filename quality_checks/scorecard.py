"""What was delivered, let in and set aside, counted for the people who look after it.

Belongs here: queries over stored results; counts only. Must not come here: judging, values.
"""

from typing import Any

from warehouse.connection import Warehouse

_SCORECARD = """
    select d.layout, d.submitter, d.period, count(*) as deliveries,
        count(*) filter (where d.status = 'held') as held,
        coalesce(sum(d.row_count), 0)::bigint as delivered,
        coalesce(sum(d.accepted_count), 0)::bigint as accepted,
        coalesce(sum(d.quarantined_count), 0)::bigint as quarantined,
        coalesce(sum(d.rejected_count), 0)::bigint as rejected,
        coalesce(sum(w.warned), 0)::bigint as warnings,
        string_agg(d.status_reason, '; ' order by d.delivery_id) filter (where d.status = 'held') as reason
    from control.delivery as d
    left join (
        select result.delivery_id, sum(result.failed_count) as warned
        from quality.rule_result as result join quality.rule as rule using (rule_code)
        where rule.severity <> 'reject' group by result.delivery_id
    ) as w using (delivery_id)
    where d.status in ('accepted', 'held')
        and (%(layout)s::text is null or d.layout = %(layout)s)
        and (%(submitter)s::text is null or d.submitter = %(submitter)s)
    group by d.layout, d.submitter, d.period
    order by d.layout, d.submitter, d.period
"""

_RULE_COUNTS = """
    select d.layout, d.submitter, d.period, result.delivery_id, result.rule_code, rule.column_name, rule.kind, rule.severity,
        rule.sentence, rule.owner, result.evaluated_count, result.failed_count, result.passed,
        result.detail, d.status
    from quality.rule_result as result
    join quality.rule as rule using (rule_code)
    join control.delivery as d using (delivery_id)
    where (%(layout)s::text is null or d.layout = %(layout)s)
        and (%(submitter)s::text is null or d.submitter = %(submitter)s)
        and d.status in ('accepted', 'held') and result.failed_count > 0
    order by result.failed_count desc, result.delivery_id, result.rule_code
"""


def scorecard(
    warehouse: Warehouse, *, layout: str | None = None, submitter: str | None = None
) -> list[dict[str, Any]]:
    """Return one row per layout, submitter and period: deliveries in force, held, and what became of their rows.

    `warnings` counts findings that set no row aside; a row can be found by several rules.
    """
    return warehouse.fetch_dicts(_SCORECARD, {"layout": layout, "submitter": submitter})


def rule_counts(
    warehouse: Warehouse, *, layout: str | None = None, submitter: str | None = None
) -> list[dict[str, Any]]:
    """Return one row per delivery in force or held and rule that some of its rows broke, most rows first."""
    return warehouse.fetch_dicts(_RULE_COUNTS, {"layout": layout, "submitter": submitter})
