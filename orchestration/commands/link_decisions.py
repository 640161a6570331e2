"""`p20w link review|decisions`: people's answers about pairs of records."""

import sys
from pathlib import Path

import click

from warehouse.ledger import account as steward_name


@click.command("review")
@click.option("--as", "steward", default=steward_name, help="Who answers; else this account.")
@click.option("--limit", default=50, show_default=True, help="At most so many pairs.")
@click.option("--web", is_flag=True, help="On a page of your browser instead of the terminal.")
@click.option("--port", default=0, help="The page's port; 0 takes a free one.")
def review(steward: str, limit: int, web: bool, port: int) -> None:
    """The pairs worth a person's minute, most valuable first; answers guide every later run."""
    from linkage.runs.history import find_run
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    run = find_run(warehouse, "live")
    if web:
        from linkage.review.server import ReviewServer

        server = ReviewServer(warehouse, run, steward=steward, limit=limit, port=port)
        click.echo(f"Review at {server.url}\nThe address is the key: share it with nobody. Ctrl+C ends it.")
        server.serve_until_interrupted()
        return
    from linkage.review.terminal import Review

    Review(warehouse, run, steward, _ask, click.echo).go_through(limit)


def _ask(prompt: str, line: bool) -> str:
    """One key where the keyboard gives keys, else a line: a pipe, a terminal without a driver."""
    click.echo(prompt, nl=False)
    if line or not sys.stdin.isatty():
        return sys.stdin.readline()
    key = click.getchar()
    click.echo(key if key.isprintable() else "")
    return key


@click.group("decisions")
def decisions() -> None:
    """What people decided about pairs: list, export, import, take back."""


@decisions.command("list")
def list_all() -> None:
    """Every decision, newest first, and those that contradict each other."""
    from linkage.decisions import log
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    for row in log.list_decisions(warehouse):
        until = f" until {row['expires_on']}" if row["expires_on"] else ""
        undone = f" by {row['undone_by']}" if row["undone_by"] else ""
        click.echo(
            f"{row['decision_id']:>6}  {row['kind']:<7} {row['state']}{undone}{until}"
            f"  {row['record_id_l'][:8]} {row['record_id_r'][:8]}"
            f"  {row['steward']}, {row['at']:%Y-%m-%d}, {row['origin']}: {row['reason']}"
        )
    for row in log.contradictions(warehouse):
        click.echo(
            f"Decision {row['decision_id']} of {row['steward']} keeps apart two records that other decisions join: "
            "they stay apart until one is taken back."
        )


@decisions.command("undo")
@click.argument("decision", type=int)
@click.option("--as", "steward", default=steward_name, help="Who takes it back; else this account.")
@click.option("--reason", required=True, help="Why, for the log.")
def undo(decision: int, steward: str, reason: str) -> None:
    """Take a DECISION back; the next run links as if it had not been made."""
    from linkage.decisions import log
    from warehouse.connection import open_warehouse

    number = log.undo(open_warehouse(), decision, steward=steward, reason=reason, origin="terminal")
    click.echo(f"Decision {decision} is taken back (row {number} of the log).")


@decisions.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="Also the agencies' keys; those of wages hold SSN and name.")
def export(file: Path, with_keys: bool) -> None:
    """Write every decision to a CSV FILE."""
    from linkage.decisions.files import export_decisions
    from warehouse.connection import open_warehouse

    click.echo(f"{export_decisions(open_warehouse(), file, with_keys=with_keys):,} decisions are in {file}.")


@decisions.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "steward", help="Who decided them, where the file has no such column.")
def take_in(file: Path, steward: str | None) -> None:
    """Take decisions in from a CSV FILE, all of them or none."""
    from linkage.decisions.files import import_decisions
    from linkage.decisions.log import contradictions
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    added, known = import_decisions(warehouse, file, steward=steward)
    click.echo(f"{added:,} decisions are new, {known:,} were known.")
    against = len(contradictions(warehouse))
    if against:
        click.echo(f"{against} decisions contradict others: see `p20w link decisions list`.")


COMMANDS = (review, decisions)
