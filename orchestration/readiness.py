"""Which indicators the loaded deliveries allow, and what the others lack; where a cell of the cube comes from.

Reads dbt's manifest and the tables that dbt built. What an indicator means belongs to the registry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from orchestration.manifest import load_manifest
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

#: How far the sources reach is asked by every indicator: it is no ingredient of one of them.
_ASKED_BY_ALL = {"availability"}
_EVERYTHING = "all"


@dataclass(frozen=True)
class Readiness:
    """One indicator: which layouts it is made of, which of them hold nothing, and the cohorts it is known for."""

    code: str
    name: str
    layouts: tuple[str, ...]
    missing: tuple[str, ...]
    judged_count: int
    waiting_count: int
    cohorts: tuple[str, ...]

    def state(self) -> str:
        """`ready`, `waits` for later data, or `lacks` deliveries."""
        if self.judged_count:
            return "ready"
        return "lacks" if self.missing else "waits"


def layouts_behind(node: str, manifest: dict[str, Any]) -> set[str]:
    """The layouts whose raw tables a dbt node is made of, by the manifest's own edges."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        source = manifest["sources"].get(current)
        if source and source["schema"] == "raw":
            found.add(source["name"].replace("__", "/", 1))
        model = manifest["nodes"].get(current)
        if model and model["name"] not in _ASKED_BY_ALL:
            # A seed depends on nothing, and does not say so.
            waiting += model["depends_on"].get("nodes", ())
    return found


def direct_facts(node: str, manifest: dict[str, Any]) -> set[str]:
    """The facts that an indicator reads, itself or through its intermediate models."""
    facts: set[str] = set()
    waiting = list(manifest["nodes"][node]["depends_on"]["nodes"])
    while waiting:
        current = manifest["nodes"].get(waiting.pop())
        if current is None or current["name"] in _ASKED_BY_ALL:
            continue
        if current["name"].startswith("fct_"):
            facts.add(current["unique_id"])
        elif current["name"].startswith("int_") and current["schema"] == "indicators":
            waiting += current["depends_on"]["nodes"]
    return facts


def _own_layouts(fact: str, manifest: dict[str, Any]) -> set[str]:
    """The layouts that a fact's own rows come from: those of the staging models it reads, or of the facts it sums."""
    layouts: set[str] = set()
    for parent in manifest["nodes"][fact]["depends_on"]["nodes"]:
        model = manifest["nodes"].get(parent)
        if model is None:
            continue
        if model["name"].startswith("stg_"):
            # Rows without identifiers are those of the staging model beside, not of the records that key them.
            layouts |= _own_layouts(parent, manifest) or layouts_behind(parent, manifest)
        elif model["name"].startswith("fct_wage"):
            layouts |= _own_layouts(parent, manifest)
    return layouts


def indicator_layouts(node: str, manifest: dict[str, Any]) -> set[str]:
    """The layouts that an indicator's rows come from."""
    return set().union(*(_own_layouts(fact, manifest) for fact in direct_facts(node, manifest)))


@lru_cache(maxsize=1)
def layouts_by_indicator() -> dict[str, tuple[str, ...]]:
    """The layouts behind each indicator, by its code."""
    manifest = load_manifest()
    described = {
        node: model["config"].get("meta", {}).get("indicator")
        for node, model in manifest["nodes"].items()
        if "config" in model
    }
    return {
        said["code"]: tuple(sorted(indicator_layouts(node, manifest)))
        for node, said in described.items()
        if said
    }


def readiness(warehouse: Warehouse) -> list[Readiness]:
    """Every indicator of the registry, in the order of its codes."""
    manifest = load_manifest()
    delivered = {
        row[0]
        for row in warehouse.fetch_all(
            "select distinct layout from control.delivery where status = 'accepted' and accepted_count > 0"
        )
    }
    counted = {
        code: (judged, waiting, cohorts)
        for code, judged, waiting, cohorts in warehouse.fetch_all(
            "select indicator_code, sum(denominator_count)::bigint, sum(not_yet_available_count)::bigint,"
            " coalesce(array_agg(cohort_period order by cohort_period) filter"
            " (where denominator_count > 0 and not_yet_available_count = 0), '{}') from indicators.cube"
            " where organization_level = 'state' and pathway_level = 'all' and subgroup_dimension = 'all'"
            " and cohort_period <> 'all' group by 1"
        )
    }
    found = []
    for node, model in manifest["nodes"].items():
        described = model["config"].get("meta", {}).get("indicator") if "config" in model else None
        if not described:
            continue
        layouts = indicator_layouts(node, manifest)
        judged, waiting, cohorts = counted.get(described["code"], (0, 0, []))
        found.append(
            Readiness(
                described["code"],
                described["name"],
                tuple(sorted(layouts)),
                tuple(sorted(layouts - delivered)),
                judged,
                waiting,
                tuple(cohorts),
            )
        )
    return sorted(found, key=lambda one: one.code)


def readiness_lines(found: list[Readiness]) -> Iterator[str]:
    """The profile for a person at a terminal."""
    for one in found:
        cohorts = f"{one.cohorts[0]} to {one.cohorts[-1]}" if one.cohorts else "no complete cohort"
        yield f"{one.state():<6} {one.code:<26} {one.judged_count:>9,} judged  {cohorts:<18} {one.name}"
        if one.missing:
            yield f"       needs deliveries of {', '.join(one.missing)}"
    ready = sum(one.state() == "ready" for one in found)
    yield f"{ready} of {len(found)} indicators can be computed from the loaded deliveries."


def described_sets(rule: dict[str, Any]) -> list[str]:
    """The sets of parameters that an indicator names beside its own."""
    return str(rule["config"]["meta"]["indicator"].get("parameter_sets") or "").split()


@lru_cache(maxsize=1)
def parameter_sets() -> dict[str, tuple[str, ...]]:
    """The indicators that use each set of parameters, by the set's name."""
    found: dict[str, tuple[str, ...]] = {}
    for model in load_manifest()["nodes"].values():
        said = model["config"].get("meta", {}).get("indicator") if "config" in model else None
        if said:
            for name in described_sets(model):
                found[name] = (*found.get(name, ()), said["code"])
    return found


@dataclass(frozen=True)
class CellName:
    """Which cell is traced: the cohort, and at most one organisation and one subgroup."""

    indicator: str
    cohort: str = _EVERYTHING
    organization: str = _EVERYTHING
    subgroup_dimension: str = _EVERYTHING
    subgroup: str = _EVERYTHING


def trace_lines(warehouse: Warehouse, cell: CellName) -> Iterator[str]:
    """Walk from a cell to its outcomes by evidence, the versions in force, the linkage run, deliveries and files.

    Raises:
        P20WError: when the cube has no such cell.
    """
    names = vars(cell)
    numbers = warehouse.fetch_all(
        "select indicator_version, organization_level, denominator_count, numerator_count, not_yet_available_count,"
        " unlinked_count, round(coalesce(100 * rate, median_amount_usd)::numeric, 2) from indicators.cube"
        " where indicator_code = %(indicator)s and cohort_period = %(cohort)s and organization_id = %(organization)s"
        " and pathway_level = 'all' and subgroup_dimension = %(subgroup_dimension)s and subgroup = %(subgroup)s",
        names,
    )
    if not numbers:
        raise P20WError(
            f"The cube has no such cell of {cell.indicator}.",
            "`p20w indicators` lists the codes and their cohorts; a subgroup is written dimension=value.",
        )
    for version, level, judged, met, waiting, unlinked, value in numbers:
        yield f"{cell.indicator} version {version}, cohort {cell.cohort}, {level} {cell.organization}, {cell.subgroup}"
        yield f"  value {value}: {met:,} of {judged:,} judged; {waiting:,} wait for data, {unlinked:,} not linked"
    yield "outcomes by evidence"
    for outcome, evidence, count in warehouse.fetch_all(
        "select outcome, coalesce(evidence_source, '-'), count(*) from indicators.int_outcome__subgrouped as o"
        " where indicator_code = %(indicator)s and subgroup_dimension = %(subgroup_dimension)s and subgroup = %(subgroup)s"
        " and (%(organization)s = 'all' or %(organization)s in (school_id, district_id, region_id))"
        " and (cohort_period = %(cohort)s or (%(cohort)s = 'all' and cohort_period in (select cohort_period"
        " from indicators.outcome where indicator_code = %(indicator)s group by 1"
        " having not bool_or(outcome = 'not_yet_available'))))"
        " group by 1, 2 order by 1, 2",
        names,
    ):
        yield f"  {count:>9,} {outcome:<18} {evidence}"
    manifest = load_manifest()
    node = next(
        key
        for key, model in manifest["nodes"].items()
        if model.get("config", {}).get("meta", {}).get("indicator", {}).get("code") == cell.indicator
    )
    rule = manifest["nodes"][node]
    yield f"rule        {rule['original_file_path']}, sha256 {rule['checksum']['checksum'][:16]}"
    for parameter, value, chosen in warehouse.fetch_all(
        "select parameter, value, is_state_choice from indicators.indicator_parameter"
        " where indicator_code = any(%s) order by 1",
        ([cell.indicator, *described_sets(rule)],),
    ):
        yield f"  {parameter} = {value}{' (chosen by the state)' if chosen else ''}"
    for run, model_version, threshold, finished in warehouse.fetch_all(
        "select linkage_run_id::text, model_version, threshold, finished_at::text from control.linkage_run"
        " where status = 'live'"
    ):
        yield f"linkage run {run}, model {model_version}, threshold {threshold}, finished {finished}"
    layouts = indicator_layouts(node, manifest)
    yield "deliveries"
    for layout, submitter, period, sequence, rows, name, digest in warehouse.fetch_all(
        "select layout, submitter, period, sequence, accepted_count, file_name, left(sha256, 16) from control.delivery"
        " where status = 'accepted' and layout = any(%s) order by 1, 2, 3, 4",
        (sorted(layouts),),
    ):
        yield f"  {layout:<26} {submitter:<12} {period:<8} {sequence:>2} {rows or 0:>10,} rows  {digest}  {name}"
