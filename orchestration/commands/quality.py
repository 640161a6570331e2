"""`p20w quality`: what the rules found."""

from pathlib import Path

import click


@click.command("quality")
@click.option("--submitter", help="Only this submitter's deliveries.")
@click.option(
    "--reject-file", "delivery", type=int, help="Write the rows set aside from this delivery, for the sender."
)
def command(submitter: str | None, delivery: int | None) -> None:
    """Show each rule that rows broke, by layout and submitter; or write a delivery's reject file."""
    from orchestration.findings import finding_lines
    from warehouse.connection import open_warehouse

    warehouse = open_warehouse()
    if delivery is not None:
        from quality_checks.rejects import write_reject_file

        path: Path = warehouse.home.reports / "rejects" / f"delivery_{delivery}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = write_reject_file(warehouse, delivery, path)
        click.echo(
            f"{rows:,} rows set aside are in {path}; it holds identifiers: hand it to the sender only."
        )
        return
    for line in finding_lines(warehouse, submitter):
        click.echo(line)
