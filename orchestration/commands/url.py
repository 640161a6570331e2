"""`p20w url`: how other programs reach the warehouse."""

import click


@click.command("url")
@click.option(
    "--role", help="One duty: analyst, agency, educator, auditor, or another of `p20w access report`."
)
@click.option(
    "--days", default=30, show_default=True, help="How long the password of a role's login is valid."
)
@click.option(
    "--submitter", "submitters", multiple=True, help="With --role agency: whose rows; repeat for several."
)
@click.option("--school", "schools", multiple=True, help="With --role educator: a school_id.")
@click.option("--district", "districts", multiple=True, help="With --role educator: a district_id.")
def command(
    role: str | None,
    days: int,
    submitters: tuple[str, ...],
    schools: tuple[str, ...],
    districts: tuple[str, ...],
) -> None:
    """Print the connection URL; it carries a password, so do not share the output.

    Without --role it is the owner's, which may do everything. With --role it is that of a login which is a member of
    the role's group and of no other: made now, or given a new password, by which the URL given out before ends. On the
    embedded server only this machine's account reaches it; on your server the warehouse's login needs CREATEROLE.
    Each URL given out is in the access log.
    """
    from orchestration.connections import connection_url
    from warehouse.connection import open_warehouse

    click.echo(connection_url(open_warehouse(), role, days, submitters, schools, districts))
