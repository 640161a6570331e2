"""A planted person: a surname and a social security number that nobody else has, and where they turn up."""

import gzip
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from psycopg import sql

from warehouse.connection import Warehouse
from warehouse.home import Home

# Folders that hold the agencies' own files, the truth, the database itself, or what a linkage run leaves to the next.
_OWN_PLACES = {"incoming", "archive", "truth", "server", "linkage"}


@dataclass(frozen=True)
class Canary:
    """What was planted; fixed width cuts nothing of either."""

    last_name: str = "ZZCANARYZZ"
    ssn: str = "512908347"

    @property
    def words(self) -> tuple[str, ...]:
        return (self.last_name, self.ssn, f"{self.ssn[:3]}-{self.ssn[3:5]}-{self.ssn[5:]}")


def plant(incoming: Path) -> Canary:
    """Rename the first person of one file per kind of agency, before anything is loaded."""
    canary = Canary()
    _rename(
        incoming / "south" / "k12__student__south__2019.txt",
        "|",
        "lastSurname",
        "socialSecurityNumber",
        canary,
    )
    _rename(
        next((incoming / "higher_ed").glob("postsecondary__enrollment__*")), ",", "LAST_NAME", "SSN", canary
    )
    _rename(next((incoming / "workforce").glob("wioa__identity__*")), ",", "LAST_NAME", "SSN", canary)
    _rename(
        next((incoming / "motor_vehicle").glob("bridge__driver_license__*")), "|", "LAST_NAME", "SSN", canary
    )
    wages = next((incoming / "ui_agency").glob("ui__wage__*"))
    content = bytearray(wages.read_bytes())
    content[276 + 1 : 276 + 10] = canary.ssn.encode()
    content[276 + 10 : 276 + 30] = canary.last_name.ljust(20).encode()
    wages.write_bytes(content)
    return canary


def _rename(path: Path, delimiter: str, last_name: str, ssn: str, canary: Canary) -> None:
    text = pc.ConvertOptions(column_types=None, strings_can_be_null=False)
    header = path.read_bytes().splitlines()[0].decode().replace('"', "").split(delimiter)
    text.column_types = dict.fromkeys(header, pa.string())
    table = pc.read_csv(path, parse_options=pc.ParseOptions(delimiter=delimiter), convert_options=text)
    for name, value in ((last_name, canary.last_name), (ssn, canary.ssn)):
        values = table[name].to_pylist()
        table = table.set_column(table.column_names.index(name), name, pa.array([value, *values[1:]]))
    pc.write_csv(table, path, pc.WriteOptions(delimiter=delimiter, quoting_style="needed"))


# A view over relations that are looked at themselves shows nothing else; one that reads raw rows or the vault must be read.
_RELATIONS = """
    select n.nspname, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(%s) and (
        c.relkind in ('r', 'p', 'm')
        or c.relkind = 'v' and exists (
            select from pg_rewrite rule
            join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = rule.oid
            join pg_class read on d.refclassid = 'pg_class'::regclass and d.refobjid = read.oid
            where rule.ev_class = c.oid and read.relnamespace in ('raw'::regnamespace, 'identity'::regnamespace)))
    order by 1, 2
"""


def found_in_tables(warehouse: Warehouse, canary: Canary, schemas: list[str]) -> list[str]:
    """Tables of the schemas, and views on raw rows or the vault, in which any row, written as text, holds a planted word."""
    return [
        f"{schema}.{relation}"
        for schema, relation in warehouse.fetch_all(_RELATIONS, (schemas,))
        if warehouse.fetch_value(
            sql.SQL("select exists (select from {} as t where t::text ~* %s)").format(
                sql.Identifier(schema, relation)
            ),
            ("|".join(canary.words),),
        )
    ]


def found_in_files(home: Home, words: Sequence[str]) -> list[str]:
    """Files of the home, other than the agencies' own and the database's, that hold a planted word in any letters."""
    sought = [word.encode().lower() for word in words]
    return [
        str(path.relative_to(home.root))
        for path in looked_at(home)
        if any(word in content for content in _contents(path) for word in sought)
    ]


def _contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file in small letters, and what is packed in them."""
    content = path.read_bytes()
    yield content.lower()
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist()).encode().lower()
    elif path.suffix == ".gz":
        yield gzip.decompress(content).lower()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name).lower() for name in packed.namelist())


def looked_at(home: Home) -> list[Path]:
    """The files in which nobody may be named."""
    return [
        path
        for path in sorted(home.root.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.relative_to(home.root).parts[0] not in _OWN_PLACES
    ]
