"""`p20w link runs|restore|reissue|compare|explain`: what runs did, and the way back."""

from pathlib import Path

import click

from warehouse.ledger import account as steward_name


@click.command("runs")
def runs() -> None:
    """Every linkage run, newest first; one of them is live."""
    from linkage.runs.history import list_runs
    from warehouse.connection import open_warehouse

    click.echo(f"{'run':<9} {'status':<10} {'began':<17} {'mode':<12} {'records':>10} {'persons':>10}  why")
    for run in list_runs(open_warehouse()):
        records = sum(run.counts.get("records", {}).values())
        status = "live, held" if run.held else run.status
        why = "; ".join(part for part in (run.mode_reason, run.detail) if part)
        click.echo(
            f"{run.linkage_run_id[:8]:<9} {status:<10} {run.started_at:%Y-%m-%d %H:%M}  {run.mode:<12}"
            f" {records:>10,} {run.counts.get('persons', 0):>10,}  {why}"
        )


@click.command("restore")
@click.argument("run")
@click.option("--as", "steward", default=steward_name, help="Who decides so; else this account.")
@click.option("--reason", required=True, help="Why, for the log.")
def restore(run: str, steward: str, reason: str) -> None:
    """Make an earlier RUN live again (`previous`, or the beginning of its id), and hold it.

    Pipeline runs keep a held run; `p20w link` replaces it.
    """
    from linkage.runs import history as kept
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    found = kept.find_run(warehouse, run)
    replaced = kept.restore(warehouse, found, actor=steward, reason=reason)
    click.echo(
        f"Run {found.linkage_run_id[:8]} is live again in place of {replaced[:8]}; the next `p20w run` rebuilds on it."
    )


@click.command("reissue")
@click.argument("run", default="live")
@click.option(
    "--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Old and new ids, into this file."
)
@click.option("--since", help="Compare with this run instead of the one before RUN.")
def reissue(run: str, file: Path | None, since: str | None) -> None:
    """What RUN did to person ids: kept, created, merged, split, retired."""
    from linkage.runs import reissue as report
    from linkage.runs.history import find_run
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    found = find_run(warehouse, run)
    before = find_run(warehouse, since) if since else report.earlier_run(warehouse, found)
    click.echo(f"Person ids of run {found.linkage_run_id[:8]} against {before.linkage_run_id[:8]}:")
    for change, count in report.reissue_counts(warehouse, found, before).items():
        click.echo(f"  {change:<10} {count:>12,}")
    if file is not None:
        click.echo(f"{report.write_reissue(warehouse, found, before, file):,} rows are in {file}.")


@click.command("compare")
@click.argument("one")
@click.argument("two", default="live")
def compare(one: str, two: str) -> None:
    """Pairs and persons that run TWO gained or lost against run ONE, by source pair and reason."""
    from linkage.runs.compare import compare_runs
    from linkage.runs.history import find_run
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    found = compare_runs(warehouse, find_run(warehouse, one), find_run(warehouse, two))
    for name, count in found.persons.items():
        click.echo(f"{count:>12,}  {name}")
    if not found.changes:
        click.echo("Both runs join the same pairs.")
    for line in found.changes:
        click.echo(f"{line.pairs:>12,}  {line.change:<7} {line.source_pair:<24} {line.reason}")


@click.command("explain")
@click.argument("a")
@click.argument("b")
@click.option(
    "--html",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A page with a chart, into this file.",
)
def explain(a: str, b: str, file: Path | None) -> None:
    """Why A and B are one person, or why not: record ids, person ids, or keys such as k12:12345."""
    from linkage.review import account, terminal
    from linkage.runs.history import find_run
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    found = account.explain(warehouse, find_run(warehouse, "live"), a, b)
    steps = [(step.record_id_l, step.record_id_r, step.words) for step in found.path]
    for line in terminal.account_lines(found.verdict, found.reasons, steps):
        click.echo(line)
    if found.sheet is not None:
        for line in terminal.sheet_lines(found.sheet):
            click.echo(line)
    if file is not None:
        from linkage.review.pages import write_account

        write_account(found, file)
        click.echo(f"The page is {file}. It shows names: keep it where the vault is.")


@click.command("hidden-id")
@click.option("--hide", type=click.Choice(["ssn", "state-id"]), default="ssn", show_default=True)
def hidden_id(hide: str) -> None:
    """Link without an identifier that is known and score with it; the counts stay with the live run."""
    from linkage.evaluation.hidden import hidden_identifier_test
    from linkage.runs.history import find_run
    from warehouse.connection import open_warehouse
    from warehouse.state import load_state

    warehouse = open_warehouse()
    found = hidden_identifier_test(warehouse, find_run(warehouse, "live"), load_state(), hide)
    click.echo(f"{'':<40} {'true pairs':>11} {'found':>11} {'recall':>8} {'precision':>10}")
    lines = {"all": found.pairs, **found.by_source_pair}
    lines |= {
        f"{column}: {value}": q for column, values in found.by_group.items() for value, q in values.items()
    }
    for name, q in lines.items():
        click.echo(
            f"{name:<40} {q.true_pairs:>11,} {q.correct_pairs:>11,} {q.recall:>8.4f} {q.precision:>10.4f}"
        )


@click.command("report")
def report() -> None:
    """Write the linkage report of the live run as a page in the home folder."""
    from reports.linkage_report import build_linkage_report
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    click.echo(f"The report is {build_linkage_report(warehouse, warehouse.home.reports / 'linkage')}.")


COMMANDS = (runs, restore, reissue, compare, explain, hidden_id, report)
