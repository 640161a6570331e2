"""`p20w agreement`: data-sharing agreements, what they cover and what is missing."""

import datetime
from pathlib import Path

import click


@click.group("agreement")
def command() -> None:
    """Data-sharing agreements: without one for their elements, deliveries, releases and extracts stop."""


@command.command("list")
def list_command() -> None:
    """Every agreement with its status and dates."""
    from governance.agreements.register import agreements
    from governance.agreements.words import list_lines
    from warehouse.state import agreements_folder, load_state

    known = agreements(load_state())
    if not known:
        click.echo(f"There is no agreement yet: they are YAML files in {agreements_folder()}.")
        return
    for line in list_lines(known, _today()):
        click.echo(line)


@command.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check one FILE, or all agreements and whether they cover all that the submitters send; exit 1 if not."""
    from governance.agreements.deliveries import uncovered
    from governance.agreements.register import agreements, check_file
    from warehouse.state import load_state

    state = load_state()
    if file is not None:
        click.echo(f"{check_file(file, state).agreement} is right.")
        return
    known = agreements(state)
    missing = uncovered(state)
    for problem in missing:
        click.echo(problem.message, err=True)
    if missing:
        raise SystemExit(1)
    wanted = state.governance.agreements == "required"
    covered = "they cover all that the submitters send" if wanted else "the state does not ask for them"
    click.echo(f"{len(known)} agreement{'' if len(known) == 1 else 's'} checked; {covered}.")


@command.command("show")
@click.argument("code")
def show(code: str) -> None:
    """Everything that one agreement says, by its CODE."""
    from governance.agreements.register import find_agreement
    from governance.agreements.words import show_lines
    from warehouse.state import load_state

    for line in show_lines(find_agreement(load_state(), code.upper()), _today()):
        click.echo(line)


@command.command("elements")
@click.argument("layouts", nargs=-1)
@click.option("--indicator", metavar="CODE", help="The columns that an indicator is made from instead.")
def elements(layouts: tuple[str, ...], indicator: str | None) -> None:
    """Each column with the agreement under which it is taken in, and until when; of some LAYOUTS or of all."""
    if indicator is not None:
        from orchestration.elements import elements_of

        for layout, columns in elements_of(indicator.upper()).items():
            click.echo(f"{layout}: {', '.join(columns)}")
        return
    from governance.agreements.register import agreements
    from governance.agreements.words import element_lines
    from ingest.catalogue import load_catalogue
    from warehouse.state import load_state

    state, catalogue = load_state(), load_catalogue()
    known = agreements(state)
    for key in layouts or catalogue.layouts:
        for line in element_lines(state, known, catalogue.layout(key), _today()):
            click.echo(line)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
