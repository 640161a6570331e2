"""`p20w layout`: check, draft and show the contract for a kind of file."""

from pathlib import Path

import click


@click.group("layout")
def command() -> None:
    """The layouts of agency files: check them, draft one from a sample, show one as a data dictionary."""


@command.command("check")
@click.argument("target", required=False)
def check(target: str | None) -> None:
    """Check a layout file, a layout such as k12/student, or all of them with the state's own changes."""
    from ingest.layout_check import check_layouts

    count, problems = check_layouts(target)
    for problem in problems:
        click.echo(f"{problem.path}:{problem.line or 1}: {problem.sentence}", err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{count} layout{'' if count == 1 else 's'} checked; nothing is wrong.")


@command.command("new")
@click.argument("sample", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; else it is shown.")
def new(sample: Path, out: Path | None) -> None:
    """Draft a layout from a SAMPLE file with a header line. What a person must decide is marked "?"."""
    from ingest.layout_draft import draft_layout
    from warehouse.errors import P20WError

    text = draft_layout(sample)
    if out is None:
        click.echo(text, nl=False)
        return
    if out.exists():
        raise P20WError(f"{out} exists already.", "Name another file, or remove it.")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    click.echo(f'{out} is a draft: answer every "?" in it, then `p20w layout check {out}`.')


@command.command("show")
@click.argument("key")
@click.option("--version", "year", type=int, help="A year; else the newest version.")
@click.option("--variant", help="A form such as efw2; else the submitter's, else the layout's own.")
@click.option("--submitter", help="Show the codes that this submitter sends.")
@click.option(
    "--format", "form", type=click.Choice(["text", "html", "csv"]), default="text", show_default=True
)
def show(key: str, year: int | None, variant: str | None, submitter: str | None, form: str) -> None:
    """Show a layout as a data dictionary that can be sent to an agency."""
    from ingest import dictionary
    from ingest.catalogue import load_catalogue
    from quality_checks.limitations import limitations_of_column
    from warehouse.errors import P20WError
    from warehouse.state import load_state

    catalogue, state = load_catalogue(), load_state()
    layout = catalogue.layout(key)
    sender = state.submitters.get(submitter) if submitter else None
    if submitter and sender is None:
        raise P20WError(f"{submitter!r} is not a submitter of {state.name}.", "The state file lists them.")
    chosen = variant or (sender.variants.get(key) if sender else None) or layout.own_variant
    versions = [v for v in layout.versions_of(chosen) if year is None or int(v[:4]) <= year]
    if not versions:
        raise P20WError(f"Layout {key} has no version for {year}.", "It begins later.")
    known = {
        column.name: [
            limitation.sentence
            for limitation in limitations_of_column(state, key, column.name)
            if limitation.submitter in (None, submitter)
        ]
        for column in layout.columns
    }
    told = dictionary.dictionary(
        catalogue,
        layout,
        max(versions),
        sender,
        year or state.as_of.year,
        limitations=known,
        agency=state.agency_of(key, submitter),
    )
    click.echo(
        {"text": dictionary.as_text, "html": dictionary.as_html, "csv": dictionary.as_csv}[form](told),
        nl=False,
    )
