"""`p20w serve`: what a person looks at."""

import click


@click.command("serve")
@click.option(
    "--port",
    default=3000,
    show_default=True,
    type=click.IntRange(1, 65534),
    help="Dagster's pages; the site is at the next port.",
)
def command(port: int) -> None:
    """Serve Dagster's pages and the published site on this machine until interrupted."""
    from orchestration.services import daemon, run_in_foreground, serve_site, webserver
    from warehouse.connection import open_warehouse

    dagster = webserver("127.0.0.1", port)
    site = serve_site(open_warehouse().home.site, port + 1)
    click.echo(f"Dagster: http://127.0.0.1:{port}   Site: http://127.0.0.1:{port + 1}   (Ctrl+C ends both)")
    try:
        run_in_foreground([dagster, daemon()])
    finally:
        site.shutdown()
