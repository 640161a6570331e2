"""`p20w url`: how other programs reach the warehouse."""

import click


@click.command("url")
def command() -> None:
    """Print the connection URL; it carries a password, so do not share the output."""
    from warehouse.connection import open_warehouse

    click.echo(open_warehouse().url)
