"""The state's own choices, read from one YAML file and checked.

Only what differs between states belongs here. The file's syntax is in `docs/`; what the choices mean is
decided by the packages that read them.
"""

import datetime
import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from warehouse.errors import P20WError
from warehouse.yaml_lines import UniqueKeyLoader

DEMO_STATE = Path(__file__).parent / "states" / "demo.yml"
PERKINS_PRESETS = DEMO_STATE.with_name("perkins_presets.yml")

# File names separate submitter, layout and period by two underscores.
SubmitterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40)]
LayoutKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Year = Annotated[int, Field(ge=1900, le=9999)]
# What stands for "always" where years are written.
FIRST_YEAR, LAST_YEAR = 1900, 9999


class Section(BaseModel):
    """A part of the file: unknown keys are errors, values read as attributes or by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __getitem__(self, name: str) -> Any:
        if name not in type(self).model_fields:
            raise KeyError(name)
        return getattr(self, name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a key, else the default."""
        return self[name] if name in type(self).model_fields else default


class YearsOfCodes(Section):
    """Local code → standard code, for the files of some years: the whole map of these years."""

    first: Year = Field(default=FIRST_YEAR, alias="from")
    last: Year | None = Field(default=None, alias="to")
    codes: dict[str, str] = Field(min_length=1)


# One map for all years, or a list of maps with their years.
CodeMap = Annotated[
    Annotated[dict[str, str], Tag("[always]")] | Annotated[list[YearsOfCodes], Tag("[by year]")],
    Discriminator(lambda value: "[by year]" if isinstance(value, list) else "[always]"),
]


class Submitter(Section):
    """Who sends files, which layouts, and how its local codes read in standard codes."""

    name: str
    agency: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    layouts: list[LayoutKey] = Field(min_length=1)
    code_maps: dict[str, CodeMap] = {}
    # The form in which a layout comes from this submitter, where it is not to be told from the file.
    variants: dict[LayoutKey, str] = {}

    def code_map(self, code_set: str) -> list[tuple[int, int, dict[str, str]]]:
        """The maps of a code set as (first year, last year, local → standard); empty when it is sent in standard codes."""
        given = self.code_maps.get(code_set)
        if given is None:
            return []
        if isinstance(given, dict):
            return [(FIRST_YEAR, LAST_YEAR, given)]
        ordered = sorted(given, key=lambda part: part.first)
        following = [part.first - 1 for part in ordered[1:]] + [LAST_YEAR]
        return [
            (part.first, end if part.last is None else part.last, part.codes)
            for part, end in zip(ordered, following, strict=True)
        ]

    @field_validator("code_maps")
    @classmethod
    def _years_follow_each_other(cls, maps: dict[str, CodeMap]) -> dict[str, CodeMap]:
        for code_set, given in maps.items():
            if isinstance(given, list):
                _check_years(code_set, sorted(given, key=lambda part: part.first))
        return maps


class Concentrator(Section):
    """The Perkins V concentrator as the state plan defines it."""

    min_courses: Annotated[int, Field(ge=1)] = 2
    min_credits: Annotated[float, Field(ge=0)] = 0
    scope: Literal["program", "career_cluster"] = "program"
    allowed_levels: list[Literal["introductory", "intermediate", "capstone"]] = Field(
        default=["introductory", "intermediate", "capstone"], min_length=1
    )


class Perkins(Section):
    """Parameters of the Perkins V indicators: a preset, single values, or single values over a preset."""

    preset: str | None = None
    #: First school year of the preset's definition; told with the parameters in force.
    valid_from: Year | None = None
    concentrator: Concentrator = Concentrator()

    @model_validator(mode="before")
    @classmethod
    def _take_preset(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("preset") is None:
            return given
        presets = yaml.safe_load(PERKINS_PRESETS.read_text(encoding="utf-8"))
        if given["preset"] not in presets:
            raise ValueError(f"preset is not one of {', '.join(sorted(presets))}")
        preset = presets[given["preset"]]
        concentrator = preset["concentrator"] | dict(given.get("concentrator") or {})
        return {"valid_from": preset["valid_from"]} | given | {"concentrator": concentrator}


Minimum = Annotated[int, Field(ge=3)]
Step = Annotated[float, Field(gt=0)]
# Largest group and a cut or width in percent; null for all larger ones.
Rung = tuple[Annotated[int, Field(ge=1)] | None, Annotated[float, Field(gt=0, le=50)]]


class Disclosure(Section):
    """A preset of disclosure control, and what the state sets instead of the preset's figures."""

    preset: str
    #: Tables of single cohorts, or of all complete cohorts pooled; never both, for one could be taken from the other.
    cohorts: Literal["single", "pooled"] | None = None
    #: What is published: district, school, career_cluster, cip, subgroup, and crosses such as `district x subgroup`.
    tables: list[str] | None = None
    #: Leave a table out for the coarser one where more than this share of its cells would be hidden; 1 for never.
    roll_up_above: Share | None = None
    #: Offices that must approve the content of a release before it is published.
    approvals: list[str] = Field(default_factory=list)
    min_count: Minimum | None = None
    min_outcome_count: Count | None = None
    min_wage_count: Minimum | None = None
    min_employers: Annotated[int, Field(ge=1)] | None = None
    max_employer_share: Share | None = None
    round_count_to: Annotated[int, Field(ge=1)] | None = None
    round_large_count_to: Annotated[int, Field(ge=1)] | None = None
    round_rate_to: Step | None = None
    round_usd_to: Step | None = None
    usd_top: Step | None = None
    rate_step_by_size: bool | None = None
    rate_of_rounded_counts: bool | None = None
    coded: list[Rung] | None = None
    bins: list[Rung] | None = None


class Due(Section):
    """By when a delivery is due: so many days after its period, or on a day of the year after it."""

    days: Annotated[int, Field(ge=0, le=1500)] | None = None
    month_day: (
        Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8]|29|30|31)$")] | None
    ) = None
    #: Counted from the period's end, or from its begin.
    after: Literal["end", "begin"] = "end"

    @model_validator(mode="after")
    def _one_of_both(self) -> "Due":
        if (self.days is None) == (self.month_day is None):
            raise ValueError("give either days or month_day")
        if self.month_day is not None:
            # Not a leap year: a day that is there every year.
            datetime.date(2001, *map(int, self.month_day.split("-")))
        return self


class Expectation(Section):
    """What is expected regularly: files of these layouts for every period from one on."""

    layouts: list[LayoutKey] = Field(min_length=1)
    #: Who sends it; else all submitters of the layout.
    submitters: list[SubmitterName] = []
    due: Due
    first: str = Field(alias="from")
    last: str | None = Field(default=None, alias="to")
    #: Only these terms, for layouts that are sent by academic term.
    terms: list[Literal["FA", "SP", "SU"]] = []


class Landing(Section):
    """When a file in a submitter's folder is taken."""

    #: A file that changed within so many seconds may still be growing.
    settle_seconds: Annotated[float, Field(ge=0, le=86_400)] = 10
    #: Take only files that have `<name>.done` beside them, written after them.
    require_done_marker: bool = False
    #: When a file counts as received: now, or at its own time, where files of earlier years are brought in.
    arrival: Literal["now", "file_time"] = "now"


class Volume(Section):
    """Files of which the periods differ more by nature than rules expect: cohorts that leave, a service that ends."""

    layouts: list[LayoutKey] = Field(min_length=1)
    #: The share of rows by which a file may fall below that of an earlier period before it is held.
    fall_between_periods: Annotated[float, Field(gt=0, lt=1)]


class Linkage(Section):
    """Which pairs count as one person, and which go to a human."""

    threshold: Annotated[float, Field(gt=0, lt=1)]
    review_floor: Annotated[float, Field(ge=0, lt=1)]
    #: What finds and scores the pairs of a full run; `spark` needs the extra of that name and Java 17.
    engine: Literal["duckdb", "spark"] = "duckdb"
    #: Address of the cluster, such as spark://host:7077; without one Spark's own configuration says.
    spark_master: Annotated[str, StringConstraints(pattern=r"^(spark://|k8s://|yarn|local)")] | None = None

    @model_validator(mode="after")
    def _floor_below_threshold(self) -> "Linkage":
        if self.review_floor >= self.threshold:
            raise ValueError("review_floor must be below threshold")
        return self


class Limitation(Section):
    """Something known to be missing or doubtful, and the columns and indicators whose readers must know it."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)]
    sentence: Annotated[str, StringConstraints(min_length=20, pattern=r"\.$")]
    owner: str
    #: Periods, from and to which it holds; open where not given.
    since: str | None = None
    until: str | None = None
    submitter: SubmitterName | None = None
    layout_columns: list[str] = []
    core_columns: list[Annotated[str, StringConstraints(pattern=r"^[a-z_]+[.][a-z0-9_]+[.][a-z0-9_]+$")]] = []
    indicators: list[str] = []

    @model_validator(mode="after")
    def _is_attached(self) -> "Limitation":
        if not (self.layout_columns or self.core_columns or self.indicators):
            raise ValueError("a limitation is attached to a column or an indicator")
        return self


class Agency(Section):
    """Whose an agency's elements are, where neither layout nor column says otherwise."""

    name: str
    #: The office that answers for the content of what the agency sends.
    owner: Annotated[str, StringConstraints(min_length=3)] | None = None
    #: Who looks after it day by day and is asked when something is doubtful.
    steward: Annotated[str, StringConstraints(min_length=3)] | None = None


class Governance(Section):
    """Which of the safeguards between agencies the state wants; see docs/agreements.md."""

    #: Whether deliveries, releases and extracts stop without an agreement for their elements.
    agreements: Literal["required", "none"] = "required"
    #: Whether changes of layouts, rules and parameters wait for the approval of the agencies they touch.
    approvals: Literal["required", "none"] = "required"
    #: So many days before an agreement ends, `p20w doctor` begins to say so.
    remind_days: Annotated[int, Field(ge=0, le=1000)] = 90


class Retention(Section):
    """How long deliveries of some layouts are kept: so many years after their period's, or until a day."""

    rule: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=40)]
    layouts: list[LayoutKey] = Field(min_length=1)
    #: Until the last day of the year that is so many years after the one that the period's name begins with.
    keep_years: Annotated[int, Field(ge=0, le=200)] | None = None
    destroy_on: datetime.date | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Retention":
        if (self.keep_years is None) == (self.destroy_on is None):
            raise ValueError("give either keep_years or destroy_on")
        return self

    def told(self) -> str:
        """The rule in words."""
        if self.destroy_on is not None:
            return f"until {self.destroy_on:%Y-%m-%d}"
        return f"{self.keep_years} years after the period's year"


class Clearinghouse(Section):
    """How the state signs its requests to the National Student Clearinghouse; the Clearinghouse issues the codes."""

    school_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    branch: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] = "00"
    name: Annotated[str, StringConstraints(min_length=1)]
    #: What comes back with each row: a key made for the request, or the state's own student identifier.
    return_field: Literal["random_key", "student_id_state"] = "random_key"


class Pathway(Section):
    """A career pathway: programs across agencies, the credentials of schools that belong to it, the sectors it aims at."""

    name: Annotated[str, StringConstraints(min_length=1)]
    #: CIP codes or their beginnings.
    programs: list[Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{0,4})?$")]] = Field(min_length=1)
    credentials: list[str] = []
    sectors: list[Annotated[str, StringConstraints(pattern=r"^\d{2}(-\d{2})?$")]] = []


class State(Section):
    """One state's choices."""

    name: str
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    as_of: datetime.date
    submitters: dict[SubmitterName, Submitter] = Field(min_length=1)
    perkins: Perkins
    #: Parameters and targets by indicator code: `WIOA_ER_Q2: {target: 0.7, target_PY2022: 0.72}`.
    indicators: dict[str, dict[str, str | int | float]] = {}
    #: Career pathways by a short name, in the place of the default ones.
    pathways: dict[SubmitterName, Pathway] = {}
    disclosure: Disclosure
    linkage: Linkage
    clearinghouse: Clearinghouse | None = None
    limitations: list[Limitation] = []
    landing: Landing = Landing()
    calendar: list[Expectation] = []
    volume: list[Volume] = []
    agencies: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Agency] = {}
    governance: Governance = Governance()
    retention: list[Retention] = []

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


def _check_years(code_set: str, parts: list[YearsOfCodes]) -> None:
    if not parts:
        raise ValueError(f"{code_set} has no codes")
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if part.last is not None and part.last < part.first:
            raise ValueError(f"{code_set} ends in {part.last}, before it begins in {part.first}")
        if following and following.first <= (part.first if part.last is None else part.last):
            raise ValueError(f"{code_set} has two maps for {following.first}")


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
