"""Functions that decide whether a delivered text is a date, a number or an SSN, and read it.

Rules of the quality gate and staging call the same functions, so that they cannot disagree. Each is one
immutable expression without settings of its own, which PostgreSQL pastes into the calling query.
Surrounding spaces are no error anywhere: fixed-width fields are padded.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

# Printed in advertisements and leaflets, or typed by those who have none. Areas 000, 666 and 9xx were never used.
_NEVER_ISSUED = ("123456789", "078051120", "219099999", *(digit * 9 for digit in "1234578"))
_SSN = (
    f"^(?!000|666|9|{'|'.join(_NEVER_ISSUED)})[0-9]{{3}}(?:0[1-9]|[1-9][0-9])"
    "(?:0{3}[1-9]|0{2}[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})$"
)

# The calendar as one pattern: three times as fast as reading the parts and comparing numbers.
_YEAR = "(?:19[0-9]{2}|20[0-9]{2}|2100)"
_LEAP_YEAR = "(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)"
_MONTH_AND_DAY = (
    "(?:(?:0[13578]|1[02]){sep}(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11){sep}(?:0[1-9]|[12][0-9]|30)"
    "|02{sep}(?:0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP_DAY = "02{sep}29"


def _year_first(sep: str) -> str:
    day, leap_day = _MONTH_AND_DAY.format(sep=sep), _LEAP_DAY.format(sep=sep)
    return f"^ *(?:{_YEAR}{sep}{day}|{_LEAP_YEAR}{sep}{leap_day}) *$"


def _year_last(sep: str) -> str:
    day, leap_day = _MONTH_AND_DAY.format(sep=sep), _LEAP_DAY.format(sep=sep)
    return f"^ *(?:{day}{sep}{_YEAR}|{leap_day}{sep}{_LEAP_YEAR}) *$"


FUNCTIONS = {
    "is_date(value text, format text) returns boolean": f"""
        coalesce(
            case format
                when 'YYYYMMDD' then value ~ '{_year_first("")}'
                when 'YYYY-MM-DD' then value ~ '{_year_first("-")}'
                when 'MM/DD/YYYY' then value ~ '{_year_last("/")}'
            end, false)""",
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
        case when btrim(value) ~ '^[+-]?[0-9]+$' and length(btrim(value)) <= 18
            then btrim(value)::bigint between -2147483648 and 2147483647
            else false
        end""",
    "to_integer(value text) returns integer": """
        case when control.is_integer(value) then btrim(value)::integer end""",
    "is_decimal(value text) returns boolean": r"""
        coalesce(btrim(value) ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$' and length(btrim(value)) <= 62, false)""",
    "to_decimal(value text) returns numeric": """
        case when control.is_decimal(value) then btrim(value)::numeric end""",
    "is_valid_ssn(value text) returns boolean": f"""
        coalesce(translate(value, '- ', '') ~ '{_SSN}', false)""",
    "clean_ssn(value text) returns text": """
        case when control.is_valid_ssn(value) then translate(value, '- ', '') end""",
    "quarter_index(day date) returns integer": """
        extract(year from day)::integer * 4 + extract(quarter from day)::integer - 1""",
}


def upgrade() -> None:
    """Apply."""
    for signature, expression in FUNCTIONS.items():
        # Not op.execute: SQLAlchemy would take (?:0 of a pattern for a parameter named 0.
        op.get_bind().exec_driver_sql(
            f"create function control.{signature} language sql immutable parallel safe "
            f"as $body$ select {expression} $body$"
        )


def downgrade() -> None:
    """Take back."""
    for signature in reversed(FUNCTIONS):
        op.execute(f"drop function control.{signature.partition(' returns ')[0]}")
