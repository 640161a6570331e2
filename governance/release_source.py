"""What a release is made from: the cube's one-way tables, the registry, names, and earlier releases.

Reading only. True numbers pass through here in memory; deciding and writing is `release`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from governance.disclosure.primary import Cell, Unit
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

POOLED_COHORT = "all"
STATE = "state"

# One dimension at a time: never a cross of two, never schools within districts. Protecting those needs all
# relations between the tables at once.
_ONE_WAY_CELLS = """
    with one_way as (
        select
            case
                when organization_level = 'district' then 'district'
                when pathway_level = 'career_cluster' then 'career_cluster'
                when subgroup_dimension <> 'all' then subgroup_dimension
                else 'state'
            end as dimension,
            case
                when organization_level = 'district' then organization_id
                when pathway_level = 'career_cluster' then pathway_id
                when subgroup_dimension <> 'all' then subgroup
                else 'all'
            end as category,
            cube.*
        from indicators.cube
        where (organization_level = 'state' or organization_level = 'district')
            and (pathway_level = 'all' or pathway_level = 'career_cluster')
            and (organization_level <> 'state')::int
                + (pathway_level <> 'all')::int
                + (subgroup_dimension <> 'all')::int <= 1
    )

    select
        indicator_code, indicator_version, cohort_period, dimension, category,
        denominator_count::bigint, coalesce(numerator_count, 0)::bigint,
        coalesce(not_yet_available_count, 0)::bigint,
        median_amount_usd::float8, employer_count::bigint, top_employer_share::float8
    from one_way
    where category is not null
    order by indicator_code, indicator_version, cohort_period, dimension, category
"""

_REGISTRY = """
    select indicator_code, indicator_version, name, unit, definition, numerator, denominator,
        exclusions, sources, lag, citation, caveats
    from indicators.registry
    order by indicator_code, indicator_version
"""

_LABELS = """
    select 'district', district_id, min(district_name) from core.dim_school
    where district_id is not null group by district_id
    union all
    select 'career_cluster', career_cluster_code, min(career_cluster_name) from core.dim_program
    where career_cluster_code is not null group by career_cluster_code
"""

_EARLIER_HIDDEN = """
    select distinct indicator_code, cohort_period, dimension, category
    from published.indicator_cell where suppression_code <> 'none'
"""


@dataclass(frozen=True)
class RegistryEntry:
    """One indicator as its makers describe it; texts in the order of `published.indicator`."""

    code: str
    version: str
    name: str
    unit: Unit
    texts: tuple[str, ...]


@dataclass(frozen=True)
class CohortTables:
    """All one-way tables of one indicator and cohort, by dimension, and the total they share."""

    code: str
    version: str
    cohort: str
    total: Cell
    tables: dict[str, list[Cell]]


def read_registry(connection: Connection[Any]) -> dict[tuple[str, str], RegistryEntry]:
    """The indicators by code and version."""
    entries = {}
    for code, version, name, unit, *texts in connection.execute(_REGISTRY):
        if unit not in get_args(Unit):
            raise P20WError(
                f"Indicator {code} is measured in {unit!r}, which cannot be checked for disclosure.",
                "Give the indicator the unit 'percent' or 'usd'.",
            )
        entry = RegistryEntry(code, version, name, cast("Unit", unit), tuple(t or "" for t in texts))
        entries[code, version] = entry
    return entries


def read_cohorts(connection: Connection[Any], *, pooled: bool) -> list[CohortTables]:
    """The cohorts that may be published: with a total, and with every outcome known.

    A cohort in which some outcomes are not yet available is left out as a whole. Its rate would mislead,
    and once it is complete the difference would be the few people who came late. Of an indicator's versions
    only the newest is published: two definitions side by side differ by few people.
    """
    groups: dict[tuple[str, str, str], dict[str, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    incomplete = set()
    for code, version, cohort, dimension, category, *measures in connection.execute(_ONE_WAY_CELLS):
        people, outcome, waiting, median, employers, share = measures
        if waiting:
            incomplete.add((code, version, cohort))
        if people:
            cell = Cell(category, people, outcome, median, employers, share)
            groups[code, version, cohort][dimension].append(cell)
    newest: dict[str, str] = {}
    for code, version, _ in groups:
        newest[code] = max(newest.get(code, version), version, key=_version_order)
    return [
        CohortTables(code, version, cohort, tables[STATE][0], dict(tables))
        for (code, version, cohort), tables in groups.items()
        if version == newest[code]
        and (code, version, cohort) not in incomplete
        and (cohort == POOLED_COHORT) == pooled
        and STATE in tables
    ]


def _version_order(version: str) -> tuple[tuple[bool, int, str], ...]:
    parts = version.split(".")
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def read_labels(connection: Connection[Any]) -> dict[tuple[str, str], str]:
    """Names of districts and career clusters by (dimension, category)."""
    return {(dimension, code): name for dimension, code, name in connection.execute(_LABELS) if name}


class PublishedLimitation(NamedTuple):
    """One row of `published.limitation`, without its release."""

    indicator_code: str
    limitation_code: str
    sentence: str
    owner: str
    since: str | None
    until: str | None


def read_limitations(connection: Connection[Any], codes: set[str]) -> list[PublishedLimitation]:
    """Known limitations of these indicators, which a release carries as they were when it was made."""
    return [
        PublishedLimitation(*row)
        for row in connection.execute(
            "select subject, limitation_code, sentence, owner, since, until from quality.limitation"
            " where subject_type = 'indicator' and submitter is null and subject = any(%s) order by 1, 2",
            (sorted(codes),),
        )
    ]


def read_earlier_hidden(connection: Connection[Any]) -> dict[tuple[str, str, str], set[str]]:
    """Categories hidden in any release so far, by indicator, cohort and dimension.

    Withdrawn releases count: who kept a copy still has it. The indicator's version does not matter: a new
    definition of the same indicator differs by few people, so that the two would give each other away.
    """
    hidden: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for code, cohort, dimension, category in connection.execute(_EARLIER_HIDDEN):
        hidden[code, cohort, dimension].add(category)
    return hidden


def check_cohort_choice(connection: Connection[Any], *, pooled: bool) -> None:
    """Refuse to publish pooled cohorts after single ones, or the reverse: their difference is one cohort."""
    row = connection.execute(
        "select count(*) filter (where cohort_period = %s), count(*) from published.indicator_cell",
        (POOLED_COHORT,),
    ).fetchone()
    of_pooled, every = row or (0, 0)
    if every and (of_pooled > 0) != pooled:
        raise P20WError(
            "Earlier releases show "
            + ("single cohorts" if pooled else "pooled cohorts")
            + ", this one would show the other kind.",
            "Keep the disclosure setting 'cohorts' as it was: together the two give single cohorts away.",
        )
