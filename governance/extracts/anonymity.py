"""k-anonymity: key columns are coarsened until nearly everybody shares theirs with k - 1 others; the rest is hidden.

Belongs here: the ladders of coarser forms and the choice among them. Must not come here: who is asked for, files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg import sql

from governance.extracts.request import YEAR, Asked, column_of
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection

    from governance.extracts.vocabulary import Kind

HIDDEN = "*"
# Widths of the bands of dollars, from fine to coarse; above the top everybody is in one band.
_DOLLARS = (1_000, 5_000, 20_000)
_YEARS = 5


@dataclass(frozen=True)
class Level:
    """One form of a key column: what it is called, and the expression that gives it as text."""

    words: str
    expression: sql.Composable


@dataclass(frozen=True)
class Key:
    """A key column and its forms, fine to coarse; the last one hides it."""

    column: str
    levels: tuple[Level, ...]


@dataclass
class Protection:
    """What was done to the rows and what it cost: the k-anonymity report.

    Attributes:
        k: the number of people who at least share their key columns.
        keys: column -> form in which it is given.
        shared_with: column -> earlier projects that hold it too, for which it became a key.
        smallest: fewest rows that share their key columns, hidden ones included.
        rows: how many rows are given.
        hidden: rows whose key columns are hidden.
        left_out: rows that are not given, for too few were hidden to hide among.
        classes: different combinations of key columns.
        alike: measure -> combinations in which everybody has the same value.
        tops: amount -> the amount above which everybody is given it.
    """

    k: int
    keys: dict[str, str] = field(default_factory=dict)
    shared_with: dict[str, list[str]] = field(default_factory=dict)
    smallest: int = 0
    rows: int = 0
    hidden: int = 0
    left_out: int = 0
    classes: int = 0
    alike: dict[str, int] = field(default_factory=dict)
    tops: dict[str, int] = field(default_factory=dict)


def protect(
    connection: Connection[Any],
    asked: Asked,
    k: int,
    step: float,
    shared_with: Mapping[str, Sequence[str]],
) -> Protection:
    """Make the table extract_row from extract_raw, and return what was done.

    Args:
        connection: the builder's, with extract_raw in it.
        asked: the request.
        k: fewest people with the same key columns.
        step: dollars to which amounts are rounded.
        shared_with: measures that earlier projects hold too; in this extract they are keys, so that no row of the
            other can be told to be the same person's by what both say.
    """
    done = Protection(k, shared_with={name: list(projects) for name, projects in shared_with.items()})
    is_key = {term.name: term.key or term.name in shared_with for term in asked.measures}
    done.tops = {
        term.name: _top(connection, column_of(term), k) for term in asked.measures if term.kind == "amount"
    }
    keys = [Key(YEAR, _ladder(YEAR, "year", False, 0))] + [
        Key(
            column_of(term),
            _ladder(column_of(term), term.kind, " as coarser" in term.sql, done.tops.get(term.name, 0)),
        )
        for term in asked.measures
        if is_key[term.name]
    ]
    levels = _coarsen(connection, keys, k, asked.request.may_hide)
    others = {
        column_of(term): _plain(column_of(term), term.kind, step, done.tops.get(term.name, 0))
        for term in asked.measures
        if not is_key[term.name]
    }
    _make_rows(connection, keys, levels, others, k)
    done.keys = {key.column: key.levels[level].words for key, level in zip(keys, levels, strict=True)}
    _measure(connection, done, [key.column for key in keys], list(others))
    return done


def _ladder(column: str, kind: Kind, has_coarser: bool, top: int) -> tuple[Level, ...]:
    name = sql.Identifier(column)
    as_it_is = Level("as it is", sql.SQL("cast({} as text)").format(name))
    hidden = Level("hidden", sql.Literal(HIDDEN))
    middle: list[Level] = []
    if kind == "year":
        middle = [Level(f"bands of {_YEARS} years", _band(name, _YEARS, None))]
    elif kind == "amount":
        bands = [
            Level(f"bands of ${width:,}, the last from ${top:,}", _band(name, width, top))
            for width in _DOLLARS
        ]
        return (*bands, hidden)
    elif has_coarser:
        middle = [
            Level(
                "its coarser form", sql.SQL("cast({} as text)").format(sql.Identifier(f"{column}__coarser"))
            )
        ]
    return (as_it_is, *middle, hidden)


def _band(name: sql.Composable, width: int, top: int | None) -> sql.Composable:
    low = sql.SQL("cast(floor({} / {width}) * {width} as bigint)").format(name, width=sql.Literal(width))
    band = sql.SQL("{low} || '-' || {low} + {high}").format(low=low, high=sql.Literal(width - 1))
    if top is None:
        return band
    return sql.SQL("case when {} >= {top} then {words} else {band} end").format(
        name, top=sql.Literal(top), words=sql.Literal(f"{top} and more"), band=band
    )


def _plain(column: str, kind: Kind, step: float, top: int) -> sql.Composable:
    """The value of a column that is no key: amounts are rounded and have a top, nothing is a day."""
    name = sql.Identifier(column)
    if kind != "amount":
        return name
    return sql.SQL("least(cast(round({} / {step}) * {step} as bigint), {top})").format(
        name, step=sql.Literal(int(step)), top=sql.Literal(top)
    )


def _top(connection: Connection[Any], column: str, k: int) -> int:
    """The amount that at least k people reach, rounded down: the highest amounts are few people's."""
    name = sql.Identifier(column)
    row = connection.execute(
        sql.SQL(
            "select cast(floor({0} / 1000) * 1000 as bigint) from extract_raw where {0} is not null"
            " order by {0} desc offset {1} limit 1"
        ).format(name, sql.Literal(k - 1))
    ).fetchone()
    return int(row[0]) if row else 0


def _coarsen(connection: Connection[Any], keys: list[Key], k: int, may_hide: float) -> list[int]:
    """The level of each key at which no more rows than allowed are in small combinations.

    One key at a time goes one step further: the one that leaves the fewest rows in small combinations. A key is
    hidden as a whole only when no other step is left.
    """
    row = connection.execute("select count(*) from extract_raw").fetchone()
    total = int(row[0]) if row else 0
    if total < k:
        raise P20WError(
            f"Fewer than {k} people are asked for, too few to hide among.",
            "Ask for more years, or for a wider group.",
        )
    levels = [0] * len(keys)
    small = _small(connection, keys, levels, k)
    while small > may_hide * total:
        steps = [n for n, key in enumerate(keys) if levels[n] < len(key.levels) - 2] or [
            n for n, key in enumerate(keys) if levels[n] < len(key.levels) - 1
        ]
        if not steps:
            break
        tried = {n: _small(connection, keys, _raised(levels, n), k) for n in steps}
        best = min(steps, key=lambda n: tried[n])
        levels, small = _raised(levels, best), tried[best]
    return _refined(connection, keys, levels, k, may_hide * total)


def _refined(
    connection: Connection[Any], keys: list[Key], levels: list[int], k: int, allowed: float
) -> list[int]:
    """The same with every step taken back that turned out to be needless."""
    for place in range(len(keys)):
        while levels[place] and _small(connection, keys, _raised(levels, place, -1), k) <= allowed:
            levels = _raised(levels, place, -1)
    return levels


def _raised(levels: list[int], place: int, by: int = 1) -> list[int]:
    return [level + by * (number == place) for number, level in enumerate(levels)]


def _expressions(keys: list[Key], levels: list[int]) -> list[sql.Composable]:
    return [key.levels[level].expression for key, level in zip(keys, levels, strict=True)]


def _small(connection: Connection[Any], keys: list[Key], levels: list[int], k: int) -> int:
    """How many rows share their key columns with fewer than k - 1 others."""
    row = connection.execute(
        sql.SQL(
            "select coalesce(sum(n) filter (where n < {}), 0) from"
            " (select count(*) as n from extract_raw group by {}) as classes"
        ).format(
            sql.Literal(k),
            sql.SQL(", ").join(sql.SQL("({})").format(one) for one in _grouped(keys, levels)),
        )
    ).fetchone()
    return int(row[0]) if row else 0


def _grouped(keys: list[Key], levels: list[int]) -> list[sql.Composable]:
    # A literal in "group by" would be taken for the number of a column.
    return [sql.SQL("{} || ''").format(sql.SQL("({})").format(one)) for one in _expressions(keys, levels)]


def _make_rows(
    connection: Connection[Any],
    keys: list[Key],
    levels: list[int],
    others: Mapping[str, sql.Composable],
    k: int,
) -> None:
    names = [sql.Identifier(key.column) for key in keys]
    coarse = [
        sql.SQL("{} as {}").format(one, name)
        for one, name in zip(_expressions(keys, levels), names, strict=True)
    ]
    plain = [sql.SQL("{} as {}").format(one, sql.Identifier(name)) for name, one in others.items()]
    shown = [
        sql.SQL("case when n < {} then {} else {} end as {}").format(
            sql.Literal(k), sql.Literal(HIDDEN), name, name
        )
        for name in names
    ]
    connection.execute(
        sql.SQL(
            "create temporary table extract_row on commit drop as"
            " with coarse as (select person_code, {coarse} from extract_raw),"
            " sized as (select *, count(*) over (partition by {names}) as n from coarse),"
            " shown as (select person_code, {shown}, n < {k} as is_hidden from sized),"
            " among as (select *, count(*) over (partition by {names}) as class_size from shown)"
            " select * from among"
        ).format(
            coarse=sql.SQL(", ").join([*coarse, *plain]),
            names=sql.SQL(", ").join(names),
            shown=sql.SQL(", ").join([*shown, *(sql.Identifier(name) for name in others)]),
            k=sql.Literal(k),
        )
    )


def _measure(connection: Connection[Any], done: Protection, keys: list[str], others: list[str]) -> None:
    """Leave out what cannot hide, then count what is left."""
    done.left_out = connection.execute("delete from extract_row where class_size < %s", [done.k]).rowcount
    names = sql.SQL(", ").join(map(sql.Identifier, keys))
    row = connection.execute(
        sql.SQL(
            "select coalesce(sum(n), 0), coalesce(min(n), 0), count(*) from"
            " (select count(*) as n from extract_row group by {}) as classes"
        ).format(names)
    ).fetchone()
    hidden = connection.execute("select count(*) from extract_row where is_hidden").fetchone()
    assert row is not None and hidden is not None  # noqa: S101 - an aggregate returns a row
    done.rows, done.smallest, done.classes = map(int, row)
    done.hidden = int(hidden[0])
    for name in others:
        found = connection.execute(
            sql.SQL(
                "select count(*) from (select from extract_row group by {} having count({}) > 0"
                " and count(distinct coalesce(cast({} as text), '')) = 1) as alike"
            ).format(names, sql.Identifier(name), sql.Identifier(name))
        ).fetchone()
        done.alike[name] = int(found[0]) if found else 0
