"""`p20w synth`: the synthetic agencies' files."""

from pathlib import Path

import click


@click.command("synth")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--learners", default=5000, show_default=True, type=click.IntRange(100), help="Learners entering grade 9."
)
@click.option("--seed", default=20, show_default=True, help="The same seed writes the same bytes.")
@click.option("--faults", is_flag=True, help="Plant known delivery faults, listed in OUT/truth/faults.csv.")
def command(out: Path, learners: int, seed: int, faults: bool) -> None:
    """Write a synthetic state's files into OUT/incoming, and the truth about them into OUT/truth."""
    from ingest.synthetic import write_state

    summary = write_state(out, learners=learners, seed=seed, faults=faults)
    click.echo(
        f"{summary.files} files with {summary.rows:,} rows in {out / 'incoming'}; the truth is in {out / 'truth'}."
    )
