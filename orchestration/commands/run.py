"""`p20w run`: bring the warehouse up to date."""

import click


@click.command("run")
@click.option(
    "--select",
    help="Assets by Dagster's selection syntax, for example 'key:\"core/*\"+'; the default is all.",
)
def command(select: str | None) -> None:
    """Take in waiting files and rebuild what depends on them."""
    from orchestration.pipeline import run_pipeline
    from orchestration.progress import shown

    with shown() as meter:
        outcome = run_pipeline(meter, select=select)
    click.echo(outcome)
