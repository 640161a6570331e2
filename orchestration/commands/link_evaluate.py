"""`p20w link evaluate`: how well linkage does on a file of person records."""

import json
from pathlib import Path
from typing import Any

import click


@click.command("evaluate")
@click.option(
    "--records", required=True, type=click.Path(path_type=Path), help="CSV or Parquet of person records."
)
@click.option("--truth", help="Column with one value per person.")
@click.option(
    "--group", "groups", multiple=True, help="Column by whose values quality is reported; repeatable."
)
@click.option(
    "--single-record-source", "single", multiple=True, help="Source that holds each person once; repeatable."
)
@click.option(
    "--model", type=click.Path(path_type=Path), help="JSON of a trained model instead of the shipped one."
)
@click.option("--threshold", type=click.FloatRange(0.5, 1), default=0.9, show_default=True)
@click.option(
    "--encoded", "encoded_source", help="Source that plays an agency which sends encodings; needs --truth."
)
@click.option("--schema", type=click.Path(path_type=Path), help="Linkage schema for --encoded.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(
    records: Path,
    truth: str | None,
    groups: tuple[str, ...],
    single: tuple[str, ...],
    model: Path | None,
    threshold: float,
    encoded_source: str | None,
    schema: Path | None,
    as_json: bool,
) -> None:
    """Link a file of person records and measure it; needs no warehouse.

    The columns are those of the person-record contract in docs/linkage.md; only a name, an SSN or a birth date must be
    there. With --truth: pairwise and B-cubed precision, recall and F1, overall, by pair of sources and by group.
    """
    if encoded_source is not None:
        if truth is None:
            raise click.UsageError("--encoded needs --truth.")
        _evaluate_encoded(records, truth, encoded_source, schema, single, as_json)
        return
    from linkage.evaluation.assess import assess_file
    from linkage.models.model import load_model

    found = assess_file(
        records,
        truth=truth,
        groups=groups,
        model=load_model(model) if model else None,
        single_record_sources=single,
        threshold=threshold,
    )
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(_in_words(found)))


def _evaluate_encoded(
    records: Path, truth: str, source: str, schema: Path | None, single: tuple[str, ...], as_json: bool
) -> None:
    from linkage.encoded.assess import assess_encoded
    from linkage.encoded.schema import load_schema

    found = assess_encoded(
        records,
        truth=truth,
        source=source,
        schema=load_schema(schema) if schema else None,
        single_record_sources=single or None,
    )
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(
        f"{found['encoded_records']:,} records of {source} against {found['standing_records']:,} others"
    )
    for kind in ("encoded", "in_the_clear"):
        q = found[kind]
        click.echo(
            f"{kind.replace('_', ' '):<14} precision {q['precision']:.4f}  recall {q['recall']:.4f}  F1 {q['f1']:.4f}"
            f"  in review {q['in_review']:,}"
        )


def _in_words(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{name:<20} {value}" for name, value in found.items() if name not in ("quality", "review_by_reason")
    ]
    quality = found.get("quality")
    if quality is None:
        return lines
    cubed = quality["bcubed"]
    lines += ["", f"{'':<40} precision   recall       F1    true pairs", _line("all pairs", quality["pairs"])]
    lines.append(f"{'B-cubed':<40} {cubed['precision']:9.4f} {cubed['recall']:8.4f} {cubed['f1']:8.4f}")
    lines += [_line(pair, measures) for pair, measures in quality["by_source_pair"].items()]
    for column, values in quality["by_group"].items():
        lines += [_line(f"{column} = {value}", measures) for value, measures in values.items()]
    return lines


def _line(name: str, measures: dict[str, Any]) -> str:
    return (
        f"{name:<40} {measures['precision']:9.4f} {measures['recall']:8.4f} {measures['f1']:8.4f}"
        f" {measures['true_pairs']:13,}"
    )
