"""What the linkage report shows: shares with intervals, read from the tables of the live run. Counts only, no value of a person.

Every figure is a part of a whole with Wilson's interval; words that belong to a figure stand beside its query.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from warehouse.connection import Warehouse

_Z = 1.96

SOURCES = {
    "k12": "K-12",
    "postsecondary": "Postsecondary",
    "wioa": "WIOA",
    "bridge": "Driver licenses",
    "ui": "Wages",
}


@dataclass(frozen=True)
class Share:
    """A part of a whole, under a heading; without a whole there is nothing to say."""

    label: str
    part: int
    whole: int
    heading: str = ""

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval at 95 percent, which holds for shares near 0 and 1 too."""
        if not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return max(middle - half, 0.0), min(middle + half, 1.0)


_LINKED = """
create temp table linked on commit drop as
select m.record_id, m.person_id, r.source, r.ssn is not null as has_ssn,
    extract(year from r.last_seen)::int as year,
    (r.first_name is null or r.last_name is null or r.birthdate is null) and r.ssn is null as is_unlinkable
from identity.person_crosswalk as m join identity.person_record as r using (record_id)
"""
_HOLDS = """
create temp table holds on commit drop as
select person_id, bool_or(source = 'k12') as k12, bool_or(source = 'postsecondary') as postsecondary,
    bool_or(source = 'wioa') as wioa, bool_or(source = 'bridge') as bridge, bool_or(source = 'ui') as ui,
    bool_or(has_ssn and source <> 'ui') as has_ssn, count(*) as records
from linked group by person_id
"""
_TARGETS = ", ".join(f"('{source}', h.{source})" for source in SOURCES)
_BY_PAIR = f"""
select l.source, t.target, count(distinct l.person_id) filter (where t.holds), count(distinct l.person_id)
from linked as l join holds as h using (person_id) cross join lateral (values {_TARGETS}) as t (target, holds)
where t.target <> l.source group by 1, 2
"""
_BY_YEAR = f"""
select l.source, t.target, l.year, count(distinct l.person_id) filter (where t.holds), count(distinct l.person_id)
from linked as l join holds as h using (person_id) cross join lateral (values {_TARGETS}) as t (target, holds)
where l.year is not null and (l.source, t.target) in (('k12', 'bridge'), ('k12', 'ui'), ('postsecondary', 'ui'), ('wioa', 'ui'))
group by 1, 2, 3 order by 1, 2, 3
"""
_COVERED = """
select 'All pupils', 'all', count(*) filter (where has_ssn), count(*), count(*) filter (where ui),
    count(*) filter (where ui and has_ssn)
from holds where k12
"""
_COVERED_BY_GROUP = """
select g.subgroup_dimension, coalesce(g.subgroup, 'unknown'), count(*) filter (where h.has_ssn), count(*),
    count(*) filter (where h.ui), count(*) filter (where h.ui and h.has_ssn)
from holds as h join core.brg_person_subgroup as g using (person_id) where h.k12 group by 1, 2 order by 1, 2
"""
_ALONE = """
select l.source, count(*) filter (where h.records = 1), count(*) filter (where l.is_unlinkable), count(*)
from linked as l join holds as h using (person_id) group by 1
"""
# What cannot be in one life: each is a false link, or an error in a source.
_IMPOSSIBLE = """
with person as (
    select m.person_id, min(r.birthdate) filter (where r.source <> 'ui') as first_birth,
        max(r.birthdate) filter (where r.source <> 'ui') as last_birth,
        count(distinct r.ssn) filter (where r.source <> 'ui') as ssns, count(r.ssn) filter (where r.source <> 'ui') as with_ssn,
        count(r.birthdate) as with_birth, count(distinct r.sex) as sexes, count(r.sex) as with_sex,
        min(r.first_seen) filter (where r.source = 'ui') as first_wage
    from identity.person_crosswalk as m join identity.person_record as r using (record_id) group by m.person_id
)
select 'Wages before the 14th birthday', count(*) filter (where first_wage < first_birth + interval '14 years'),
    count(*) filter (where first_wage is not null and first_birth is not null) from person
union all
select 'Different social security numbers outside wages', count(*) filter (where ssns > 1),
    count(*) filter (where with_ssn > 1) from person
union all
select 'Birth dates more than a year apart', count(*) filter (where last_birth > first_birth + interval '1 year'),
    count(*) filter (where with_birth > 1) from person
union all
select 'Recorded as both sexes', count(*) filter (where sexes > 1), count(*) filter (where with_sex > 1) from person
"""
# Two pupils' ids enrolled on one day are two people: how often do they nevertheless meet in one person?
_CO_ENROLLED = """
with pupil as (
    select distinct m.person_id, s.source_key from identity.person_crosswalk as m
    join identity.source_record as s on s.record_id = m.record_id and s.source = 'k12'
)
select 'Pupil ids that share a person with another pupil id',
    (select count(*) from pupil where person_id in (select person_id from pupil group by person_id having count(*) > 1)),
    (select count(*) from pupil)
"""
_MEASURES = """
select measure, dimension, category, numerator, denominator from identity.linkage_measure
where linkage_run_id = %(run)s::uuid order by measure, dimension, category
"""
_BINS = ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 0.99), (0.99, 1.01))
_CLERICAL = """
select width_bucket((evidence ->> 'probability')::float8, array[0, 0.1, 0.5, 0.9, 0.99]::float8[]) as bin,
    count(*) filter (where kind = 'must'), count(*)
from identity.decision as d where kind in ('must', 'cannot') and evidence ->> 'probability' is not null
    and not exists (select from identity.decision as u where u.undoes = d.decision_id)
group by 1
"""
_IN_BINS = """
select width_bucket(p, array[0, 0.1, 0.5, 0.9, 0.99]::float8[]), count(*) filter (where is_link),
    count(*) filter (where not is_link)
from (
    select match_probability as p, true as is_link from identity.edge
    where linkage_run_id = %(run)s::uuid and match_probability is not null
    union all
    select 1 / (1 + power(2::float8, -match_weight)), false from identity.review_item
    where linkage_run_id = %(run)s::uuid and match_weight is not null
) as pair group by 1
"""
_QUEUE = "select reason, count(*) from identity.review_item where linkage_run_id = %(run)s::uuid group by 1 order by 2 desc, 1"


@dataclass(frozen=True)
class Bin:
    """Pairs of one range of probability: how many people judged, how many of them one person, how many there are."""

    low: float
    high: float
    judged_same: int
    judged: int
    links: int
    waiting: int

    @property
    def estimated_false(self) -> float | None:
        """Links of this range that are probably wrong, where people judged some."""
        return self.links * (1 - self.judged_same / self.judged) if self.judged else None

    @property
    def estimated_missed(self) -> float | None:
        """Waiting pairs of this range that are probably one person."""
        return self.waiting * self.judged_same / self.judged if self.judged else None


@dataclass(frozen=True)
class Coverage:
    """Pupils of one group: how many a record with an SSN covers, how many are linked to wages, of all and of those covered."""

    heading: str
    label: str
    covered: Share
    to_wages: Share
    to_wages_of_covered: Share


@dataclass(frozen=True)
class Figures:
    """All that the report shows of one run."""

    run: dict[str, Any]
    before: dict[str, Any] | None
    by_pair: list[Share]
    by_year: list[Share]
    coverage: list[Coverage]
    alone: list[Share]
    unlinkable: list[Share]
    impossible: list[Share]
    hidden: dict[str, list[Share]]
    bins: list[Bin]
    queue: list[tuple[str, int]]
    contradictions: int


def read_figures(warehouse: Warehouse) -> Figures | None:
    """Read the live run's figures in one snapshot; None before the first run."""
    with warehouse.connect() as connection:
        connection.execute("set transaction isolation level repeatable read")

        def rows(query: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
            return connection.execute(query.encode(), values).fetchall()

        run = _run(rows("select row_to_json(r) from control.linkage_run as r where status = 'live'"))
        if run is None:
            return None
        named = {"run": run["linkage_run_id"]}
        before = _run(
            rows(
                "select row_to_json(r) from control.linkage_run as r where linkage_run_id = %(run)s::uuid",
                {"run": run["based_on"]},
            )
        )
        rows_of = connection.execute
        rows_of(_LINKED.encode())
        rows_of(_HOLDS.encode())
        rows_of(b"analyze linked, holds")
        covered = rows(_COVERED)
        if rows("select to_regclass('core.brg_person_subgroup') is not null")[0][0]:
            covered += rows(_COVERED_BY_GROUP)
        alone = rows(_ALONE)
        return Figures(
            run,
            before,
            sorted(
                (Share(SOURCES[b], part, whole, SOURCES[a]) for a, b, part, whole in rows(_BY_PAIR)),
                key=lambda share: (list(SOURCES.values()).index(share.heading), share.label),
            ),
            [
                Share(str(year), part, whole, f"{SOURCES[a]} to {SOURCES[b]}")
                for a, b, year, part, whole in rows(_BY_YEAR)
            ],
            [_coverage(*row) for row in covered],
            [Share(SOURCES[source], lone, whole) for source, lone, _, whole in alone],
            [Share(SOURCES[source], bare, whole) for source, _, bare, whole in alone],
            [Share(*row) for row in (*rows(_IMPOSSIBLE), *rows(_CO_ENROLLED))],
            _hidden(rows(_MEASURES, named)),
            _bins(rows(_CLERICAL), rows(_IN_BINS, named)),
            [(reason.replace("_", " "), count) for reason, count in rows(_QUEUE, named)],
            int(run["counts"].get("contradictions", 0)),
        )


def _run(rows: list[tuple[Any, ...]]) -> dict[str, Any] | None:
    return dict(rows[0][0]) if rows else None


def _coverage(heading: str, label: str, covered: int, whole: int, wages: int, both: int) -> Coverage:
    return Coverage(
        heading,
        label,
        Share(label, covered, whole, heading),
        Share(label, wages, whole, heading),
        Share(label, both, covered, heading),
    )


def _hidden(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Share]]:
    found: dict[str, list[Share]] = {}
    for measure, dimension, category, part, whole in rows:
        found.setdefault(measure, []).append(Share(category, part, whole, dimension))
    return found


def _bins(judged: Iterable[tuple[Any, ...]], held: Iterable[tuple[Any, ...]]) -> list[Bin]:
    answers = {place: (same, n) for place, same, n in judged}
    pairs = {place: (links, waiting) for place, links, waiting in held}
    return [
        Bin(low, min(high, 1.0), *answers.get(place, (0, 0)), *pairs.get(place, (0, 0)))
        for place, (low, high) in enumerate(_BINS, start=1)
    ]
