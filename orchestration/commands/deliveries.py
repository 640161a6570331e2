"""`p20w deliveries`: every delivery and what became of it."""

import click


@click.command("deliveries")
@click.option("--layout", help="Only this layout, for example k12/enrollment.")
@click.option("--status", help="Only this status, for example held.")
def command(layout: str | None, status: str | None) -> None:
    """List deliveries: rows delivered, accepted, set aside, and the reason when one is held."""
    from orchestration.status import delivery_lines
    from warehouse.connection import open_warehouse

    for line in delivery_lines(open_warehouse(), layout, status):
        click.echo(line)
