"""Volume and distribution: what the waiting deliveries say beside the comparable earlier ones.

Belongs here: the statements that compare, for the gate and for Great Expectations alike, and writing what they found.
Must not come here: choosing what to compare with (comparables), counting (delivery_statistics).
"""

from collections.abc import Iterator, Sequence

from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import Delivery, sent_name
from quality_checks.catalogue import RuleSet
from quality_checks.comparables import Pair, Sent, breaks, in_words, is_judged, limit, pairs_of
from quality_checks.delivery_statistics import CODE, FILLING, code_counts, filling_counts, keep_statistics
from quality_checks.precedence import Connection
from quality_checks.rule import Rule

_ACCEPTED = """
    select delivery_id, submitter, period, sequence, layout_version, row_count from control.delivery
    where layout = %s and status in ('accepted', 'superseded') and not is_amendment and row_count is not null
"""
# Whole deliveries with rows; a file without any is told so by the gate, unless its layout may be empty.
_WHOLE = """
    select delivery_id from control.delivery
    where delivery_id = any(%s) and not is_amendment and (row_count > 0 or %s)
"""
_HELD = """
    select result.delivery_id from quality.rule_result as result join judged_rule as rule using (rule_code)
    where result.delivery_id = any(%(ids)s) and rule.severity = 'hold' and not result.passed
    union select rejected.delivery_id from quality.rejected_row as rejected
    join control.delivery as d using (delivery_id)
    where rejected.delivery_id = any(%(ids)s) group by rejected.delivery_id, d.row_count
    having count(distinct rejected.row_number) > ceil(%(tolerance)s::numeric * d.row_count)
"""
_UNCOUNTED = """
    select id from unnest(%s::bigint[]) as id
    where not exists (select from quality.delivery_statistic as s where s.delivery_id = id)
"""
_CREATE = """
    create temporary table compared (delivery_id bigint, earlier_id bigint, form text, earlier_form text,
        earlier_rows bigint, is_same_period boolean, earlier_name text) on commit drop;
    create temporary table comparison (delivery_id bigint, number smallint, is_broken boolean, detail text) on commit drop;
"""
_RECORD = """
    insert into quality.rule_result (delivery_id, rule_code, evaluated_count, failed_count, passed, detail)
    select d.delivery_id, r.rule_code, (c.number is not null)::int, coalesce(c.is_broken, false)::int,
        not coalesce(c.is_broken, false), case when c.is_broken then c.detail end
    from judged_rule as r cross join unnest(%s::bigint[]) as d(delivery_id)
    left join comparison as c on c.delivery_id = d.delivery_id and c.number = r.number
    where not r.is_about_rows
"""
# A break is kept as the row zero, which no file has.
_MARK = "insert into finding select delivery_id, 0, number from comparison where is_broken"

# One row per delivery, rule and column: the share that moved most, and the stability index. A share of nobody counts
# as half a row, for the index has no value at zero.
_MEASURED = """
    select delivery_id, number, column_name, measure, max(moved) as moved,
        (array_agg(share order by moved desc, category = 'filled' desc, share desc))[1] as share,
        (array_agg(earlier_share order by moved desc, category = 'filled' desc, share desc))[1] as earlier_share,
        coalesce(max(moved) > max(most_shift), false)
            or coalesce(sum((p - q) * ln(p / q)) > max(most_stability), false) as is_broken
    from (
        select counted.*, now / own_total as share, before / earlier_total as earlier_share,
            abs(now / own_total - before / earlier_total) as moved,
            greatest(now, 0.5) / own_total as p, greatest(before, 0.5) / earlier_total as q
        from (
            select delivery_id, number, column_name, measure, category, sum(now) as now, sum(before) as before,
                max(most_shift) as most_shift, max(most_stability) as most_stability, max(least_rows) as least_rows,
                sum(sum(now)) over same_column as own_total, sum(sum(before)) over same_column as earlier_total
            from (
                select c.delivery_id, l.*, n.category, n.row_count as now, 0 as before
                from compared as c join limits as l using (form, earlier_form)
                join ({counts}) as n
                    on n.delivery_id = c.delivery_id and n.column_name = l.column_name and n.measure = l.measure
                union all
                select c.delivery_id, l.*, n.category, 0, n.row_count
                from compared as c join limits as l using (form, earlier_form)
                join quality.delivery_statistic as n
                    on n.delivery_id = c.earlier_id and n.column_name = l.column_name and n.measure = l.measure
            ) as both_deliveries
            group by delivery_id, number, column_name, measure, category
            window same_column as (partition by delivery_id, number, column_name)
        ) as counted
        where own_total >= least_rows and earlier_total >= least_rows
    ) as category
    group by delivery_id, number, column_name, measure
"""
_COMPARE_SHARES = """
    insert into comparison
    select distinct on (m.delivery_id, m.number) m.delivery_id, m.number, m.is_broken,
        case m.measure when 'code' then 'one code stands in ' else m.column_name || ' is filled in on ' end
        || round(100 * m.share) || ' % of the ' || case m.measure when 'code' then 'codes' else 'rows' end
        || ', ' || round(100 * m.earlier_share) || ' % in ' || c.earlier_name
    from ({measured}) as m join compared as c using (delivery_id)
    order by m.delivery_id, m.number, m.is_broken desc, m.moved desc, m.column_name
"""


def compare(
    connection: Connection,
    layout: Layout,
    rule_set: RuleSet,
    deliveries: Sequence[Delivery],
) -> None:
    """Judge deliveries by the rules about whole files; write the results beside those about rows.

    What was found by the other rules must be recorded: a delivery that they hold is no measure for another one.
    """
    rules = rule_set.rules
    ids = [delivery.delivery_id for delivery in deliveries]
    connection.execute(_CREATE)
    pairs = _find_pairs(connection, layout, rule_set, rules, deliveries)
    wanted = [*ids, *{pair.earlier.delivery_id for pair in pairs}]
    uncounted = [row[0] for row in connection.execute(_UNCOUNTED, [wanted]).fetchall()]
    keep_statistics(connection, layout, sorted({*ids, *uncounted}))
    _write_pairs(connection, pairs)
    _write_limits(connection, layout, rules, pairs)
    _compare_rows(connection, rules, pairs)
    counts = sql.SQL("select * from quality.delivery_statistic where delivery_id = any({})").format(ids)
    connection.execute(sql.SQL(_COMPARE_SHARES).format(measured=_measured(counts)))
    connection.execute(_RECORD, [ids])
    connection.execute(_MARK)


def broken_files(rule: Rule, layout: Layout) -> sql.Composed:
    """Return a query of the deliveries that break a rule about whole files, counted anew from {batch}."""
    if rule.kind == "volume":
        return _broken_volume(rule)
    batch = sql.SQL("select * from {{batch}}").format()
    columns = [layout.columns_by_name[name] for name in rule.columns or (rule.column_name,)]
    if rule.columns:
        counts = filling_counts([(c, sql.Identifier(sent_name(c))) for c in columns], batch)
    else:
        (column,) = columns
        counts = code_counts(
            sql.SQL(
                "select delivery_id, {} as column_name, {} as code_set, {} as local_code, count(*) as row_count"
                " from ({}) as b group by 1, 4"
            ).format(column.name, column.code_set, sql.Identifier(sent_name(column)), batch)
        )
    return sql.SQL(
        "select distinct delivery_id from ({}) as m where is_broken"
        " and number in (select number from judged_rule where rule_code = {})"
    ).format(_measured(counts), rule.code)


def _measured(counts: sql.Composable) -> sql.Composed:
    return sql.SQL(_MEASURED).format(counts=counts)


def _broken_volume(rule: Rule) -> sql.Composed:
    # The limits are the state's, so they are read from where the gate wrote them.
    return sql.SQL(
        "select c.delivery_id from compared as c join row_limit as l using (is_same_period)"
        " left join (select delivery_id, count(*) as row_count from {{batch}} group by delivery_id) as n"
        "     using (delivery_id)"
        " where l.rule_code = {code} and c.earlier_rows >= l.least_rows and case when l.falls"
        "     then coalesce(n.row_count, 0) < (1 - l.change) * c.earlier_rows"
        "     else coalesce(n.row_count, 0) > (1 + l.change) * c.earlier_rows end"
    ).format(code=rule.code)


def _find_pairs(
    connection: Connection,
    layout: Layout,
    rule_set: RuleSet,
    rules: Sequence[Rule],
    deliveries: Sequence[Delivery],
) -> list[Pair]:
    ids = [delivery.delivery_id for delivery in deliveries]
    whole = {row[0] for row in connection.execute(_WHOLE, [ids, layout.may_be_empty]).fetchall()}
    parameters = {"ids": ids, "tolerance": rule_set.rejected_tolerance}
    held = {row[0] for row in connection.execute(_HELD, parameters).fetchall()}
    accepted = [Sent(*row) for row in connection.execute(_ACCEPTED, [layout.key]).fetchall()]
    waiting = [
        Sent(d.delivery_id, d.submitter, d.period, d.sequence, d.layout_version, d.row_count)
        for d in deliveries
        if d.delivery_id in whole
    ]
    holding = [rule for rule in rules if rule.kind == "volume" and rule.severity == "hold"]
    return pairs_of(waiting, accepted, layout, holding, held)


def _write_pairs(connection: Connection, pairs: Sequence[Pair]) -> None:
    rows = [
        (
            pair.own.delivery_id,
            pair.earlier.delivery_id,
            pair.own.layout_version,
            pair.earlier.layout_version,
            pair.earlier.row_count,
            pair.is_same_period,
            pair.earlier_name,
        )
        for pair in pairs
    ]
    with connection.cursor() as cursor:
        cursor.executemany("insert into compared values (%s, %s, %s, %s, %s, %s, %s)", rows)


def _write_limits(
    connection: Connection, layout: Layout, rules: Sequence[Rule], pairs: Sequence[Pair]
) -> None:
    connection.execute(
        "create temporary table limits (number smallint, column_name text, measure text, form text, earlier_form text,"
        " most_shift numeric, most_stability numeric, least_rows bigint) on commit drop"
    )
    connection.execute(
        "create temporary table row_limit (rule_code text, is_same_period boolean, change numeric, falls boolean,"
        " least_rows bigint) on commit drop"
    )
    forms = {(pair.own.layout_version, pair.earlier.layout_version) for pair in pairs}
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into limits values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (number, column, measure, *form, rule.shift, rule.stability, rule.least_rows)
                for form in sorted(forms)
                for number, rule in enumerate(rules)
                if rule.kind == "distribution"
                for column, measure in _measures(rule, layout, form)
            ],
        )
        cursor.executemany(
            "insert into row_limit values (%s, %s, %s, %s, %s)",
            [
                (rule.code, same, limit(rule, same_period=same), rule.fall is not None, rule.least_rows)
                for rule in rules
                if rule.kind == "volume"
                for same in (True, False)
            ],
        )


def _measures(rule: Rule, layout: Layout, form: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that a rule compares between two forms: those that both have; a required one is not optional."""
    sent = [{column.name for column in layout.columns_in(version)} for version in form]
    for name in rule.columns or (rule.column_name,):
        if name not in sent[0] & sent[1]:
            continue
        if not rule.columns:
            yield name, CODE
        elif not layout.columns_by_name[name].is_required_in(form[0]):
            yield name, FILLING


def _compare_rows(connection: Connection, rules: Sequence[Rule], pairs: Sequence[Pair]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into comparison values (%s, %s, %s, %s)",
            [
                (pair.own.delivery_id, number, breaks(rule, pair), in_words(pair))
                for number, rule in enumerate(rules)
                if rule.kind == "volume"
                for pair in pairs
                if is_judged(rule, pair)
            ],
        )
