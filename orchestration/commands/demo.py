"""`p20w demo`: a synthetic state through the whole warehouse."""

import click


@click.command("demo")
@click.option(
    "--learners", default=5000, show_default=True, type=click.IntRange(100), help="Learners entering grade 9."
)
@click.option("--seed", default=20, show_default=True, help="The same seed makes the same state.")
def command(learners: int, seed: int) -> None:
    """Write a synthetic state, load it, link it, compute and publish its indicators, and compare with the truth."""
    from orchestration.demo import run_demo
    from orchestration.progress import shown

    with shown() as meter:
        report = run_demo(meter, learners=learners, seed=seed)
    click.echo(report)
