"""`p20w extract`: de-identified rows for research, from a request in YAML to their destruction."""

from pathlib import Path

import click


@click.group("extract")
def command() -> None:
    """Research extracts as code: count, approve, build, destroy."""


@command.command("words")
def words() -> None:
    """What a request may name: groups of people, measures, and every computed indicator as either."""
    from orchestration.research import vocabulary
    from warehouse.connection import open_warehouse

    known = vocabulary(open_warehouse().under("extractor"))
    for heading, terms in (("population", known.groups), ("measures", known.measures)):
        click.echo(heading)
        for name, term in terms.items():
            mark = " (key)" if term.key else ""
            click.echo(f"  {name:<28} {term.title or term.describes}{mark}")


@command.command("feasibility")
@click.argument("request_file", metavar="REQUEST", type=click.Path(path_type=Path))
def feasibility_command(request_file: Path) -> None:
    """Take a REQUEST up and say how many people it is about, in protected counts, and who must approve it."""
    from governance.extracts.feasibility import feasibility
    from governance.extracts.request import read_request
    from governance.extracts.words import feasibility_lines
    from orchestration.research import vocabulary
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse().under("extractor")
    asked = read_request(request_file, vocabulary(warehouse))
    for line in feasibility_lines(asked, feasibility(warehouse, load_state(), asked)):
        click.echo(line)


@command.command("approve")
@click.argument("project")
@click.option("--agency", required=True, help="The agency whose records it is made from.")
@click.option("--by", required=True, help="The office that approves.")
@click.option("--refuse", metavar="REASON", help="Refuse instead, or take an approval back.")
def approve(project: str, agency: str, by: str, refuse: str | None) -> None:
    """Record the word of one contributing agency on a request as it is now."""
    from governance.extracts.approval import answer
    from orchestration.research import vocabulary
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse().under("extractor")
    left = answer(warehouse, load_state(), vocabulary(warehouse), project, agency, by, refuse)
    said = "refused" if refuse else "approved"
    waits = f"it still waits for {', '.join(left)}" if left else "all agencies have approved it"
    click.echo(f"{project.upper()} is {said} by {agency}; {waits}.")


@command.command("build")
@click.argument("project")
def build_command(project: str) -> None:
    """Write the extract of an approved PROJECT; built again it keeps everybody's code."""
    from governance.extracts.build import RESEARCHER, REVIEWER, build
    from orchestration.research import describer, vocabulary
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse().under("extractor")
    built = build(warehouse, load_state(), vocabulary(warehouse), project, describer())
    done = built.protection
    click.echo(
        f"{done.rows:,} rows in {built.folder / RESEARCHER}; at least {done.smallest} share their key columns (k = {done.k})."
    )
    click.echo(f"For the reviewer alone: {built.folder / REVIEWER}.")


@command.command("list")
def list_command() -> None:
    """Every project: where it stands, and when it ends."""
    from governance.extracts.register import projects
    from warehouse.connection import open_warehouse

    for found in projects(open_warehouse().under("extractor")):
        click.echo(
            f"{found.project:<28} {found.standing:<10} until {found.expires_on}  {found.agreement:<20}"
            f" {found.request['title']}"
        )


@command.command("destroy")
@click.argument("project")
@click.option("--reason", required=True, help="Kept in the record.")
@click.option("--by", help="The office that does it; else this account.")
def destroy_command(project: str, reason: str, by: str | None) -> None:
    """Destroy a project's files and codes for good."""
    from governance.extracts.destruction import destroy
    from warehouse.connection import open_warehouse

    gone = destroy(open_warehouse().under("extractor"), project, reason=reason, actor=by)
    click.echo(f"{gone.project} is destroyed: {gone.files} files, {gone.codes:,} codes.")


@command.command("expire")
@click.option("--dry-run", is_flag=True, help="Only say what is due.")
def expire(dry_run: bool) -> None:
    """Destroy every project whose day has passed."""
    from governance.extracts.destruction import destroy, due
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse().under("extractor")
    over = due(warehouse)
    for found in over:
        if dry_run:
            click.echo(f"{found.project} ended on {found.expires_on}.")
            continue
        gone = destroy(warehouse, found.project, reason=f"ended on {found.expires_on}")
        click.echo(f"{gone.project} is destroyed: {gone.files} files, {gone.codes:,} codes.")
    if not over:
        click.echo("No project has ended.")
