"""The rows of another file that a cross_file rule looks for, and the condition under which a row lacks or has one.

Belongs here: the SQL of that condition, for the gate and for Great Expectations alike. Must not come here: other kinds
of rules, writing results.
"""

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.layout import Column, Layout
from quality_checks.batch import sent_name
from quality_checks.catalogue import other_columns_named
from quality_checks.rule import Rule

# What has been let in, and what waits beside the delivery at hand.
_KNOWN_STATUS = ("loaded", "accepted")


def partner_fails(rule: Rule, layout: Layout, batch: sql.Composable) -> sql.Composed:
    """Return a query with delivery_id and row_number of the rows that lack a required partner or have a forbidden one.

    A row is judged once the other file of its submitter and period is there, with rows for all but the last of the
    rule's columns: before, every row would lack its partner. Of a rule that asks no matter who sent it, any delivery
    of the other layout will do.
    """
    other = load_catalogue().layout(rule.other or "")
    keys = [layout.columns_by_name[name] for name in rule.columns]
    pairs: list[sql.Composable] = [
        sql.SQL("other.{} = batch.{}").format(sql.Identifier(_key(column)), sql.Identifier(sent_name(column)))
        for column in keys
    ]
    if rule.same_submitter:
        pairs.append(sql.SQL("other.submitter = batch.submitter"))
    if other.key == layout.key:
        # An earlier delivery of the same key is what this one replaces, not another file.
        pairs.append(sql.SQL("(other.delivery_id = batch.delivery_id or other.sender <> batch.sender)"))
    if rule.fails:
        pairs.append(sql.SQL("({})").format(sql.SQL(rule.fails)))
    *scope, _ = keys
    if scope:
        # Whose file has not come, or is sent under a name that nobody knows, is no fault of each of its rows.
        arrived = sql.SQL("{} and ({}) in (select {} from ({}) as other)").format(
            _arrived(rule, other),
            sql.SQL(", ").join(sql.Identifier("batch", sent_name(column)) for column in scope),
            sql.SQL(", ").join(sql.Identifier(_key(column)) for column in scope),
            _other_rows(rule, other),
        )
    else:
        arrived = _arrived(rule, other)
    filled = [sql.SQL("batch.{} is not null").format(sql.Identifier(sent_name(column))) for column in keys]
    return sql.SQL(
        "select batch.delivery_id, batch.row_number from"
        " (select given.*, own.period, own.submitter || ' ' || own.period as sender from ({batch}) as given"
        "     join control.delivery as own on own.delivery_id = given.delivery_id) as batch"
        " where {filled} and {arrived} and {negation} exists (select from ({other}) as other where {pairs})"
    ).format(
        batch=batch,
        filled=sql.SQL(" and ").join(filled),
        arrived=arrived,
        negation=sql.SQL("not" if rule.partner == "required" else ""),
        other=_other_rows(rule, other),
        pairs=sql.SQL(" and ").join(pairs),
    )


def _arrived(rule: Rule, other: Layout) -> sql.Composed:
    same = "(batch.submitter, batch.period)" if rule.same_submitter else "1"
    listed = "known.submitter, known.period" if rule.same_submitter else "1"
    return sql.SQL(
        f"{same} in (select {listed} from control.delivery as known"
        " where known.layout = {layout} and known.status in ({status}))"
    ).format(layout=sql.Literal(other.key), status=_statuses())


def _statuses() -> sql.Composed:
    return sql.SQL(", ").join(sql.Literal(status) for status in _KNOWN_STATUS)


def _other_rows(rule: Rule, other: Layout) -> sql.Composed:
    """Return the other file's rows in force: key columns as sent, compared columns read as the batch reads them."""
    values = [
        sql.SQL("nullif(btrim(known.{}), '') as {}").format(
            sql.Identifier(name), sql.Identifier(f"key__{name}")
        )
        for name in rule.columns
    ]
    values += [_value(other.columns_by_name[name], other) for name in other_columns_named(rule)]
    return sql.SQL(
        "select known.delivery_id, sent.submitter, sent.submitter || ' ' || sent.period as sender, {values}"
        " from {table} as known join control.delivery as sent on sent.delivery_id = known.delivery_id"
        " where sent.status in ({status}) offset '0'::bigint"
    ).format(values=sql.SQL(", ").join(values), table=sql.Identifier("raw", other.table), status=_statuses())


def _key(column: Column) -> str:
    return f"key__{column.name}"


def _value(column: Column, other: Layout) -> sql.Composed:
    text = sql.SQL("nullif(btrim(known.{}), '')").format(sql.Identifier(column.name))
    if column.type == "date":
        formats = sql.SQL(" ").join(
            sql.SQL("when {} then {}").format(sql.Literal(name), sql.Literal(version.date_format))
            for name, version in other.versions.items()
        )
        text = sql.SQL("control.to_date({}, case sent.layout_version {} end)").format(text, formats)
    elif column.type in ("integer", "decimal"):
        text = sql.SQL("control.{}({})").format(sql.Identifier(f"to_{column.type}"), text)
    return sql.SQL("{} as {}").format(text, sql.Identifier(column.name))
