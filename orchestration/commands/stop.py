"""`p20w stop`: the embedded server's end."""

import click


@click.command("stop")
def command() -> None:
    """Stop the embedded server of this home; the next command that needs it starts it again."""
    from warehouse.home import Home
    from warehouse.server import EmbeddedServer

    EmbeddedServer(Home.from_environment()).stop()
    click.echo("The embedded server is stopped.")
