"""Which layout, submitter and period a file belongs to, by its name, or by its header and what is asked for.

Belongs here: recognition and its checks against the state. Must not come here: loading.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from ingest.catalogue import Catalogue, Layout
from ingest.readers.choice import header_of
from ingest.readers.headers import versions_with_header
from ingest.recognise_form import form_of
from warehouse.errors import P20WError
from warehouse.state import State

_PART = r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*"
_FILE_NAME = re.compile(
    rf"(?P<source>{_PART})__(?P<file_type>{_PART})__(?P<submitter>{_PART})__(?P<period>[A-Za-z0-9]+)"
    r"(?:__(?P<sequence>\d{1,6}))?(?P<amends>__amend)?\.(?:(?:csv|txt|dat)(?:\.gz|\.zip)?|gz|zip|parquet|xlsx)",
    re.IGNORECASE,
)
_NAME_FORM = (
    "<source>__<file_type>__<submitter>__<period>[__<sequence>][__amend]"
    ".<csv|txt|dat>[.gz|.zip], .parquet or .xlsx"
)


@dataclass(frozen=True)
class Recognised:
    """A file's place in the contract."""

    layout: Layout
    version: str
    submitter: str
    period: str
    sequence: int | None
    is_amendment: bool = False


@dataclass(frozen=True)
class NameParts:
    """What a file's name says, still unchecked."""

    layout: str
    submitter: str
    period: str
    sequence: int | None
    is_amendment: bool = False


def parse_name(file_name: str) -> NameParts | None:
    """Return the parts of a file name of the agreed form, None for any other name."""
    match = _FILE_NAME.fullmatch(file_name)
    if match is None:
        return None
    return NameParts(
        f"{match['source'].lower()}/{match['file_type'].lower()}",
        match["submitter"].lower(),
        match["period"].upper(),
        int(match["sequence"]) if match["sequence"] else None,
        match["amends"] is not None,
    )


def recognise(
    path: Path,
    catalogue: Catalogue,
    state: State,
    *,
    layout: str | None = None,
    submitter: str | None = None,
    period: str | None = None,
    sequence: int | None = None,
    variant: str | None = None,
    amends: bool = False,
) -> Recognised:
    """Return what a file is; what the caller states wins over the file's name."""
    named = parse_name(path.name)
    if named is not None:
        layout, submitter = layout or named.layout, submitter or named.submitter
        period = period or named.period
        sequence = named.sequence if sequence is None else sequence
        amends = amends or named.is_amendment
    if layout is None:
        layout = _layout_by_header(path, catalogue)
    found = catalogue.layout(layout)
    if submitter is None or period is None:
        raise _incomplete(path, found, state, submitter, period)
    _check_submitter(found, submitter, state)
    if sequence is not None and sequence < 1:
        raise P20WError(f"{path.name}: sequence {sequence} is below 1.", "The first delivery is number 1.")
    form = form_of(path, found, period, state.submitters[submitter], variant)
    return Recognised(found, form, submitter, period, sequence, amends)


def _layout_by_header(path: Path, catalogue: Catalogue) -> str:
    """Return the one layout whose header this file has; raise P20WError when none or several do."""
    fitting: dict[str, int] = {}
    for layout in catalogue.layouts.values():
        for version, declared in layout.versions.items():
            if declared.format != "delimited" or layout.key in fitting:
                continue
            names = header_of(path, declared)
            if len(names) > 1 and version in versions_with_header(names, layout):
                fitting[layout.key] = len(names)
    if len(fitting) == 1:
        return next(iter(fitting))
    if fitting:
        raise P20WError(
            f"The header of {path.name} fits several layouts: {', '.join(sorted(fitting))}.",
            f"Say which: {_command(path, '<layout>', None, None)}",
        )
    raise P20WError(
        f"{path.name} is not recognised: neither its name nor its header belongs to a layout.",
        f"Name it {_NAME_FORM}, or say what it is: {_command(path, '<layout>', None, None)}",
    )


def _incomplete(
    path: Path, layout: Layout, state: State, submitter: str | None, period: str | None
) -> P20WError:
    unknown = " and ".join(
        word for word, value in (("submitter", submitter), ("period", period)) if value is None
    )
    senders = state.submitters_of(layout.key)
    if submitter is None and len(senders) == 1:
        submitter = senders[0]
    return P20WError(
        f"{path.name} has the layout {layout.key}, but its name does not tell its {unknown}.",
        f"Say it: {_command(path, layout.key, submitter, period)}",
    )


def _command(path: Path, layout: str, submitter: str | None, period: str | None) -> str:
    words = f"--layout {layout} --submitter {submitter or '<submitter>'} --period {period or '<period>'}"
    return f"p20w load {shlex.quote(str(path))} {words}"


def _check_submitter(layout: Layout, submitter: str, state: State) -> None:
    senders = ", ".join(state.submitters_of(layout.key)) or "nobody yet"
    if submitter not in state.submitters:
        raise P20WError(
            f"{submitter!r} is not a submitter of {state.name}.",
            f"{layout.key} is sent by: {senders}. Submitters are listed in the state file.",
        )
    if layout.key not in state.submitters[submitter].layouts:
        raise P20WError(
            f"Submitter {submitter} does not send {layout.key}.",
            f"{layout.key} is sent by: {senders}. Add the layout to the submitter in the state file if it should.",
        )
