"""`p20w link`: people out of records, and people's say in it."""

from pathlib import Path

import click

from orchestration.commands import link_decisions, link_encoded, link_evaluate, link_runs


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
        from linkage.runs.step import Options
        from orchestration.gates import link
        from warehouse.connection import open_warehouse
        from warehouse.state import load_state

        options = Options(full=full, accept_drift=accept_drift, replace_held=True)
        summary = link(open_warehouse(), load_state(), options)
        for name, value in summary.metadata().items():
            click.echo(f"{name:<24} {value}")


@command.command("train")
@click.option(
    "--records", type=click.Path(path_type=Path), help="Train on this file instead, without a warehouse."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for a model trained on a file."
)
@click.option("--seed", default=None, type=int, help="Chooses the random pairs.")
def train(records: Path | None, out: Path | None, seed: int | None) -> None:
    """Train a new model on this warehouse's person records; later runs use it.

    A model with implausible weights is refused and the earlier one stays. Beside the model lies its card, a page with the
    weights, what they were learnt from and what was set by hand.
    """
    from linkage.training.keep import train_file, train_model
    from linkage.training.train import DEFAULT_SEED

    if (records is None) != (out is None):
        raise click.UsageError("--records and --out belong together.")
    seed = DEFAULT_SEED if seed is None else seed
    if records is not None and out is not None:
        from linkage.evaluation.person_file import read_person_file

        path, card = train_file(read_person_file(records).records, out, seed=seed)
    else:
        from warehouse.connection import open_warehouse

        path, card = train_model(open_warehouse(), seed=seed)
    click.echo(f"The model is in {path}.\nIts card is {card}.")


for part in (link_evaluate.evaluate, *link_runs.COMMANDS, *link_decisions.COMMANDS, *link_encoded.COMMANDS):
    command.add_command(part)
