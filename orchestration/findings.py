"""What the rules found, in lines for a terminal: counts, never values."""

from collections.abc import Iterator

from warehouse.connection import Warehouse


def finding_lines(warehouse: Warehouse, submitter: str | None) -> Iterator[str]:
    """One line per broken rule, layout and submitter, most rows first; one line when nothing was found."""
    rows = warehouse.fetch_dicts(
        "select d.layout, d.submitter, r.rule_code, r.severity, r.sentence, sum(q.failed_count)::bigint as failed,"
        " count(*) as deliveries from quality.rule_result q join control.delivery d using (delivery_id)"
        " join quality.rule r using (rule_code) where q.failed_count > 0 and d.status in ('accepted', 'held')"
        " and (%(submitter)s::text is null or d.submitter = %(submitter)s)"
        " group by 1, 2, 3, 4, 5 order by failed desc, 1, 2, 3",
        {"submitter": submitter},
    )
    if not rows:
        yield "No rule was broken by the current deliveries."
    for row in rows:
        yield (
            f"{row['failed']:>10,} rows  {row['severity']:<6} {row['layout']:<28} {row['submitter']:<14}"
            f" {row['rule_code']}: {row['sentence']}"
        )
