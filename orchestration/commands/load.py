"""`p20w load`: deliveries in, by hand."""

from pathlib import Path

import click


@click.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--layout", help="For example k12/enrollment; read from the file's name or header where it can be."
)
@click.option("--submitter", help="Who sent it, as named in the state's choices.")
@click.option("--period", help="What it covers: 2019, 2019FA or 2019Q3.")
@click.option("--sequence", type=click.IntRange(1), help="2 for the first correction of a period, and so on.")
@click.option("--variant", help="The form in which it comes, such as efw2; else told from the file.")
@click.option(
    "--amends", is_flag=True, help="Its rows replace single rows of earlier deliveries, by the layout's key."
)
@click.option(
    "--again", is_flag=True, help="Load content that was withdrawn, or that is a delivery of another period."
)
def command(
    files: tuple[Path, ...],
    layout: str | None,
    submitter: str | None,
    period: str | None,
    sequence: int | None,
    variant: str | None,
    amends: bool,
    again: bool,
) -> None:
    """Load FILES and judge them by the rules. A file is loaded wholly or not at all."""
    from orchestration.intake import load_by_hand

    outcomes = [
        load_by_hand(path, layout, submitter, period, sequence, variant, amends=amends, again=again)
        for path in files
    ]
    for outcome in outcomes:
        click.echo(outcome.sentence, err=not outcome.ok)
    if not all(outcome.ok for outcome in outcomes):
        raise SystemExit(1)
