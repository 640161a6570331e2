"""`p20w indicators`: which indicators can be computed from what is loaded."""

import click


@click.command("indicators")
def command() -> None:
    """List every indicator, the cohorts it is known for, and the deliveries it lacks."""
    from orchestration.readiness import readiness, readiness_lines
    from warehouse.connection import open_warehouse

    for line in readiness_lines(readiness(open_warehouse())):
        click.echo(line)
