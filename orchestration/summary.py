"""What the demonstration reports: the warehouse's answers beside the truth that the synthetic state kept for itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from orchestration.intake import lines_of
from orchestration.meter import Step
from warehouse.connection import Warehouse

#: Indicators whose value is an amount; the others are rates.
_AMOUNT = "usd"


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator over all complete cohorts, as computed and as true.

    Attributes:
        code: the indicator's code.
        value: rate in percent, or US dollars.
        true_value: the same from the simulated lives; None where they do not hold it.
        unit: `percent` or `usd`.
        denominator: people (WIOA: periods of participation) counted.
        remark: why there is no true value; empty where there is.
    """

    code: str
    value: float
    true_value: float | None
    unit: str
    denominator: int
    remark: str = ""

    def within(self) -> bool | None:
        """Whether the value is as near the truth as is promised: two points, or 3 % of an amount; None without a truth."""
        if self.true_value is None:
            return None
        if self.unit == _AMOUNT:
            return abs(self.value - self.true_value) <= 0.03 * self.true_value
        return abs(self.value - self.true_value) <= 2.0


def summarise(
    warehouse: Warehouse, truth: Path, steps: list[Step], learners: int, seed: int
) -> dict[str, Any]:
    """The summary that `demo.json` holds."""
    lines = lines_of(warehouse)
    return {
        "synthetic": True,
        "learners": learners,
        "seed": seed,
        "deliveries": lines["deliveries"],
        "deliveries_held": lines["held"],
        "rows": {k: lines[k] for k in ("delivered", "accepted", "quarantined", "rejected")},
        "persons": warehouse.fetch_value("select count(*) from core.dim_person"),
        "linkage": linkage_against_truth(warehouse, truth),
        "indicators": [
            {**asdict(line), "within": line.within()} for line in indicators_against_truth(warehouse, truth)
        ],
        "steps": [asdict(step) for step in steps],
    }


def linkage_against_truth(warehouse: Warehouse, truth: Path) -> dict[str, float | int]:
    """Pair precision and recall of the live linkage run, over all pairs of person records."""
    import pyarrow.parquet as pq

    from linkage.evaluation.evaluate import evaluate_pairs

    membership = warehouse.fetch_arrow(
        "select r.source, r.source_key, c.person_id::text as cluster_id"
        " from identity.person_crosswalk c join identity.source_record r using (record_id)"
    )
    quality = evaluate_pairs(membership, pq.read_table(truth / "records.parquet")).pairs
    return {
        "records": membership.num_rows,
        "pair_precision": round(quality.precision, 5),
        "pair_recall": round(quality.recall, 5),
        "review_items": warehouse.fetch_value(
            "select count(*) from identity.review_item join control.linkage_run using (linkage_run_id)"
            " where status = 'live'"
        ),
    }


def indicators_against_truth(warehouse: Warehouse, truth: Path) -> list[IndicatorLine]:
    """Each indicator over all complete cohorts of the whole state, beside its true value or why there is none."""
    import pyarrow.csv as pc

    true = {
        row["indicator_code"]: row["value"]
        for row in pc.read_csv(truth / "indicators.csv").to_pylist()
        if row["cohort_period"] == "all"
    }
    rows = warehouse.fetch_dicts(
        "select c.indicator_code, r.unit, c.denominator_count,"
        " case when r.unit = 'usd' then c.median_amount_usd else 100 * c.rate end::float8 as value"
        " from indicators.cube c join indicators.registry r using (indicator_code, indicator_version)"
        " where c.cohort_period = 'all' and c.organization_level = 'state' and c.pathway_level = 'all'"
        " and c.subgroup_dimension = 'all' order by 1"
    )
    return [
        IndicatorLine(
            code=row["indicator_code"],
            value=round(row["value"], 2),
            true_value=_scaled(true.get(row["indicator_code"]), row["unit"]),
            unit=row["unit"],
            denominator=row["denominator_count"],
            remark="" if row["indicator_code"] in true else "not counted from the lives",
        )
        for row in rows
        if row["value"] is not None
    ]


def _scaled(true_value: float | None, unit: str) -> float | None:
    if true_value is None:
        return None
    return round(true_value * (1 if unit == _AMOUNT else 100), 2)


def in_words(summary: dict[str, Any], home: Path) -> str:
    """The summary for a person at a terminal."""
    rows, linkage = summary["rows"], summary["linkage"]
    lines = [
        "",
        f"The synthetic state ({summary['learners']:,} learners, seed {summary['seed']}) is in the warehouse.",
        "",
        f"  deliveries   {summary['deliveries']:,} taken in, {summary['deliveries_held']} held",
        f"  rows         {rows['delivered']:,} delivered = {rows['accepted']:,} accepted"
        f" + {rows['rejected']:,} set aside + {rows['quarantined']:,} held",
        f"  persons      {summary['persons']:,} from {linkage['records']:,} person records;"
        f" {linkage['review_items']:,} pairs wait for review",
        f"  linkage      pair precision {linkage['pair_precision']:.4f}, pair recall {linkage['pair_recall']:.4f}"
        " against the truth",
        "",
        "  indicator                    computed       true   people",
        *[_indicator_in_words(line) for line in summary["indicators"]],
        "",
        "  seconds   peak MB   step",
        *[f"  {s['seconds']:7.1f}  {s['peak_mb']:8,.0f}   {s['name']}" for s in summary["steps"]],
        f"  {sum(s['seconds'] for s in summary['steps']):7.1f}             together",
        "",
        "Where to look next:",
        f"  the site          {home / 'site' / 'index.html'}",
        "  the asset graph   make serve",
        '  the tables        psql "$(.venv/bin/p20w url --role analyst)"   (schemas core, indicators, marts, published)',
        f"  this summary      {home / 'demo.json'}",
    ]
    return "\n".join(lines)


def _indicator_in_words(line: dict[str, Any]) -> str:
    form = "${:>9,.0f}" if line["unit"] == _AMOUNT else "{:>9.1f}%"
    if line["true_value"] is None:
        return f"  {line['code']:<26} {form.format(line['value']):>10} {'-':>10} {line['denominator']:>8,}   {line['remark']}"
    near = "" if line["within"] else "   further from the truth than promised"
    value, true = form.format(line["value"]), form.format(line["true_value"])
    return f"  {line['code']:<26} {value:>10} {true:>10} {line['denominator']:>8,}{near}"


def write(summary: dict[str, Any], path: Path) -> None:
    """Keep the summary as JSON."""
    path.write_text(json.dumps(summary, indent=2) + "\n")
