"""`p20w access`: who can read what, what the logs say, and the logins of educators."""

import click


@click.group("access")
def command() -> None:
    """Who can read what, the logs of access, disclosures and overrides, and the logins of educators."""


@command.command("report")
@click.option("--full", is_flag=True, help="Name every relation instead of counting them.")
@click.option("--as", "by", help="Who looks; else this account. Kept with what was seen.")
def report(full: bool, by: str | None) -> None:
    """Print each role's rights and logins as the database has them, and what changed since the last report."""
    from warehouse.access.report import access_report
    from warehouse.connection import open_warehouse

    for line in access_report(open_warehouse(), full=full, by=by):
        click.echo(line)


@command.command("repair")
def repair() -> None:
    """Make roles, owners, privileges and policies what they are meant to be; `p20w doctor` names what is not.

    The login needs CREATEROLE, and ownership of the database or of its schemas; what it may not do is printed for the
    server's administrator.
    """
    from warehouse.access.compare import deviations
    from warehouse.access.settle import settle
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    with warehouse.connect() as connection:
        before = deviations(connection)
        left = settle(connection)
        after = deviations(connection)
    for sentence in before:
        click.echo(f"{'remains' if sentence in after else 'repaired'}: {sentence}")
    for sentence in left:
        click.echo(f"for the administrator: {sentence}")
    if after:
        raise SystemExit(1)
    if not before:
        click.echo("All was as it is meant to be.")


@command.command("log")
@click.argument("log", type=click.Choice(["access", "disclosure", "override"]))
@click.option("--newest", type=click.IntRange(min=1), help="Only the newest so many entries.")
def log(log: str, newest: int | None) -> None:
    """Print a LOG, oldest entry first, with the beginning of each entry's seal."""
    from warehouse import ledger
    from warehouse.connection import open_warehouse

    chosen = next(known for known in ledger.LOGS if known == log)
    entries = ledger.read(open_warehouse(), chosen, newest=newest)
    for entry in entries:
        detail = "; ".join(f"{name}: {value}" for name, value in entry.detail.items())
        click.echo(
            f"{entry.position:>5}  {entry.at:%Y-%m-%d %H:%M}  {entry.actor}  {entry.action}: {entry.subject}"
            f"{f' ({detail})' if detail else ''}  [{entry.hash[:12]}]"
        )
    if not entries:
        click.echo("No entry yet.")


@command.command("educator")
@click.argument("login", required=False)
@click.option(
    "--school", "schools", multiple=True, help="A school_id whose learners it sees; repeat for several."
)
@click.option("--district", "districts", multiple=True, help="A district_id, for all its schools.")
@click.option("--revoke", is_flag=True, help="Take the login's view of every school away.")
def educator(login: str | None, schools: tuple[str, ...], districts: tuple[str, ...], revoke: bool) -> None:
    """Let a database LOGIN see the K-12 facts of the learners of its schools; without one, list who sees what."""
    from warehouse.access.logins import educator_logins, grant_educator, revoke_educator
    from warehouse.connection import open_warehouse
    from warehouse.ledger import accessed, record

    warehouse = open_warehouse()
    if login is None:
        for known, level, organization in educator_logins(warehouse):
            click.echo(f"{known:<40} {level:<9} {organization}")
        return
    if revoke:
        seen = revoke_educator(warehouse, login)
        record(warehouse, accessed("educator's view taken away", login))
        click.echo(f"{login} sees no learner any more; it saw those of {seen} schools or districts.")
        return
    if not (schools or districts):
        raise click.UsageError("Name a --school or a --district.")
    grant_educator(warehouse, login, schools, districts)
    whose = ", ".join([*schools, *districts])
    record(warehouse, accessed("educator's view given", login, organizations=whose))
    click.echo(f"{login} sees the learners of {whose}.")
