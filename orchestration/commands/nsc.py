"""`p20w nsc`: asking the National Student Clearinghouse."""

import datetime
from pathlib import Path

import click


@click.group("nsc")
def command() -> None:
    """Ask the National Student Clearinghouse what became of graduates; its return is loaded like any delivery."""


@command.command("request")
@click.option(
    "--graduates",
    "school_year",
    type=int,
    required=True,
    help="School year of the diplomas, for example 2021.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The file to write; it holds names."
)
@click.option("--inquiry", type=click.Choice(["CO", "DA", "PA", "SE"]), default="CO", show_default=True)
@click.option(
    "--search-begin", type=click.DateTime(["%Y-%m-%d"]), help="For all; else each graduate's diploma date."
)
@click.option(
    "--exclude",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="State student identifiers, one a line, whose records may not be disclosed.",
)
def request(
    school_year: int, out: Path, inquiry: str, search_begin: datetime.datetime | None, exclude: Path | None
) -> None:
    """Write the request for one class of graduates, and record the disclosure in the vault."""
    from typing import cast

    from governance.nsc_request import InquiryType, write_nsc_request
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    listed = exclude.read_text(encoding="utf-8").splitlines() if exclude else []
    written = write_nsc_request(
        open_warehouse(),
        load_state().clearinghouse,
        school_year,
        out,
        inquiry=cast(InquiryType, inquiry),
        search_begin=search_begin.date() if search_begin else None,
        blocked=frozenset(line.strip() for line in listed if line.strip()),
    )
    click.echo(
        f"{written.students:,} students are in {out}; it holds names: send it to the Clearinghouse only."
    )
    click.echo(
        f"Left out: {written.blocked:,} blocked, {written.incomplete:,} without name, birth date or search date."
        f" Names written in ASCII otherwise than known: {written.transliterated:,}; cut to their field: {written.cut:,}."
    )
