"""The state's own choices, read from one YAML file and checked.

Only what differs between states belongs here. The file's syntax is in `docs/`; what the choices mean is
decided by the packages that read them. The single sections are in `state_sections`.
"""

import datetime
import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from warehouse.errors import P20WError
from warehouse.state_sections.measures import Clearinghouse, Linkage, Pathway, Perkins
from warehouse.state_sections.safeguards import Disclosure, Governance, Limitation, Retention
from warehouse.state_sections.section import Section, SubmitterName
from warehouse.state_sections.senders import Agency, Expectation, Landing, Submitter, Volume
from warehouse.yaml_lines import UniqueKeyLoader

DEMO_STATE = Path(__file__).parent / "states" / "demo.yml"


class State(Section):
    """One state's choices."""

    name: str
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    as_of: datetime.date
    submitters: dict[SubmitterName, Submitter] = Field(min_length=1)
    perkins: Perkins
    #: Parameters and targets by indicator code: `WIOA_ER_Q2: {target: 0.7, target_PY2022: 0.72}`.
    indicators: dict[str, dict[str, str | int | float]] = Field(default_factory=dict)
    #: Career pathways by a short name, in the place of the default ones.
    pathways: dict[SubmitterName, Pathway] = Field(default_factory=dict)
    disclosure: Disclosure
    linkage: Linkage
    clearinghouse: Clearinghouse | None = None
    limitations: list[Limitation] = Field(default_factory=list)
    landing: Landing = Landing()
    calendar: list[Expectation] = Field(default_factory=list)
    volume: list[Volume] = Field(default_factory=list)
    agencies: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Agency] = Field(
        default_factory=dict
    )
    governance: Governance = Governance()
    retention: list[Retention] = Field(default_factory=list)

    def submitters_of(self, layout: str) -> list[str]:
        """The names of those who send a layout."""
        return [name for name, submitter in self.submitters.items() if layout in submitter.layouts]

    def agency_of(self, layout: str, submitter: str | None = None) -> Agency | None:
        """The agency that a layout comes from, or that of one submitter; None where the file describes none."""
        senders = [submitter] if submitter else self.submitters_of(layout)
        agencies = {self.submitters[name].agency for name in senders if name in self.submitters}
        return self.agencies.get(agencies.pop()) if len(agencies) == 1 else None

    @model_validator(mode="after")
    def _agencies_send(self) -> "State":
        senders = {submitter.agency for submitter in self.submitters.values()}
        if unknown := sorted(set(self.agencies) - senders):
            raise ValueError(f"agencies names {unknown[0]}, which is no submitter's agency")
        return self


def own_catalogue() -> Path | None:
    """The folder `catalogue` beside the file that `P20W_STATE` names, where the state changes layouts and code sets."""
    folder = state_file().parent / "catalogue"
    return folder if folder.is_dir() else None


def agreements_folder() -> Path:
    """The folder `agreements` beside the file that `P20W_STATE` names: the state's data-sharing agreements."""
    return state_file().parent / "agreements"


def own_volume() -> tuple[tuple[str, float], ...]:
    """What the state's file says under `volume`: layout and fall between periods; nothing where there is no file."""
    file = state_file()
    return _volume(file, file.stat().st_mtime_ns) if file.is_file() else ()


@lru_cache(maxsize=4)
def _volume(file: Path, _: int) -> tuple[tuple[str, float], ...]:
    return tuple(
        (layout, entry.fall_between_periods) for entry in load_state(file).volume for layout in entry.layouts
    )


def load_state(path: Path | str | None = None) -> State:
    """The state of the given file, else of the one that `P20W_STATE` names, else the synthetic state's."""
    file = state_file(path)
    content = _read(file)
    head = content.pop("state", None)
    if not isinstance(head, dict):
        raise _wrong(file, "the key state is missing; it holds name, code and as_of")
    try:
        return State.model_validate(head | content)
    except ValidationError as error:
        raise _wrong(file, "; ".join(map(_problem, error.errors()[:5]))) from error


def state_file(path: Path | str | None = None) -> Path:
    """Where the state's choices stand: the given file, else the one that `P20W_STATE` names, else the synthetic state's."""
    return Path(path or os.environ.get("P20W_STATE") or DEMO_STATE).expanduser().absolute()


def _problem(error: Any) -> str:
    # Marks such as "[key]" are the validator's own: nobody wrote them.
    place = [str(part) for part in error["loc"] if not str(part).startswith("[")]
    if place and place[0] in ("name", "code", "as_of"):
        place.insert(0, "state")
    words = {"missing": "is missing", "extra_forbidden": "is not a known key"}
    message = words.get(error["type"]) or f"{error['msg'][:1].lower()}{error['msg'][1:]}"
    if error["type"] == "string_type":
        message = "must be text; YAML reads bare numbers, yes, no, on and off as something else: quote it"
    return f"{'.'.join(place)}: {message}"


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise P20WError(
            f"The state file {file} cannot be read: {error.strerror}.", "Correct P20W_STATE."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _wrong(file, " ".join(str(error).split())) from error
    if not isinstance(content, dict):
        raise _wrong(file, "it holds no keys")
    return content


def _wrong(file: Path, problem: str) -> P20WError:
    return P20WError(
        f"The state file {file} is not valid: {problem}.",
        f"Compare it with {DEMO_STATE.name} of the package.",
    )
