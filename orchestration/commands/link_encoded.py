"""`p20w link encode|encoded`: records of an agency that may not send identifiers."""

from pathlib import Path

import click

from warehouse.ledger import account as steward_name

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("encode")
@click.option("--records", type=_FILE, help="CSV or Parquet of person records; record_id is your own number.")
@click.option("--secret-file", type=_FILE, help="The secret that you share with the state.")
@click.option("--out", type=_FILE, help="The file to send: .json or .parquet.")
@click.option(
    "--schema", type=_FILE, help="Linkage schema instead of the shipped one; the state needs the same."
)
@click.option("--new-secret", type=_FILE, help="Write a random secret into this new file, and nothing else.")
def encode(
    records: Path | None,
    secret_file: Path | None,
    out: Path | None,
    schema: Path | None,
    new_secret: Path | None,
) -> None:
    """Encode person records under a secret, to send in place of identifiers; needs no warehouse."""
    from linkage.encoded.encode import encode_records
    from linkage.encoded.files import write_encodings
    from linkage.encoded.keys import new_secret as make_secret
    from linkage.encoded.keys import read_secret
    from linkage.encoded.schema import default_schema, load_schema
    from linkage.evaluation.person_file import read_person_file

    if new_secret is not None:
        make_secret(new_secret)
        click.echo(f"The secret is in {new_secret}. Hand it to the state by another way than the encodings.")
        return
    if records is None or secret_file is None or out is None:
        raise click.UsageError("--records, --secret-file and --out are needed.")
    secret = read_secret(secret_file)
    given = read_person_file(records)
    encodings = encode_records(given.records, load_schema(schema) if schema else default_schema(), secret)
    write_encodings(encodings, out)
    click.echo(f"{encodings.count:,} records are encoded in {out}.")
    if given.ignored:
        click.echo(f"Not read: {', '.join(given.ignored)}.")


@click.group("encoded")
def encoded() -> None:
    """Encoded deliveries: take one in, list them, export who is who."""


@encoded.command("add")
@click.argument("file", type=_FILE)
@click.option("--agency", required=True, help="Under which its record numbers are known.")
@click.option("--secret-file", required=True, type=_FILE, help="The secret that the agency used.")
@click.option("--schema", type=_FILE, help="The linkage schema that the agency used, if not the shipped one.")
@click.option("--threshold", type=click.FloatRange(0.5, 1), help="Least Dice coefficient of a link.")
@click.option(
    "--one-record-per-person/--several-records-per-person",
    "one_to_one",
    default=None,
    help="Whether the agency holds a person once; else the encodings tell.",
)
def add(
    file: Path,
    agency: str,
    secret_file: Path,
    schema: Path | None,
    threshold: float | None,
    one_to_one: bool | None,
) -> None:
    """Link the encodings of FILE to the persons of the live run; replaces the agency's earlier delivery."""
    from dataclasses import replace

    from governance.agreements.encoded import require_encoded
    from linkage.encoded.keep import add_delivery
    from linkage.encoded.keys import read_secret
    from linkage.encoded.link import Limits
    from linkage.encoded.schema import default_schema, load_schema
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    require_encoded(load_state(), agency)
    limits = replace(Limits(), one_to_one=one_to_one)
    if threshold is not None:
        limits = replace(limits, threshold=threshold, review_floor=min(limits.review_floor, threshold))
    found = add_delivery(
        open_warehouse(),
        file,
        agency,
        load_schema(schema) if schema else default_schema(),
        read_secret(secret_file),
        actor=steward_name(),
        limits=limits,
    )
    click.echo(f"{found.records:,} encoded records of {agency}:")
    for name, count in found.counts["by_status"].items():
        click.echo(f"  {name:<40} {count:>12,}")
    for name, count in found.counts["by_reason"].items():
        click.echo(f"    {name:<38} {count:>12,}")


@encoded.command("list")
def list_all() -> None:
    """Each agency's encoded delivery."""
    from linkage.encoded.keep import list_deliveries
    from warehouse.connection import open_warehouse

    for row in list_deliveries(open_warehouse()):
        counts = ", ".join(f"{count:,} {name}" for name, count in row["counts"]["by_status"].items())
        stale = "" if row["is_of_live_run"] else "; persons changed since: add the file again"
        click.echo(
            f"{row['agency']}: {row['record_count']:,} records ({counts}),"
            f" added {row['added_at']:%Y-%m-%d} by {row['added_by']}{stale}"
        )


@encoded.command("export")
@click.argument("agency")
@click.option("--out", required=True, type=_FILE, help="CSV file.")
def export(agency: str, out: Path) -> None:
    """Write AGENCY's record numbers with their person ids, links and questions."""
    from linkage.encoded.keep import export_matches
    from warehouse.connection import open_warehouse

    click.echo(f"{export_matches(open_warehouse(), agency, out):,} rows are in {out}.")


COMMANDS = (encode, encoded)
