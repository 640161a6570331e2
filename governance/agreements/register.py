"""The state's agreements: one file each in the folder `agreements` beside the state's file.

Belongs here: reading them and what only the state or the catalogue can tell is wrong. Must not come here: what they allow.
"""

import json
from functools import lru_cache
from pathlib import Path

from governance.agreements.agreement import ENCODED, Agreement
from ingest.catalogue import load_catalogue
from warehouse.errors import P20WError
from warehouse.state import State, agreements_folder
from warehouse.state_sheet import StateSheetFile

SCHEMA = Path(__file__).with_name("agreement_schema.json")


def agreements(state: State) -> list[Agreement]:
    """Return the state's agreements by their codes; raise P20WError with file and line where one is wrong."""
    folder = agreements_folder()
    files = sorted(folder.glob("*.yml")) if folder.is_dir() else []
    # Asked for each delivery: read anew only when a file has changed.
    found = [_read(path, path.stat().st_mtime_ns) for path in files]
    seen: dict[str, StateSheetFile[Agreement]] = {}
    for file in found:
        code = file.sheet.agreement
        if code in seen:
            file.refuse(("agreement",), f"{seen[code].path.name} has the name {code} already")
        seen[code] = file
        _check(file, state)
    return [seen[code].sheet for code in sorted(seen)]


def find_agreement(state: State, code: str) -> Agreement:
    """Return one agreement by its code."""
    known = {found.agreement: found for found in agreements(state)}
    if code not in known:
        raise P20WError(
            f"There is no agreement {code!r}.", f"The agreements are: {', '.join(known) or 'none yet'}."
        )
    return known[code]


def check_file(path: Path, state: State) -> Agreement:
    """Return the agreement in one file, wherever it lies; raise P20WError with file and line where it is wrong."""
    file = _read(path, 0)
    _check(file, state)
    return file.sheet


def schema_text() -> str:
    """Return the JSON Schema of the files, by which editors complete and check them."""
    schema = Agreement.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


@lru_cache(maxsize=64)
def _read(path: Path, _: int) -> StateSheetFile[Agreement]:
    return StateSheetFile(path, Agreement)


def _check(file: StateSheetFile[Agreement], state: State) -> None:
    """Refuse a file that names a party, layout or column that there is not."""
    said = file.sheet
    known = {*state.submitters, *(submitter.agency for submitter in state.submitters.values())}
    for number, provider in enumerate(said.parties.providers):
        # Whoever sends encodings alone is no submitter of layouts.
        if provider not in known and not said.speaks_of(ENCODED):
            file.refuse(
                ("parties", "providers", str(number)),
                f"{provider} is no submitter and no agency of {state.name}; known are {', '.join(sorted(known))}",
            )
    layouts = load_catalogue().layouts
    for number, part in enumerate(said.elements):
        for place, key in enumerate(part.layouts):
            if key not in layouts and key != ENCODED:
                file.refuse(("elements", str(number), "layouts", str(place)), f"there is no layout {key}")
        for place, name in enumerate(part.columns or ()):
            if part.layouts[0] == ENCODED or name not in layouts[part.layouts[0]].columns_by_name:
                reason = f"{part.layouts[0]} has no column {name}"
                file.refuse(("elements", str(number), "columns", str(place)), reason)


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
