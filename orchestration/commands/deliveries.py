"""`p20w deliveries`: every delivery and what became of it; and a steward's decisions about single ones."""

import datetime

import click


@click.group("deliveries", invoke_without_command=True)
@click.option("--layout", help="Only this layout, for example k12/enrollment.")
@click.option("--status", help="Only this status, for example held.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="The deliveries in force at the end of this day (UTC), as it was known then.",
)
@click.option("--expected", is_flag=True, help="What the state's calendar expects, and whether it came.")
@click.option("--late", is_flag=True, help="Of that, only what is missing or came late.")
@click.pass_context
def command(
    context: click.Context,
    layout: str | None,
    status: str | None,
    as_of: datetime.datetime | None,
    expected: bool,
    late: bool,
) -> None:
    """List deliveries: rows delivered, accepted, set aside, and the reason when one is held."""
    if context.invoked_subcommand is not None:
        return
    from orchestration.status import calendar_lines, delivery_lines, in_force_lines
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    if expected or late:
        for line in calendar_lines(warehouse, layout, only_late=late):
            click.echo(line)
        return
    lines = (
        delivery_lines(warehouse, layout, status)
        if as_of is None
        else in_force_lines(warehouse, layout, as_of)
    )
    for line in lines:
        click.echo(line)


@command.command("show")
@click.argument("delivery_id", type=int, metavar="ID")
def show(delivery_id: int) -> None:
    """Tell what happened to a delivery, from its arrival on: when, what, by whom, why."""
    from orchestration.status import history_lines
    from warehouse.connection import open_warehouse

    for line in history_lines(open_warehouse(), delivery_id):
        click.echo(line)


_reason = click.option("--reason", required=True, help="Why; kept with the delivery.")
_by = click.option("--by", help="Who decides; else the account that runs this.")


@command.command("withdraw")
@click.argument("delivery_id", type=int, metavar="ID")
@_reason
@_by
def withdraw(delivery_id: int, reason: str, by: str | None) -> None:
    """Take a delivery out of force; the earlier accepted one counts again. `p20w run` then rebuilds."""
    from orchestration.stewardship import withdraw_delivery

    click.echo(withdraw_delivery(delivery_id, reason, by))


@command.command("accept")
@click.argument("delivery_id", type=int, metavar="ID")
@_reason
@_by
def accept(delivery_id: int, reason: str, by: str | None) -> None:
    """Let a held delivery in all the same; rows that rules rejected stay aside. `p20w run` then rebuilds."""
    from orchestration.stewardship import accept_delivery

    click.echo(accept_delivery(delivery_id, reason, by))


@command.command("judge")
@click.argument("delivery_id", type=int, metavar="ID", required=False)
def judge(delivery_id: int | None) -> None:
    """Judge held deliveries again, or the one of this ID: after a directory came, a rule or a code map changed."""
    from orchestration.stewardship import judge_again

    for line in judge_again(delivery_id):
        click.echo(line)
