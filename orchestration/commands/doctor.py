"""`p20w doctor`: whether this installation is sound."""

import click


@click.command("doctor")
def command() -> None:
    """Check the home folder, the disk, the database, the schema and the dbt manifest; exit 1 when something is wrong."""
    from orchestration.examination import examine

    findings = list(examine())
    for finding in findings:
        mark = ("soon" if finding.is_due else "ok") if finding.ok else "BAD"
        click.echo(f"{mark:<4} {finding.what}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)
