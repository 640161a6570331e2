"""`p20w approvals`: changes of layouts, rules and parameters, and the agencies' word on them."""

import click


@click.group("approvals")
def command() -> None:
    """Changes of layouts, rules and parameters wait until the agencies that they touch have approved them."""


@command.command("list")
def list_command() -> None:
    """What waits for whom."""
    from orchestration.approval_list import waiting
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    found = waiting(open_warehouse(), load_state())
    for one in found:
        click.echo(f"{one.sentence}.")
    if not found:
        click.echo("Nothing waits for an approval.")


@command.command("diff")
@click.argument("names", nargs=-1)
def diff(names: tuple[str, ...]) -> None:
    """What changed against what was approved, of the items NAMES or of all that wait."""
    from governance.approvals.item import differences
    from orchestration.approval_list import waiting
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    for one in waiting(open_warehouse(), load_state(), names):
        click.echo(f"{one.sentence}:")
        for line in differences(one.approved, one.item.content):
            click.echo(f"  {line}")


@command.command("approve")
@click.argument("names", nargs=-1)
@click.option("--agency", required=True, help="The agency that approves.")
@click.option("--by", required=True, help="The office that gives the approval.")
@click.option("--all", "everything", is_flag=True, help="Everything that waits for the agency.")
def approve_command(names: tuple[str, ...], agency: str, by: str, everything: bool) -> None:
    """Record an agency's approval of the items NAMES as they are now."""
    from governance.approvals.register import approve
    from orchestration.approval_list import waiting
    from warehouse.connection import open_warehouse
    from warehouse.errors import P20WError
    from warehouse.state import load_state

    if bool(names) == everything:
        raise P20WError("Say what is approved.", "Name items as `p20w approvals list` does, or give --all.")
    warehouse, state = open_warehouse(), load_state()
    asked = [one.item for one in waiting(warehouse, state, names) if agency in one.waits_for]
    if not asked:
        raise P20WError(
            f"Nothing of that waits for {agency}.", "`p20w approvals list` says what waits for whom."
        )
    count = approve(warehouse, asked, agency, by)
    approved = {item.name for item in asked}
    left = sum(one.item.name in approved for one in waiting(warehouse, state))
    others = f"; {left} of them still wait for others" if left else ""
    click.echo(f"{agency} approved {count} item{'' if count == 1 else 's'}{others}.")
