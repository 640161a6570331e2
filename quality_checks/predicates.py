"""From a rule to the SQL condition under which a row of the batch fails it.

Belongs here: what makes a row fail, for every kind of rule. Must not come here: reading rows, writing results.
"""

from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import sent_name
from quality_checks.rule import Rule

# Rows of these deliveries can be looked up: what has been let in, and what waits beside the row at hand.
_KNOWN_STATUS = ("loaded", "accepted")


def failing(rule: Rule, layout: Layout) -> sql.Composed:
    """Return the condition that is true for a failing row of the batch, for a rule about single rows.

    Columns stand without an alias, so the batch must be the only relation in scope.
    """
    if rule.kind == "completeness":
        return _blank(rule, layout)
    if rule.kind == "type":
        # The typed value is null exactly where the text is no such value: both come from the same functions.
        return sql.SQL("{} is null and {} is not null").format(_value(rule), _sent(rule, layout))
    if rule.kind == "code_set":
        return _unmapped(rule, layout)
    if rule.kind == "range":
        return _out_of_range(rule)
    if rule.kind == "format":
        return sql.SQL("{} !~ {}").format(_value(rule), sql.Literal(rule.pattern))
    if rule.kind == "date_order":
        earlier, later = (sql.Identifier(name) for name in rule.columns)
        return sql.SQL("{} < {}").format(later, earlier)
    if rule.kind == "referential":
        return _unknown(rule)
    if rule.kind == "cross_column":
        return sql.SQL("({})").format(sql.SQL(rule.fails or ""))
    raise ValueError(f"rule {rule.code} is not about single rows")


def key_columns(rule: Rule, layout: Layout) -> list[sql.Identifier]:
    """Return the columns whose values a uniqueness rule compares, as they were sent."""
    return [sql.Identifier(sent_name(layout.columns_by_name[name])) for name in rule.columns]


def key_counts(rule: Rule, layout: Layout) -> sql.Composed:
    """Return the condition under which a row takes part in a uniqueness rule."""
    if not rule.skip_blank:
        return sql.Composed([sql.SQL("true")])
    filled = [sql.SQL("{} is not null").format(column) for column in key_columns(rule, layout)]
    return sql.SQL(" and ").join(filled)


def _blank(rule: Rule, layout: Layout) -> sql.Composed:
    blank = sql.SQL("{} is null").format(_sent(rule, layout))
    if layout.columns_by_name[rule.column_name].type in ("text", "code"):
        return blank
    # What could be read is not blank, and needs no trimming to be seen.
    return sql.SQL("{} is null and {}").format(_value(rule), blank)


def _sent(rule: Rule, layout: Layout) -> sql.Identifier:
    return sql.Identifier(sent_name(layout.columns_by_name[rule.column_name]))


def _value(rule: Rule) -> sql.Identifier:
    return sql.Identifier(rule.column_name)


def _unmapped(rule: Rule, layout: Layout) -> sql.Composed:
    # The years are written out for the deliveries there are, so that the map is hashed once and looked up by equality.
    return sql.SQL(
        "{sent} is not null and (submitter, code_year, {sent}) not in"
        " (select m.submitter, y.code_year, m.local_code from control.code_map as m join"
        " (select distinct v.submitter, cast(left(v.period, 4) as integer) as code_year"
        " from control.delivery as v where v.layout = {layout}) as y"
        " on y.submitter = m.submitter and y.code_year between m.first_year and m.last_year"
        " where m.code_set = {code_set})"
    ).format(
        layout=sql.Literal(layout.key),
        sent=_sent(rule, layout),
        code_set=sql.Literal(layout.columns_by_name[rule.column_name].code_set),
    )


def _out_of_range(rule: Rule) -> sql.Composed:
    limits = []
    if rule.minimum is not None:
        limits.append(sql.SQL("{} < {}").format(_value(rule), _number(rule.minimum)))
    if rule.maximum is not None:
        limits.append(sql.SQL("{} > {}").format(_value(rule), _number(rule.maximum)))
    return sql.SQL("({})").format(sql.SQL(" or ").join(limits))


def _number(limit: float) -> sql.Literal:
    # Whole numbers are compared as such, which is several times faster than as decimals.
    return sql.Literal(int(limit) if limit.is_integer() else limit)


def _unknown(rule: Rule) -> sql.Composed:
    layout_key, _, column = (rule.refers_to or "").partition(".")
    return sql.SQL(
        "{value} is not null and {value} not in (select btrim(known.{column}) from {table} as known"
        " join control.delivery as known_delivery on known_delivery.delivery_id = known.delivery_id"
        " where known_delivery.status in ({status}) and known.{column} is not null)"
    ).format(
        value=_value(rule),
        column=sql.Identifier(column),
        table=sql.Identifier("raw", layout_key.replace("/", "__")),
        status=sql.SQL(", ").join(sql.Literal(status) for status in _KNOWN_STATUS),
    )
