"""`p20w link`: people out of records."""

import click


@click.group("link", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Link person records into people; without a subcommand, make a linkage run."""
    if context.invoked_subcommand is None:
        from linkage.step import run_linkage
        from warehouse.connection import open_warehouse
        from warehouse.state import load_state

        summary = run_linkage(open_warehouse(), load_state())
        for name, value in summary.metadata().items():
            click.echo(f"{name:<24} {value}")


@command.command("train")
def train() -> None:
    """Train a new model on this warehouse's person records; later runs use it."""
    from linkage.step import train_model
    from warehouse.connection import open_warehouse

    click.echo(f"The model is in {train_model(open_warehouse())}.")
