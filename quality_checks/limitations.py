"""The register of known limitations: what readers of a column or an indicator must know about its data.

Belongs here: reading the register, writing it beside the results and onto the columns. Must not come here: rules,
which find faults; a limitation stays when every rule is kept.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

from psycopg import sql

from ingest.catalogue import load_catalogue
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State
from warehouse.state_sections.safeguards import Limitation
from warehouse.yaml_lines import read_yaml

_REGISTER = Path(__file__).with_name("limitations.yml")
SubjectType = Literal["layout_column", "core_column", "indicator"]
# In a column's comment everything from here on is the register's.
_MARK = "Known limitation: "

_COLUMNS = ("limitation_code", "subject_type", "subject", "sentence", "owner", "since", "until", "submitter")
_MERGE = f"""
    with wanted as (
        select * from unnest({", ".join(["%s::text[]"] * len(_COLUMNS))}) as w({", ".join(_COLUMNS)})
    ),
    gone as (
        delete from quality.limitation as old where not exists (
            select from wanted where (wanted.limitation_code, wanted.subject_type, wanted.subject)
                = (old.limitation_code, old.subject_type, old.subject))
    )
    insert into quality.limitation as known ({", ".join(_COLUMNS)}) select * from wanted
    on conflict (limitation_code, subject_type, subject) do update set
        sentence = excluded.sentence, owner = excluded.owner, since = excluded.since, until = excluded.until,
        submitter = excluded.submitter
    where known is distinct from excluded
"""
_COMMENTS = """
    select pg_namespace.nspname, pg_class.relname, attname, coalesce(col_description(attrelid, attnum), ''),
        string_agg(distinct limitation.sentence, ' ')
    from quality.limitation as limitation
    join pg_attribute on attname = split_part(limitation.subject, '.', case subject_type when 'core_column' then 3 else 2 end)
    join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p', 'v', 'm')
        and relname = case subject_type when 'core_column' then split_part(limitation.subject, '.', 2)
            else replace(split_part(limitation.subject, '.', 1), '/', '__') end
    join pg_namespace on pg_namespace.oid = relnamespace
        and nspname = case subject_type when 'core_column' then split_part(limitation.subject, '.', 1) else 'raw' end
    where subject_type <> 'indicator' and attnum > 0
    group by 1, 2, 3, 4
"""


def register(state: State) -> list[Limitation]:
    """Return the package's limitations and the state's own; raise P20WError where one is attached to nothing."""
    known = [*_packaged(), *state.limitations]
    codes = [limitation.code for limitation in known]
    for limitation in known:
        if codes.count(limitation.code) > 1:
            raise P20WError(f"Limitation {limitation.code} is registered twice.", "Give one another code.")
        if limitation.submitter not in (None, *state.submitters):
            raise P20WError(
                f"Limitation {limitation.code} names the submitter {limitation.submitter}, who does not exist.",
                "Correct limitations in the state file.",
            )
        for column in limitation.layout_columns:
            layout, _, name = column.partition(".")
            if name not in load_catalogue().layout(layout).columns_by_name:
                raise P20WError(
                    f"Limitation {limitation.code} is attached to {column}, which does not exist.",
                    "Write a column as layout.column, for example k12/student.ssn.",
                )
    return known


def limitations_of_column(state: State, layout: str, column: str) -> list[Limitation]:
    """Return what is known to be doubtful about a column of a layout, for a dictionary or a page."""
    return [known for known in register(state) if f"{layout}.{column}" in known.layout_columns]


def sync_limitations(warehouse: Warehouse, state: State) -> int:
    """Write the register into quality.limitation; return how many rows were new or changed."""
    rows = list(_rows(register(state)))
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in _COLUMNS]
    return warehouse.execute(_MERGE, columns)


def comment_columns(warehouse: Warehouse) -> int:
    """Add each limitation to the comments of the columns it is about, behind what stands there; return how many changed."""
    changed = 0
    with warehouse.connect() as connection:
        for schema, relation, column, comment, sentences in connection.execute(_COMMENTS).fetchall():
            wanted = f"{comment.partition(_MARK)[0].strip()} {_MARK}{sentences}".strip()
            if wanted != comment:
                connection.execute(
                    sql.SQL("comment on column {} is {}").format(
                        sql.Identifier(schema, relation, column), sql.Literal(wanted)
                    )
                )
                changed += 1
    return changed


def _rows(known: list[Limitation]) -> Iterator[tuple[str | None, ...]]:
    for limitation in known:
        subjects: dict[SubjectType, list[str]] = {
            "layout_column": limitation.layout_columns,
            "core_column": limitation.core_columns,
            "indicator": limitation.indicators,
        }
        for subject_type, names in subjects.items():
            for name in names:
                yield (
                    limitation.code,
                    subject_type,
                    name,
                    limitation.sentence,
                    limitation.owner,
                    limitation.since,
                    limitation.until,
                    limitation.submitter,
                )


@lru_cache(maxsize=1)
def _packaged() -> tuple[Limitation, ...]:
    return tuple(
        Limitation.model_validate(entry) for entry in read_yaml(_REGISTER.read_text(encoding="utf-8"))
    )
