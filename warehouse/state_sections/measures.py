"""What the state decides about people and measures: who is one person, who concentrates, which programs make a pathway."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from warehouse.state_sections.section import Section, Year
from warehouse.yaml_lines import read_yaml

PERKINS_PRESETS = Path(__file__).parents[1] / "states" / "perkins_presets.yml"


class Linkage(Section):
    """Which pairs count as one person, and which go to a human."""

    threshold: Annotated[float, Field(gt=0, lt=1)]
    review_floor: Annotated[float, Field(ge=0, lt=1)]
    #: What finds and scores the pairs of a full run; `spark` needs the extra of that name and Java 17.
    engine: Literal["duckdb", "spark"] = "duckdb"
    #: Address of the cluster, such as spark://host:7077; without one Spark's own configuration says.
    spark_master: Annotated[str, StringConstraints(pattern=r"^(spark://|k8s://|yarn|local)")] | None = None

    #: Most gigabytes that linking takes beside the records, the rest goes to the home folder; most of the machine's if unsaid.
    memory_gb: Annotated[float, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _floor_below_threshold(self) -> "Linkage":
        if self.review_floor >= self.threshold:
            raise ValueError("review_floor must be below threshold")
        return self


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
        presets = read_yaml(PERKINS_PRESETS.read_text(encoding="utf-8"))
        if given["preset"] not in presets:
            raise ValueError(f"preset is not one of {', '.join(sorted(presets))}")
        preset = presets[given["preset"]]
        concentrator = preset["concentrator"] | dict(given.get("concentrator") or {})
        return {"valid_from": preset["valid_from"]} | given | {"concentrator": concentrator}


class Pathway(Section):
    """A career pathway: programs across agencies, the credentials of schools that belong to it, the sectors it aims at."""

    name: Annotated[str, StringConstraints(min_length=1)]
    #: CIP codes or their beginnings.
    programs: list[Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{0,4})?$")]] = Field(min_length=1)
    credentials: list[str] = Field(default_factory=list)
    sectors: list[Annotated[str, StringConstraints(pattern=r"^\d{2}(-\d{2})?$")]] = Field(
        default_factory=list
    )


class Clearinghouse(Section):
    """How the state signs its requests to the National Student Clearinghouse; the Clearinghouse issues the codes."""

    school_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    branch: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] = "00"
    name: Annotated[str, StringConstraints(min_length=1)]
    #: What comes back with each row: a key made for the request, or the state's own student identifier.
    return_field: Literal["random_key", "student_id_state"] = "random_key"
