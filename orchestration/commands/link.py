"""`p20w link`: people out of records, and people's say in it."""

import click

from orchestration.commands import link_decisions, link_evaluate, link_runs


@click.group("link", invoke_without_command=True)
@click.option("--full", is_flag=True, help="Score every pair again instead of building on the last run.")
@click.option(
    "--accept-drift", is_flag=True, help="Go live although much moved without a reason in the records."
)
@click.pass_context
def command(context: click.Context, full: bool, accept_drift: bool) -> None:
    """Link person records into people; without a subcommand, make a linkage run.

    A run asked for here also replaces one that was put back with `p20w link restore`.
    """
    if context.invoked_subcommand is None:
        from linkage.runs.step import Options, run_linkage
        from warehouse.connection import open_warehouse
        from warehouse.state import load_state

        options = Options(full=full, accept_drift=accept_drift, replace_held=True)
        summary = run_linkage(open_warehouse(), load_state(), options=options)
        for name, value in summary.metadata().items():
            click.echo(f"{name:<24} {value}")


@command.command("train")
def train() -> None:
    """Train a new model on this warehouse's person records; later runs use it."""
    from linkage.runs.step import train_model
    from warehouse.connection import open_warehouse

    click.echo(f"The model is in {train_model(open_warehouse())}.")


for part in (link_evaluate.evaluate, *link_runs.COMMANDS, *link_decisions.COMMANDS):
    command.add_command(part)
