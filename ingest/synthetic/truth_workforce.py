"""The true values of the indicators on workforce programs.

Belongs here: periods of participation judged from lives. Must not come here: schools and colleges of themselves.
"""

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import (
    AS_OF,
    FIRST_QUARTER,
    LAST_QUARTER,
    NO_DAY,
    PROGRAM_YEARS,
    QUARTERS,
    program_year_of,
    quarter_begin,
    quarter_end,
    quarter_of,
)
from ingest.synthetic.life import Life
from ingest.synthetic.school_codes import DIPLOMA, REGULAR_DIPLOMAS
from ingest.synthetic.truth_windows import Spells, any_between, day_or, recognized_credentials
from ingest.synthetic.workforce import EXCLUDING_REASONS, FOSTER_CARE, TRAININGS, YOUTH
from ingest.synthetic.writers.workforce import last_day, outcome_after, reported_exit

_INCARCERATED = 7
_WITHOUT_CREDENTIAL = [TRAININGS.index(code) for code in ("01", "05")]
_DIPLOMAS = [DIPLOMA[code] for code in (*REGULAR_DIPLOMAS, "00815", "00816")]


class Exits:
    """Every period of participation, judged by the quarters after its exit."""

    def __init__(self, life: Life) -> None:
        self.life, self.periods = life, life.periods
        self.exits = reported_exit(self.periods, last_day(PROGRAM_YEARS[-1]))
        self.year = program_year_of(day_or(self.exits, 0))
        reason, youth = self.periods["reason"], self.periods["program"] == YOUTH
        self.excluded = np.isin(reason, EXCLUDING_REASONS) | ((reason == FOSTER_CARE) & youth)
        self.youth = youth

    def counted(self, after: int) -> Array:
        """Return which periods are judged by a quarter after exit: exits of complete program years."""
        complete = (self.year + 1) * 4 + 1 + after <= LAST_QUARTER
        known = (self.exits != NO_DAY) & ~self.excluded & complete
        result: Array = known & (self.year >= PROGRAM_YEARS[0] - 2)
        return result

    def quarter(self, after: int) -> Array:
        """Return the measured quarter, kept within the quarters that there are."""
        measured: Array = np.clip(quarter_of(day_or(self.exits, 0)) + after, FIRST_QUARTER, LAST_QUARTER)
        return measured

    def cents(self, after: int) -> Array:
        """Return the wages of the measured quarter."""
        wages: Array = self.life.work.wages[self.periods["person"], self.quarter(after) - FIRST_QUARTER]
        return wages

    def reported(self, after: int) -> Array:
        """Return whom the newest report shows at work by other evidence than wages."""
        found = np.zeros(len(self.exits), dtype=bool)
        for program_year in PROGRAM_YEARS:
            newest = np.minimum(self.year + 2, PROGRAM_YEARS[-1]) == program_year
            cut = last_day(program_year)
            outcome = outcome_after(self.periods, self.exits, self.life.work, after, cut)
            found |= newest & np.isin(outcome.match, [2, 3, 4])
            found |= newest & np.isin(outcome.employed, [2, 3])
        return found

    def employment(self, after: int) -> tuple[Array, Array, Array]:
        """Return program year, employment and wages of every counted exit."""
        mask, cents = self.counted(after), self.cents(after)
        return self.year[mask], ((cents > 0) | self.reported(after))[mask], cents[mask]

    def youth_placement(self, after: int, spells: Spells) -> tuple[Array, Array]:
        """Return program year, and work or education in the quarter, of every counted exit of youth."""
        who, quarter = self.periods["person"], self.quarter(after)
        opens, closes = quarter_begin(quarter), quarter_end(quarter)
        placed = (self.cents(after) > 0) | self.reported(after) | spells.overlapping(who, opens, closes)
        placed |= self.life.enrolled[who, quarter - FIRST_QUARTER]
        school = self.life.schooling.enrollments
        in_school = Spells(school["person"], school["entry_date"], school["exit_date"], school["school"])
        placed |= in_school.overlapping(who, opens, closes)
        mask = self.counted(after) & self.youth
        return self.year[mask], placed[mask]

    def same_employer(self) -> tuple[Array, Array]:
        """Return program year, and the same employer two quarters later, of whoever works in the second quarter."""
        who, number = self.periods["person"], self.quarter(2) - FIRST_QUARTER
        held = self.life.work.employers_held
        later = np.minimum(number + 2, QUARTERS - 1)
        same = np.zeros(len(who), dtype=bool)
        for before in held:
            employer = before[who, number]
            for after in held:
                same |= (employer >= 0) & (employer == after[who, later])
        cents = self.cents(2)
        mask = self.counted(4) & ((cents > 0) | self.reported(2))
        return self.year[mask], same[mask]

    def credentials(self, spells: Spells) -> tuple[Array, Array]:
        """Return program year, and a credential to a year after exit, of every counted exit of a learner."""
        periods, who = self.periods, self.periods["person"]
        learns = periods["trained"] & ~np.isin(periods["training"], _WITHOUT_CREDENTIAL)
        learns |= self.youth & (periods["barrier"] < 0.3)
        exits = day_or(self.exits, AS_OF)
        closes = exits + 365
        met = any_between(who, periods["entry"], closes, *recognized_credentials(self.life))
        diplomas = self.life.schooling.diplomas
        held = np.isin(diplomas["diploma_type"], _DIPLOMAS)
        secondary = any_between(
            who, periods["entry"], closes, diplomas["person"][held], diplomas["diploma_date"][held]
        )
        date = periods["credential_date"]
        secondary |= (periods["credential"] == 1) & (date >= periods["entry"]) & (date <= closes)
        goes_on = spells.overlapping(who, exits + 1, closes) | self.reported(4)
        for after in (1, 2, 3, 4):
            goes_on |= self.cents(after) > 0
        mask = self.counted(4) & learns
        return self.year[mask], (met | (secondary & goes_on))[mask]

    def skill_gains(self) -> tuple[Array, Array]:
        """Return program year, and a gain in it, of every period with training in the year."""
        periods = self.periods
        begins = periods["training_begin"]
        ends = np.where(periods["completed"], periods["training_end"], periods["exit"])
        gain = np.where(periods["gain_type"] >= 0, program_year_of(periods["gain_date"]), -1)
        diploma = np.where(periods["credential"] == 1, program_year_of(periods["credential_date"]), -1)
        reason = periods["reason"]
        out = self.excluded & (reason != _INCARCERATED) & (self.exits != NO_DAY)
        cohorts, outcomes = [], []
        for year in PROGRAM_YEARS:
            within = periods["trained"] & (begins <= last_day(year)) & (ends > last_day(year - 1))
            within &= ~(out & (self.exits <= last_day(year)))
            outcomes.append(((gain == year) | (diploma == year))[within])
            cohorts.append(np.full(int(within.sum()), year))
        return np.concatenate(cohorts), np.concatenate(outcomes)
