"""`p20w release`: numbers that protect every learner."""

import click


@click.group("release")
def command() -> None:
    """Disclosure control and publication."""


@command.command("publish")
def publish() -> None:
    """Make a release of the current indicators and build the site from it; unchanged numbers make no new release."""
    from governance.release import build_release
    from reports.site import build_site
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse()
    release_id = build_release(warehouse, load_state())
    click.echo(f"Release {release_id}; the site is at {build_site(warehouse, warehouse.home.site)}.")
