"""`p20w status`: the warehouse at a glance."""

import click


@click.command("status")
def command() -> None:
    """Say what is loaded, linked and published, and what waits."""
    from orchestration.status import status_lines
    from warehouse.connection import open_warehouse

    for line in status_lines(open_warehouse()):
        click.echo(line)
