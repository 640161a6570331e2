"""The `p20w` command: finds the subcommand, runs it, and turns failures into one sentence.

Each subcommand is a module of `commands`, imported only when it is asked for: `p20w --help` imports nothing heavy.
"""

import importlib
import io
import logging
import sys
from collections.abc import Sequence

import click

#: name → what it does; the order is the order of a day's work.
COMMANDS = {
    "demo": "A synthetic state through the whole warehouse.",
    "synth": "Write the synthetic agencies' files, and the truth beside them.",
    "layout": "Check, draft and show the layouts of files.",
    "agreement": "Data-sharing agreements, what they cover and what is missing.",
    "approvals": "Changes of layouts, rules and parameters, and the agencies' word on them.",
    "load": "Load delivered files and judge them.",
    "run": "Bring the warehouse up to date.",
    "link": "Link records into people; measure the result.",
    "release": "Disclosure control and publication.",
    "extract": "De-identified rows for research, from a request to their destruction.",
    "status": "What is loaded, linked and published.",
    "deliveries": "Every delivery and what became of it.",
    "quality": "What the rules found, and files to hand back.",
    "indicators": "Which indicators the loaded deliveries allow, and what the others lack.",
    "trace": "From a cell of the cube to its evidence, versions and files.",
    "nsc": "The request file for the National Student Clearinghouse.",
    "doctor": "Whether this installation is sound.",
    "retention": "What may not be kept any longer, and its destruction.",
    "access": "Who can read what; the logs of access, disclosures and overrides.",
    "url": "The connection URL, for psql, a notebook or a BI tool.",
    "serve": "Dagster's pages and the published site, on localhost.",
    "stop": "Stop the embedded server.",
    "service": "Dagster's webserver or daemon, for a server installation.",
}


class _Lazy(click.Group):
    """A group that knows its subcommands' names and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"orchestration.commands.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong module is a programming error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--traceback", is_flag=True, help="Show where in the code a failure happened.")
@click.option("-v", "--verbose", is_flag=True, help="Show what the parts report while they work.")
@click.version_option(package_name="p20w")
def p20w(traceback: bool, verbose: bool) -> None:
    """The P-20W warehouse: from agencies' files to published career-readiness indicators."""
    shown = logging.StreamHandler(sys.stderr)
    # On the handler, not the logger: libraries set levels of their own, which would pass a root logger's.
    shown.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[shown])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; exit with 1 and one sentence when it fails, 2 when it was called wrongly."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no UTF-8 gets a question mark, not a failure.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "--traceback" in given:
        p20w(given)
        return
    try:
        p20w(given)
    except Exception as error:
        from orchestration.failures import sentence

        click.echo(f"p20w: {sentence(error)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
