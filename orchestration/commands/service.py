"""`p20w service`: Dagster's webserver or daemon on a server."""

import click


@click.command("service")
@click.argument("which", type=click.Choice(["webserver", "daemon"]))
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Dagster's pages have no login: keep them local."
)
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
def command(which: str, host: str, port: int) -> None:
    """Run Dagster's webserver or its daemon (exactly one of each) in the foreground."""
    from orchestration.services import daemon, run_in_foreground, webserver

    run_in_foreground([daemon()] if which == "daemon" else [webserver(host, port)])
