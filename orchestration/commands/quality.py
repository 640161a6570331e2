"""`p20w quality`: what the rules found, and what goes back to those who sent the files."""

from pathlib import Path

import click


@click.group("quality", invoke_without_command=True)
@click.option("--submitter", help="Only this submitter's deliveries.")
@click.pass_context
def command(context: click.Context, submitter: str | None) -> None:
    """Show each rule that rows broke, by layout and submitter; subcommands write what goes back to the sender."""
    if context.invoked_subcommand is not None:
        return
    from orchestration.findings import finding_lines
    from warehouse.connection import open_warehouse

    for line in finding_lines(open_warehouse(), submitter):
        click.echo(line)


@command.command("rejects")
@click.argument("delivery", type=int, required=False)
@click.option("--layout", help="Every delivery of this layout, for example k12/enrollment.")
@click.option("--submitter", help="Every delivery of this submitter.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write, or the folder for several.")
def rejects(delivery: int | None, layout: str | None, submitter: str | None, out: Path | None) -> None:
    """Write the rows that broke a rule, as they were sent: of one DELIVERY, or of all of a layout or submitter."""
    from quality_checks.rejects import RejectFile, reject_file_name, write_reject_file, write_reject_files
    from warehouse.connection import open_warehouse

    if (delivery is None) == (layout is None and submitter is None):
        raise click.UsageError("Name one delivery, or a layout, a submitter or both.")
    warehouse = open_warehouse()
    folder = warehouse.home.agency_reports
    if delivery is None:
        written = write_reject_files(warehouse, out or folder, layout=layout, submitter=submitter)
    else:
        from warehouse.deliveries import find_delivery

        sender = find_delivery(warehouse, delivery).submitter
        path = out or folder / sender / reject_file_name(delivery)
        written = [RejectFile(path, delivery, write_reject_file(warehouse, delivery, path))]
    for file in written:
        click.echo(f"{file.line_count:>8,} findings of delivery {file.delivery_id} are in {file.path}")
    click.echo(
        "These files hold identifiers: hand each to its sender only."
        if written
        else "No rule was broken by these deliveries."
    )


@command.command("rules")
@click.argument("layout", required=False)
def rules(layout: str | None) -> None:
    """List the rules of a LAYOUT such as ui/wage, or of all, as the state has them."""
    from orchestration.rule_list import rule_lines

    for line in rule_lines(layout):
        click.echo(line)


@command.command("gates")
def gates() -> None:
    """What the rules about the newest linkage run and about the numbers before a release found."""
    from orchestration.findings import gate_lines
    from warehouse.connection import open_warehouse

    for line in gate_lines(open_warehouse()):
        click.echo(line)


@command.command("receipt")
@click.argument("delivery", type=int)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to write it; else the submitter's folder."
)
def receipt(delivery: int, out: Path | None) -> None:
    """Write the receipt of a DELIVERY, and beside it the rows that broke a rule."""
    from orchestration.agencies import hand_back
    from reports.agencies.files import write_receipt
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse, state = open_warehouse(), load_state()
    if out is not None:
        written = [write_receipt(warehouse, state, delivery, reject_file=None, out=out)]
    else:
        written = hand_back(warehouse, state, [delivery]) or [
            write_receipt(warehouse, state, delivery, reject_file=None)
        ]
    for path in written:
        click.echo(f"The receipt is in {path}")


@command.command("scorecard")
def scorecard() -> None:
    """Score what is in force and write every submitter's scorecard, and the steward's overview."""
    from orchestration.agencies import score_and_show
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse()
    counts = score_and_show(warehouse, load_state())
    click.echo(f"{counts['pages_written']:,} pages are under {warehouse.home.agency_reports}")


@command.command("access")
@click.argument("login", required=False)
@click.option(
    "--submitter", "submitters", multiple=True, help="Whose rows the login may see; repeat for several."
)
@click.option("--revoke", is_flag=True, help="Take the login's view of every submitter away.")
def access(login: str | None, submitters: tuple[str, ...], revoke: bool) -> None:
    """Let a database LOGIN of an agency see its own submitters' findings and scores; without one, list who sees what."""
    from quality_checks.access import agency_logins, grant_agency, revoke_agency
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse()
    if login is None:
        for known, submitter in agency_logins(warehouse):
            click.echo(f"{known:<30} {submitter}")
        return
    if revoke:
        click.echo(f"{login} sees nothing any more; it saw {revoke_agency(warehouse, login)} submitters.")
        return
    if not submitters:
        raise click.UsageError("Name a --submitter.")
    for name in submitters:
        if name not in load_state().submitters:
            raise click.UsageError(f"There is no submitter {name}.")
    grant_agency(warehouse, login, submitters)
    click.echo(f"{login} sees the rows of {', '.join(submitters)}.")


@command.command("limitations")
def limitations() -> None:
    """List the register of known limitations, and what each is attached to."""
    from quality_checks.limitations import register
    from warehouse.state import load_state

    for known in register(load_state()):
        click.echo(f"{known.code}: {known.sentence}")
        click.echo(f"    {', '.join([*known.layout_columns, *known.core_columns, *known.indicators])}")
