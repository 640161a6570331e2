"""`p20w trace`: from a cell of the cube to the files it comes from."""

import click


@click.command("trace")
@click.argument("indicator")
@click.option("--cohort", default="all", help="One cohort, such as 2020 or PY2021; else all complete ones.")
@click.option("--organization", default="all", help="A region, district, school or institution.")
@click.option("--subgroup", default="all=all", help="Dimension and value, such as sex=F.")
def command(indicator: str, cohort: str, organization: str, subgroup: str) -> None:
    """Walk from a cell of INDICATOR to its outcomes, the rule and linkage behind it, deliveries and files."""
    from orchestration.readiness import CellName, trace_lines
    from warehouse.connection import open_warehouse

    dimension, separator, value = subgroup.partition("=")
    if not separator:
        raise click.UsageError("Write a subgroup as dimension=value, such as sex=F.")
    for line in trace_lines(open_warehouse(), CellName(indicator, cohort, organization, dimension, value)):
        click.echo(line)
