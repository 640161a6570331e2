"""`p20w release`: numbers that protect every learner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from governance.release import ReleaseSummary


@click.group("release")
def command() -> None:
    """Disclosure control and publication."""


@command.command("check")
@click.option(
    "--as-of", type=int, help="Make this old release again instead, and say whether it comes out equal."
)
def check(as_of: int | None) -> None:
    """Try a release without publishing it: the gate's rules, disclosure control, the attacker."""
    from orchestration.gates import try_release
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse()
    if as_of is not None:
        _check_again(as_of)
        return
    summary = try_release(warehouse, load_state())
    _say(summary)
    if not summary.is_new:
        click.echo("The newest release says the same.")
    elif summary.waits_for:
        click.echo(
            f"Its content {summary.content[:12]} waits for the approval of {', '.join(summary.waits_for)}."
        )
    else:
        click.echo("A release would be published.")


@command.command("publish")
def publish() -> None:
    """Make a release of the current indicators and build the site from it; unchanged numbers make no new release."""
    from orchestration.gates import release
    from reports.site import build_site
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse()
    summary = release(warehouse, load_state())
    _say(summary)
    site = build_site(warehouse, warehouse.home.site)
    click.echo(
        f"Release {summary.release_id}{'' if summary.is_new else ' already says so'}; the site is at {site}."
    )


@command.command("approve")
@click.argument("content")
@click.option("--office", required=True, help="One of those that the state's file names.")
@click.option("--by", required=True, help="Who answers for the office.")
@click.option("--refuse", metavar="REASON", help="Refuse instead, or take an approval back.")
def approve(content: str, office: str, by: str, refuse: str | None) -> None:
    """Approve what a release would say, named as `p20w release check` names it."""
    from governance.release_approval import answer
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    left = answer(open_warehouse(), load_state(), content, office, by, refusal=refuse)
    waits = f"it still waits for {', '.join(left)}" if left else "all offices have approved it"
    click.echo(f"{office} has {'refused' if refuse else 'approved'} {content}; {waits}.")


@command.command("list")
def list_command() -> None:
    """Every release, newest first."""
    from governance.release_history import list_releases
    from warehouse.connection import open_warehouse

    for line in list_releases(open_warehouse()):
        click.echo(
            f"{line.release_id:>4}  {line.published_at:%Y-%m-%d %H:%M}  {line.status:<10} {line.preset:<16}"
            f" {line.shown:,} shown, {line.hidden:,} hidden"
        )


@command.command("diff")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@click.option(
    "--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write every cell to a file."
)
def diff(old: int | None, new: int | None, file: Path | None) -> None:
    """What changed from one release to the next, cell by cell and why; without numbers, the newest two."""
    from governance.release_diff import diff_releases
    from warehouse.connection import open_warehouse

    found = diff_releases(open_warehouse(), old, new)
    click.echo(f"Release {found.old} to {found.new}: {len(found.changes):,} cells differ.")
    if file is not None:
        from governance.release_diff import write_changes

        write_changes(found, file)
        click.echo(f"All of them are in {file}.")
        return
    for change in found.changes[:40]:
        place = " ".join(part for part in change[1:6] if part not in ("state", "all"))
        click.echo(
            f"  {change.indicator_code} {place or 'state'}: {change.kind},"
            f" {change.old_value or '*'} -> {change.new_value or '*'} ({change.reasons})"
        )
    if len(found.changes) > 40:
        click.echo("  ... the rest with --csv FILE.")


@command.command("withdraw")
@click.argument("release_id", type=int)
@click.option("--reason", required=True, help="Published beside the release's number.")
def withdraw(release_id: int, reason: str) -> None:
    """Take a release back; what it hid stays hidden, and the site shows the one before it."""
    from governance.release_history import withdraw_release
    from reports.site import build_site
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    withdraw_release(warehouse, release_id, reason)
    click.echo(f"Release {release_id} is withdrawn.")
    if warehouse.fetch_value("select exists (select from control.release where status = 'published')"):
        click.echo(f"The site shows the newest one left: {build_site(warehouse, warehouse.home.site)}.")
    else:
        click.echo("No release is left. The site's files are still there: remove them, or publish again.")


def _check_again(release_id: int) -> None:
    from governance.release_history import rebuild_release
    from warehouse.connection import open_warehouse

    rebuilt = rebuild_release(open_warehouse(), release_id)
    click.echo(f"Release {release_id} comes out {'equal' if rebuilt.is_equal else 'different'}.")
    if not rebuilt.same_deliveries:
        click.echo("The accepted deliveries are not those it was made from.")
    if not rebuilt.is_equal:
        raise SystemExit(1)


def _say(summary: ReleaseSummary) -> None:
    loss = summary.loss
    for warning in summary.warnings:
        click.echo(f"Warning: {warning}")
    click.echo(
        f"{summary.shown_cells:,} numbers shown, {summary.hidden_cells:,} hidden"
        f" ({loss.sensitive_cells:,} of them too small by themselves);"
        f" the attacker tried {loss.attacked:,} and opened none."
    )
    if loss.learners:
        click.echo(
            f"Lost: {loss.hidden_cells / loss.cells:.1%} of the cells, and {loss.hidden_learners / loss.learners:.1%} of the"
            " learners in tables by one thing. Leaving out every table with a small cell would lose"
            f" {loss.rolled_up_cells / loss.cells:.1%} and {loss.rolled_up_learners / loss.learners:.1%}."
        )
        if loss.pooled_tables:
            click.echo(
                f"Of several cohorts together: {loss.pooled_tables} tables, which show"
                f" {loss.shown_pooled / max(loss.pooled_learners, 1):.1%} of their learners by one thing;"
                f" cohort by cohort they would show {loss.shown_single / max(loss.pooled_learners, 1):.1%}."
            )
        if loss.bound:
            click.echo(
                f"Hidden cells and learners are {loss.cost / loss.bound:.2f} times the least that any choice must hide."
            )
