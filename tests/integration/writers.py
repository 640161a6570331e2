"""Notes in whose name rows of a table were written, told by the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.connection import Warehouse

_BEGIN = """
create table public.writer (table_name text, role_name text);
grant usage on schema public to public;
grant insert on public.writer to public;
create function public.note_writer() returns trigger language plpgsql as $$
begin
    insert into public.writer values (tg_table_schema || '.' || tg_table_name, current_user);
    return null;
end
$$
"""
_END = "drop function public.note_writer() cascade; drop table public.writer; revoke usage on schema public from public"


@contextmanager
def noting_writers(warehouse: Warehouse, *tables: str) -> Iterator[set[tuple[str, str]]]:
    """Fill the set with table and role when the block ends."""
    warehouse.execute(_BEGIN)
    for table in tables:
        warehouse.execute(
            f"create trigger note_writer after insert on {table} for each statement execute function public.note_writer()"
        )
    found: set[tuple[str, str]] = set()
    try:
        yield found
        found |= {(table, role) for table, role in warehouse.fetch_all("table public.writer")}
    finally:
        warehouse.execute(_END)
