"""Every rate of the synthetic state, with the gaps between groups that are planted on purpose.

Belongs here: numbers. Must not come here: how they are used.
Groups are those of the federal race and ethnicity categories, in the order of RACES.
"""

from dataclasses import dataclass, field

RACES = (
    "HispanicorLatinoEthnicity",
    "AmericanIndianorAlaskaNative",
    "Asian",
    "BlackorAfricanAmerican",
    "NativeHawaiianorOtherPacificIslander",
    "White",
    "TwoorMoreRaces",
)


@dataclass(frozen=True)
class PopulationRates:
    """Who lives in the state."""

    adults_per_learner: float = 0.4
    parents_among_adults: float = 0.5
    race: tuple[float, ...] = (0.22, 0.015, 0.05, 0.12, 0.005, 0.55, 0.04)
    twins: float = 0.012
    siblings: float = 0.12
    junior: float = 0.05
    double_surname_hispanic: float = 0.45
    double_surname_other: float = 0.03
    hyphenated: float = 0.35
    particle: float = 0.02
    learner_marries: float = 0.12
    adult_marries: float = 0.07
    legal_name_change: float = 0.012
    economic_disadvantage: tuple[float, ...] = (0.66, 0.64, 0.34, 0.66, 0.55, 0.30, 0.45)
    english_learner: tuple[float, ...] = (0.24, 0.03, 0.22, 0.05, 0.12, 0.01, 0.03)
    idea: tuple[float, ...] = (0.14, 0.17, 0.08, 0.16, 0.12, 0.125, 0.14)


@dataclass(frozen=True)
class SchoolingRates:
    """What happens to a learner in a school year; gaps are log-odds against the reference group."""

    transfer_in: float = 0.10
    in_state_move_mid_year: float = 0.03
    in_state_move_summer: float = 0.045
    leaves_state_public: float = 0.016
    leaves_documented: float = 0.72
    vanishes_to_other_district: float = 0.003
    returns_after_leaving: float = 0.04
    returns_after_dropping_out: float = 0.16
    dies: float = 0.0003
    not_promoted: float = -5.05
    drops_out: float = -5.35
    graduates_early: float = 0.02
    finishes_in_summer: float = 0.28
    stays_a_fifth_year: float = 0.45
    equivalency: float = 0.22
    race_gap: tuple[float, ...] = (0.35, 0.65, -0.45, 0.40, 0.35, 0.0, 0.15)
    economic_gap: float = 0.55
    english_learner_gap: float = 0.45
    idea_gap: float = 0.50
    homeless_gap: float = 0.80
    foster_gap: float = 0.85
    male_gap: float = 0.20
    cte_gap: float = -0.45


@dataclass(frozen=True)
class CareerRates:
    """Career and technical education in high school."""

    takes_part: float = 0.62
    course_counts: tuple[float, ...] = (0.32, 0.26, 0.26, 0.16)
    other_program: float = 0.10
    fails: float = 0.08
    credential: float = 0.35
    experience_of_concentrators: float = 0.30
    experience_of_others: float = 0.05
    dual_enrollment: float = 0.16


@dataclass(frozen=True)
class CollegeRates:
    """Who goes to college, where, and how far; gaps are log-odds against the reference group."""

    goes: float = 1.15
    race_gap: tuple[float, ...] = (-0.45, -0.70, 0.60, -0.35, -0.50, 0.0, -0.10)
    economic_gap: float = -0.75
    english_learner_gap: float = -0.55
    idea_gap: float = -0.80
    female_gap: float = 0.35
    concentrator_gap: float = 0.10
    first_fall: float = 0.87
    first_spring: float = 0.05
    sectors: tuple[float, ...] = (0.36, 0.36, 0.08, 0.15, 0.05)
    adults_enroll: float = 0.10
    leavers_enroll: float = 0.10
    blocked_by_learner: float = 0.03


@dataclass(frozen=True)
class WorkforceRates:
    """Who takes part in workforce programs."""

    learner_takes_part: float = 0.06
    dropout_takes_part: float = 0.20
    adult_takes_part: float = 0.24
    second_period: float = 0.15
    receives_training: float = 0.45
    other_exit_reasons: tuple[float, ...] = (0.945, 0.010, 0.015, 0.004, 0.004, 0.010, 0.0, 0.012)
    supplemental_found: float = 0.6


@dataclass(frozen=True)
class EmploymentRates:
    """Who works, how long, and for how much."""

    jobs_per_employer: int = 15
    not_covered: float = 0.10
    second_job: float = 0.08
    leaves_job_young: float = 0.22
    leaves_job_adult: float = 0.07
    race_gap: tuple[float, ...] = (0.0, -0.35, 0.0, -0.15, -0.10, 0.0, -0.05)
    wage_gap: tuple[float, ...] = (-0.07, -0.12, 0.04, -0.10, -0.06, 0.0, -0.03)
    female_wage_gap: float = -0.09
    training_gain: float = 0.08
    nameless_accounts: float = 0.10
    short_name_accounts: float = 0.15
    moves_away_per_year: float = 0.008


@dataclass(frozen=True)
class IdentityRates:
    """How often a record shows a person otherwise than he is; factors multiply for the group."""

    english_learner_factor: float = 1.8
    double_surname_factor: float = 1.6
    race_factor: tuple[float, ...] = (1.25, 1.5, 1.3, 1.2, 1.4, 1.0, 1.1)
    ssn_shared: float = 0.005
    ssn_placeholder: float = 0.001
    bridge_coverage: float = 0.983
    bridge_gap_english_learner: float = 0.02
    bridge_gap_homeless: float = 0.05
    bridge_gap_race: tuple[float, ...] = (0.006, 0.02, 0.002, 0.008, 0.004, 0.0, 0.0)
    k12_row_changes: float = 0.06


@dataclass(frozen=True)
class Parameters:
    """The whole synthetic state in numbers."""

    block_size: int = 25_000
    population: PopulationRates = field(default_factory=PopulationRates)
    schooling: SchoolingRates = field(default_factory=SchoolingRates)
    career: CareerRates = field(default_factory=CareerRates)
    college: CollegeRates = field(default_factory=CollegeRates)
    workforce: WorkforceRates = field(default_factory=WorkforceRates)
    employment: EmploymentRates = field(default_factory=EmploymentRates)
    identity: IdentityRates = field(default_factory=IdentityRates)
