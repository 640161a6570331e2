"""Functions that decide whether a delivered text is a date, a number or an SSN, and read it.

Rules of the quality gate and staging call the same functions, so that they cannot disagree. Each is one
immutable expression without settings of its own, which PostgreSQL pastes into the calling query.
Surrounding spaces are no error anywhere: fixed-width fields are padded.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

# Printed in advertisements and leaflets, or typed by those who have none.
_NEVER_ISSUED = ("123456789", "078051120", "219099999")
_ONE_DIGIT = tuple(digit * 9 for digit in "1234578")  # 000, 666 and 9xx are ruled out by their area

FUNCTIONS = {
    "is_calendar_day(y integer, m integer, d integer) returns boolean": """
        y between 1900 and 2100 and m between 1 and 12 and d between 1 and
        case
            when m in (4, 6, 9, 11) then 30
            when m <> 2 then 31
            when y % 4 = 0 and (y % 100 <> 0 or y % 400 = 0) then 29
            else 28
        end""",
    "is_date(value text, format text) returns boolean": r"""
        case format
            when 'YYYYMMDD' then
                case when btrim(value) ~ '^[0-9]{8}$' then control.is_calendar_day(
                    substr(btrim(value), 1, 4)::integer,
                    substr(btrim(value), 5, 2)::integer,
                    substr(btrim(value), 7, 2)::integer) else false end
            when 'YYYY-MM-DD' then
                case when btrim(value) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then control.is_calendar_day(
                    substr(btrim(value), 1, 4)::integer,
                    substr(btrim(value), 6, 2)::integer,
                    substr(btrim(value), 9, 2)::integer) else false end
            when 'MM/DD/YYYY' then
                case when btrim(value) ~ '^[0-9]{2}/[0-9]{2}/[0-9]{4}$' then control.is_calendar_day(
                    substr(btrim(value), 7, 4)::integer,
                    substr(btrim(value), 1, 2)::integer,
                    substr(btrim(value), 4, 2)::integer) else false end
            else false
        end""",
    "to_date(value text, format text) returns date": """
        case when control.is_date(value, format) then
            case format
                when 'YYYYMMDD' then make_date(
                    substr(btrim(value), 1, 4)::integer,
                    substr(btrim(value), 5, 2)::integer,
                    substr(btrim(value), 7, 2)::integer)
                when 'YYYY-MM-DD' then make_date(
                    substr(btrim(value), 1, 4)::integer,
                    substr(btrim(value), 6, 2)::integer,
                    substr(btrim(value), 9, 2)::integer)
                else make_date(
                    substr(btrim(value), 7, 4)::integer,
                    substr(btrim(value), 1, 2)::integer,
                    substr(btrim(value), 4, 2)::integer)
            end
        end""",
    "is_integer(value text) returns boolean": """
        case when btrim(value) ~ '^[+-]?[0-9]{1,18}$'
            then btrim(value)::bigint between -2147483648 and 2147483647
            else false
        end""",
    "to_integer(value text) returns integer": """
        case when control.is_integer(value) then btrim(value)::integer end""",
    "is_decimal(value text) returns boolean": r"""
        coalesce(btrim(value) ~ '^[+-]?([0-9]{1,30}([.][0-9]{0,30})?|[.][0-9]{1,30})$', false)""",
    "to_decimal(value text) returns numeric": """
        case when control.is_decimal(value) then btrim(value)::numeric end""",
    "is_valid_ssn(value text) returns boolean": f"""
        coalesce(
            translate(value, '- ', '') ~ '^(?!000|666|9)[0-9]{{3}}(?!00)[0-9]{{2}}(?!0000)[0-9]{{4}}$'
            and translate(value, '- ', '') not in
                ({", ".join(f"'{ssn}'" for ssn in _ONE_DIGIT + _NEVER_ISSUED)}),
            false)""",
    "clean_ssn(value text) returns text": """
        case when control.is_valid_ssn(value) then translate(value, '- ', '') end""",
    "quarter_index(day date) returns integer": """
        extract(year from day)::integer * 4 + extract(quarter from day)::integer - 1""",
}


def upgrade() -> None:
    """Apply."""
    for signature, expression in FUNCTIONS.items():
        op.execute(
            f"create function control.{signature} language sql immutable parallel safe "
            f"as $body$ select {expression} $body$"
        )


def downgrade() -> None:
    """Take back."""
    for signature in reversed(FUNCTIONS):
        op.execute(f"drop function control.{signature.partition(' returns ')[0]}")
