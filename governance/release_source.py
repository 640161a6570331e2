"""What a release is made from: the cube, the registry, names, what belongs to what, and earlier releases.

Reading only. True numbers pass through here in memory; deciding and writing is `release`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from governance.disclosure.cells import STATE, TOTAL, CellKey, Node
from governance.disclosure.policy import DisclosurePolicy, Unit
from governance.disclosure.primary import Cell
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

POOLED_COHORT = "all"
_CROSS = " x "
_SUBGROUP = "subgroup"

# The name of a cell's table: its organisation level, its pathway level and whether it is of a subgroup.
_TABLE = """
    concat_ws(' x ', nullif(organization_level, 'state'), nullif(pathway_level, 'all'),
        case when subgroup_dimension <> 'all' then 'subgroup' end)
"""

# Crosses of two subgroup dimensions stay in the warehouse: their sums are not judged.
_CELLS = """
    select indicator_code, indicator_version, cohort_period, organization_level, organization_id, pathway_level,
        pathway_id, subgroup_dimension, subgroup,
        denominator_count::bigint, coalesce(numerator_count, 0)::bigint,
        median_amount_usd::float8, employer_count::bigint, top_employer_share::float8
    from indicators.cube
    where ({table} = '' or {table} = any(%(tables)s)) and denominator_count > 0 {further}
        and organization_id is not null and pathway_id is not null and subgroup is not null
        and position(' x ' in subgroup_dimension) = 0
        and (cohort_period = %(pooled_cohort)s) = %(pooled)s
"""

_KEY_COLUMNS = frozenset(
    (
        *("indicator_code", "indicator_version", "cohort_period", "organization_level", "organization_id"),
        *("pathway_level", "pathway_id", "subgroup_dimension", "subgroup"),
    )
)

_REGISTRY = """
    select indicator_code, indicator_version, name, unit, definition, numerator, denominator,
        exclusions, sources, lag, citation, caveats
    from indicators.registry
    order by indicator_code, indicator_version
"""

# A level below another: its name and what it is a part of, by the columns of the warehouse's own dimensions.
_LEVELS: dict[str, tuple[str, str, str, tuple[str, str] | None]] = {
    "district": ("core.dim_school", "district_id", "district_name", None),
    "school": ("core.dim_school", "school_id", "school_name", ("district", "district_id")),
    "career_cluster": ("core.dim_program", "career_cluster_code", "career_cluster_name", None),
    "cip": ("core.dim_program", "cip_code", "cip_title", ("career_cluster", "career_cluster_code")),
    "pathway": ("indicators.career_pathway", "pathway_code", "pathway_name", None),
}


@dataclass(frozen=True)
class RegistryEntry:
    """One indicator as its makers describe it; texts in the order of `published.indicator`."""

    code: str
    version: str
    name: str
    unit: Unit
    texts: tuple[str, ...]


@dataclass(frozen=True)
class TrueCohort:
    """The true cells of one indicator and cohort."""

    code: str
    version: str
    cohort: str
    cells: dict[CellKey, Cell]
    #: The cohorts that it is made of, where several are published as one.
    pool: tuple[str, ...] = ()


class Places(NamedTuple):
    """Names of the categories, and the category that each is a part of."""

    labels: dict[tuple[str, str], str]
    parents: dict[Node, Node]


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


def check_tables(policy: DisclosurePolicy) -> None:
    """Refuse tables whose sums could not be judged: unknown levels, crosses of three, parts without their whole."""
    chosen = set(policy.tables)
    for table in policy.tables:
        parts = table.split(_CROSS)
        unknown = [part for part in parts if part != _SUBGROUP and part not in _LEVELS]
        if unknown or len(parts) > 2:
            raise P20WError(
                f"The disclosure setting 'tables' names {table!r}, whose sums are not known.",
                f"Name {', '.join(_LEVELS)}, {_SUBGROUP}, or two of them joined by ' x '.",
            )
        needed = set(parts) if len(parts) > 1 else set()
        for place, part in enumerate(parts):
            above = _LEVELS[part][3] if part in _LEVELS else None
            if above:
                needed.add(_CROSS.join([*parts[:place], above[0], *parts[place + 1 :]]))
        if missing := sorted(needed - chosen):
            raise P20WError(
                f"The table {table!r} adds up to {', '.join(missing)}, which is not published.",
                "Publish the whole with its parts: add it to 'tables'.",
            )


def read_cohorts(connection: Connection[Any], policy: DisclosurePolicy) -> list[TrueCohort]:
    """The cohorts that may be published: with a total, and with every outcome known.

    A cohort in which some outcomes are not yet available is left out as a whole. Its rate would mislead,
    and once it is complete the difference would be the few people who came late. Of an indicator's versions
    only the newest is published: two definitions side by side differ by few people.
    """
    check_tables(policy)
    versions = _newest_versions(connection)
    incomplete = set(
        connection.execute(
            "select distinct indicator_code, indicator_version, cohort_period from indicators.cube"
            " where not_yet_available_count > 0"
        ).fetchall()
    )
    query = _CELLS.format(table=_TABLE, further=_further(connection))
    found: dict[tuple[str, str, str], dict[CellKey, Cell]] = defaultdict(dict)
    values = {
        "tables": list(policy.tables),
        "pooled_cohort": POOLED_COHORT,
        "pooled": policy.cohorts == "pooled",
    }
    for code, version, cohort, *where, people, outcome, median, employers, share in connection.execute(
        query, values
    ):
        if version == versions[code] and (code, version, cohort) not in incomplete:
            cell = Cell(people, outcome, median, employers, share)
            found[code, version, cohort][_key_of(*where)] = cell
    pools = _pools(connection) if policy.cohorts == "pooled" else {}
    return [
        TrueCohort(*identity, dict(sorted(cells.items())), pools.get(identity[:2], ()))
        for identity, cells in sorted(found.items())
        if TOTAL in cells
    ]


def _pools(connection: Connection[Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The complete cohorts of each indicator and version, which the cube adds up to one."""
    rows = connection.execute(
        "select indicator_code, indicator_version, array_agg(cohort_period order by cohort_period) from ("
        " select indicator_code, indicator_version, cohort_period from indicators.cube where cohort_period <> %s"
        " group by 1, 2, 3 having sum(not_yet_available_count) = 0) as complete group by 1, 2",
        (POOLED_COHORT,),
    )
    return {(code, version): tuple(cohorts) for code, version, cohorts in rows}


def _key_of(
    organization_level: str,
    organization_id: str,
    pathway_level: str,
    pathway_id: str,
    subgroup_dimension: str,
    subgroup: str,
) -> CellKey:
    nodes = []
    if organization_level != "state":
        nodes.append(Node(organization_level, organization_id))
    if pathway_level != "all":
        nodes.append(Node(pathway_level, pathway_id))
    if subgroup_dimension != "all":
        nodes.append(Node(subgroup_dimension, subgroup))
    within, node = [STATE] * (2 - len(nodes)) + nodes
    return CellKey(within, node)


def _further(connection: Connection[Any]) -> str:
    """Keys that the cube has gained are held at all: what their sums are is not known here."""
    rows = connection.execute(
        "select column_name from information_schema.columns"
        " where table_schema = 'indicators' and table_name = 'cube' and data_type = 'text' order by 1"
    )
    names = [name for (name,) in rows if name not in _KEY_COLUMNS]
    return "".join(f""" and "{name.replace('"', '""')}" = 'all'""" for name in names).replace("%", "%%")


def _newest_versions(connection: Connection[Any]) -> dict[str, str]:
    newest: dict[str, str] = {}
    for code, version in connection.execute(
        "select distinct indicator_code, indicator_version from indicators.cube"
    ):
        newest[code] = max(newest.get(code, version), version, key=_version_order)
    return newest


def _version_order(version: str) -> tuple[tuple[bool, int, str], ...]:
    parts = version.split(".")
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def read_places(connection: Connection[Any], policy: DisclosurePolicy) -> Places:
    """Names of the published organisations and pathways, and what each is a part of."""
    places = Places({}, {})
    for level in {part for table in policy.tables for part in table.split(_CROSS)} & set(_LEVELS):
        table, code_column, name_column, above = _LEVELS[level]
        above_column = above[1] if above else "null"
        for code, name, parent in connection.execute(
            f"select {code_column}, min({name_column}), min({above_column}::text) from {table}"
            f" where {code_column} is not null group by 1"
        ):
            if name:
                places.labels[level, code] = name
            if above and parent is not None:
                places.parents[Node(level, code)] = Node(above[0], parent)
    return places


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


class History(NamedTuple):
    """What earlier releases hid and showed of one indicator and cohort."""

    hidden: frozenset[CellKey]
    shown: frozenset[CellKey]


NO_HISTORY = History(frozenset(), frozenset())


def read_history(
    connection: Connection[Any], before: int | None, pools: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], History]:
    """Cells hidden and shown in any release so far, by indicator and cohort.

    A pool of other cohorts is another number: what it tells of this one is the attacker's question.

    Withdrawn releases count: who kept a copy still has it. The indicator's version does not matter: a new
    definition of the same indicator differs by few people, so that the two would give each other away.
    """
    hidden: dict[tuple[str, str], set[CellKey]] = defaultdict(set)
    shown: dict[tuple[str, str], set[CellKey]] = defaultdict(set)
    for code, cohort, pool, is_hidden, *where in connection.execute(
        "select distinct indicator_code, cohort_period, r.rules #> array['pools', indicator_code],"
        " shown_count is null, within_dimension, within_category, dimension, category"
        " from published.indicator_cell join published.release as r using (release_id)"
        " where %(before)s::int is null or release_id < %(before)s",
        {"before": before},
    ):
        if pool and pool != list(pools.get(code, ())):
            continue
        key = CellKey(Node(where[0], where[1]), Node(where[2], where[3]))
        (hidden if is_hidden else shown)[code, cohort].add(key)
    return {which: History(frozenset(hidden[which]), frozenset(shown[which])) for which in {*hidden, *shown}}


def read_windows(connection: Connection[Any], before: int | None) -> dict[str, dict[str, tuple[str, ...]]]:
    """The cohorts of the pools that any release so far showed beside single cohorts, by indicator and name."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for code, name, cohorts in connection.execute(
        "select distinct code.key, pool.key, pool.value from published.release,"
        " jsonb_each(rules -> 'windows') as code, jsonb_each(code.value) as pool"
        " where rules ? 'windows' and (%(before)s::int is null or release_id < %(before)s)",
        {"before": before},
    ):
        found[code][name] = tuple(cohorts)
    return found


def read_counted_again(
    connection: Connection[Any],
) -> dict[tuple[str, str], dict[tuple[str, str], int]]:
    """How many people count in two cohorts of an indicator, by both; of no indicator where nobody has counted them."""
    # A warehouse whose models have not run since this was counted.
    row = connection.execute(
        "select has_table_privilege(to_regclass('indicators.cohort_overlap'), 'select')"
    ).fetchone()
    if row is None or not row[0]:
        return {}
    found: dict[tuple[str, str], dict[tuple[str, str], int]] = defaultdict(dict)
    for code, version, cohort, other, people in connection.execute(
        "select indicator_code, indicator_version, cohort_period, other_cohort_period, person_count"
        " from indicators.cohort_overlap"
    ):
        found[code, version]
        if cohort != other:
            found[code, version][cohort, other] = people
    return found


def check_cohort_choice(connection: Connection[Any], *, pooled: bool, before: int | None = None) -> None:
    """Refuse to publish pooled cohorts after single ones, or the reverse: their difference is one cohort."""
    row = connection.execute(
        "select count(*) filter (where cohort_period = %(pooled)s), count(*) from published.indicator_cell"
        " where %(before)s::int is null or release_id < %(before)s",
        {"pooled": POOLED_COHORT, "before": before},
    ).fetchone()
    of_pooled, every = row or (0, 0)
    if every and (of_pooled > 0) != pooled:
        raise P20WError(
            "Earlier releases show "
            + ("single cohorts" if pooled else "pooled cohorts")
            + ", this one would show the other kind.",
            "Keep the disclosure setting 'cohorts' as it was: together the two give single cohorts away.",
        )
