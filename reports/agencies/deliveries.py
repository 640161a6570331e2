"""What a receipt is made from: one delivery, what was found in it, and the delivery to compare it with.

Reading only: counts, line numbers and the catalogue's sentences. Delivered values have no place here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.published import Limitation
from warehouse.deliveries import SELECT_DELIVERY, Delivery, find_delivery

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

#: So many lines are named per rule; the reject file has them all.
MOST_LINES = 8

# The delivery to compare with: the one before it of the same period, else the same part of the year before, for
# autumn compares with autumn; else the one received before.
_EARLIER = f"""
    {SELECT_DELIVERY}
    where layout = %(layout)s and submitter = %(submitter)s and delivery_id < %(delivery_id)s
        and row_count is not null and status <> 'withdrawn'
    order by period = %(period)s desc, period = %(year_before)s desc, delivery_id desc limit 1
"""
_FINDINGS = """
    select rule.rule_code, rule.severity, rule.column_name, rule.sentence, coalesce(rule.repair, '') as repair,
        result.failed_count, result.evaluated_count, coalesce(earlier.failed_count, 0) as earlier_count,
        coalesce(result.detail, '') as detail,
        coalesce(place.lines, '{}') as lines, coalesce(place.records, '{}') as records
    from quality.rule_result as result
    join quality.rule as rule using (rule_code)
    left join quality.rule_result as earlier
        on earlier.delivery_id = %(earlier_id)s and earlier.rule_code = result.rule_code
    left join lateral (
        select array_agg(line_number order by row_number) filter (where line_number is not null) as lines,
            array_agg(row_number order by row_number) as records
        from (
            (select row_number, line_number from quality.rejected_row as r
            where r.delivery_id = result.delivery_id and r.rule_code = result.rule_code
            order by row_number limit %(most)s)
            union all
            (select row_number, line_number from quality.noted_row as n
            where n.delivery_id = result.delivery_id and n.rule_code = result.rule_code
            order by row_number limit %(most)s)
        ) as first_rows
    ) as place on true
    where result.delivery_id = %(delivery_id)s and result.failed_count > 0
    order by array_position(array['hold', 'reject', 'warn'], rule.severity), result.failed_count desc, rule.rule_code
"""
_LIMITATIONS = """
    select distinct on (limitation_code) sentence, owner, since, until from quality.limitation
    where subject_type = 'layout_column' and subject like %(layout)s || '.%%'
        and (submitter is null or submitter = %(submitter)s)
    order by limitation_code
"""


@dataclass(frozen=True)
class Finding:
    """A rule that rows of the delivery broke, and on which lines the first of them stand."""

    rule_code: str
    severity: str
    column_name: str
    sentence: str
    repair: str
    failed_count: int
    evaluated_count: int
    # Of a rule about the whole file: what was compared, in words.
    detail: str
    earlier_count: int
    lines: list[int]
    records: list[int]


@dataclass(frozen=True)
class DeliveryReport:
    """All that a receipt says of one delivery."""

    delivery: Delivery
    earlier: Delivery | None
    findings: list[Finding]
    limitations: list[Limitation] = field(default_factory=list)


def read_delivery_report(warehouse: Warehouse, delivery_id: int) -> DeliveryReport:
    """Everything a receipt says of a delivery; raise P20WError where there is none of this number."""
    delivery = find_delivery(warehouse, delivery_id)
    wanted: dict[str, Any] = {
        "delivery_id": delivery_id,
        "layout": delivery.layout,
        "submitter": delivery.submitter,
        "period": delivery.period,
        "year_before": f"{int(delivery.period[:4]) - 1}{delivery.period[4:]}",
        "most": MOST_LINES,
    }
    found = warehouse.fetch_dicts(_EARLIER, wanted)
    earlier = Delivery(**found[0]) if found else None
    wanted["earlier_id"] = earlier.delivery_id if earlier else None
    return DeliveryReport(
        delivery,
        earlier,
        [Finding(**row) for row in warehouse.fetch_dicts(_FINDINGS, wanted)],
        [Limitation(*row) for row in warehouse.fetch_all(_LIMITATIONS, wanted)],
    )
