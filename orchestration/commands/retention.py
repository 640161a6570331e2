"""`p20w retention`: what is due for destruction, and its destruction."""

import datetime

import click

_ON = click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="As of this day instead of today.",
)


@click.group("retention")
def command() -> None:
    """How long deliveries are kept: what is due, destruction everywhere, certificates."""


@command.command("due")
@_ON
@click.option(
    "--within", default=90, show_default=True, help="Also count what becomes due within so many days."
)
def due(on: datetime.datetime | None, within: int) -> None:
    """List the deliveries that rules of the state's file or agreements no longer let you keep."""
    from orchestration.retention import due_lines
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    for line in due_lines(open_warehouse(), load_state(), _day(on), within):
        click.echo(line)


@command.command("destroy")
@_ON
@click.option(
    "--delivery",
    "deliveries",
    type=int,
    multiple=True,
    help="Only this one of those due; repeat for several.",
)
@click.option(
    "--dry-run/--confirm",
    default=True,
    show_default=True,
    help="Only show what would go, or destroy it for good.",
)
@click.option("--reason", default="", help="Why; stands on the certificate. Needed with --confirm.")
@click.option("--by", help="Who decides; else the account that runs this.")
def destroy(
    on: datetime.datetime | None, deliveries: tuple[int, ...], dry_run: bool, reason: str, by: str | None
) -> None:
    """Destroy what is due everywhere: archive, raw rows, findings, vault, all that is derived; write a certificate.

    The same bytes are refused from then on. A destruction that was broken off is finished first.
    """
    from orchestration.retention import destroy_due, plan_lines
    from warehouse.connection import open_warehouse
    from warehouse.ledger import account
    from warehouse.state import load_state

    warehouse, state = open_warehouse(), load_state()
    lines = (
        plan_lines(warehouse, state, _day(on), deliveries)
        if dry_run
        else destroy_due(warehouse, state, _day(on), deliveries, actor=by or account(), reason=reason)
    )
    for line in lines:
        click.echo(line)


@command.command("list")
def list_command() -> None:
    """List every destruction, newest first."""
    from orchestration.retention import list_lines
    from warehouse.connection import open_warehouse

    for line in list_lines(open_warehouse()):
        click.echo(line)


def _day(on: datetime.datetime | None) -> datetime.date:
    return on.date() if on else datetime.datetime.now(datetime.UTC).date()
