"""`p20w url`: how other programs reach the warehouse."""

import click


@click.command("url")
def command() -> None:
    """Print the connection URL; it carries a password, so do not share the output."""
    from warehouse.connection import open_warehouse
    from warehouse.ledger import accessed, record

    warehouse = open_warehouse()
    record(warehouse, accessed("connection given out", "the owner's login"))
    click.echo(warehouse.url)
