"""The true values of the indicators on work and earnings after a diploma or an award.

Belongs here: graduates and holders of awards judged by the quarters and years after, from lives.
Must not come here: workforce programs.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import (
    FIRST_QUARTER,
    LAST_QUARTER,
    QUARTERS,
    quarter_begin,
    quarter_end,
    quarter_of,
    year_month_day,
)
from ingest.synthetic.college import MAJORS
from ingest.synthetic.life import Life
from ingest.synthetic.published import published, sector_of_prefix, sectors_of_family
from ingest.synthetic.truth_windows import KNOWN_TO, Spells, college_awards, complete_only, graduates

_ATTACHED_QUARTERS = 3
_MINIMUM_CENTS = 725 * 2080
_HOUSEHOLD = "one_adult"
#: Cohort, outcome and, of an amount, cents.
Judged = tuple[Array, Array, Array | None]


class Origins:
    """Persons with a day from which quarters and years are counted, and the cohort of each."""

    def __init__(self, life: Life, who: Array, cohort: Array, origin: Array, year: Array) -> None:
        self.life, self.who, self.cohort, self.year = life, who, cohort, year
        self.quarter = quarter_of(origin)

    def employed(self, quarters: int) -> Judged:
        """Wages in the quarter so many quarters after."""
        mask = self._measurable(self.quarter + quarters)
        paid = self._cents(self.quarter + quarters) > 0
        return self._complete(mask, paid, self.quarter + quarters)

    def full_quarter(self, quarters: int) -> Judged:
        """One employer in three quarters, of which the middle one lies so many quarters after."""
        middle = self.quarter + quarters
        stayed = self._same(middle - 1, middle, middle + 1)
        return self._complete(self._measurable(middle - 1), stayed, middle + 1)

    def kept_employer(self) -> Judged:
        """Of those paid in the second quarter, the same employer in the fourth."""
        second = self.quarter + 2
        mask = self._measurable(second) & ((self._cents(second) > 0) | (self.quarter + 4 > LAST_QUARTER))
        return self._complete(mask, self._same(second, second + 2), second + 2)

    def placed(self, spells: Spells) -> Judged:
        """College or wages in the second quarter after."""
        measured = self.quarter + 2
        met = self._cents(measured) > 0
        met |= spells.overlapping(self.who, quarter_begin(measured), quarter_end(measured))
        mask = self._measurable(measured)
        closes = np.where(measured > LAST_QUARTER, KNOWN_TO + 1, quarter_end(measured))
        cohort, outcome = complete_only(self.cohort[mask], met[mask], closes[mask])
        return cohort, outcome, None

    def earnings(self, years: int) -> Judged:
        """Earnings of the year so many years after, in dollars of the newest year, of those attached to work."""
        measured = self.year + years
        cents, quarters = self._year(measured)
        waits = measured * 4 + 3 > LAST_QUARTER
        mask = (measured * 4 >= FIRST_QUARTER) & (
            waits | ((quarters >= _ATTACHED_QUARTERS) & (cents >= _MINIMUM_CENTS))
        )
        real = np.round(cents * _factors(measured))
        kept = mask & ~np.isin(self.cohort, np.unique(self.cohort[mask & waits]))
        return self.cohort[kept], np.ones(int(kept.sum()), dtype=bool), real[kept]

    def living_wage(self, years: int) -> Judged:
        """Of those paid in the year so many years after, at least a living wage of that year."""
        measured = self.year + years
        cents, _ = self._year(measured)
        thresholds = _seed("living_wage", "annual_usd")
        known = np.array([int(year) in thresholds for year in measured], dtype=bool)
        line = np.array([100 * thresholds.get(int(year), 0) for year in measured])
        waits = measured * 4 + 3 > LAST_QUARTER
        mask = (measured * 4 >= FIRST_QUARTER) & known & (waits | (cents > 0))
        kept = mask & ~np.isin(self.cohort, np.unique(self.cohort[mask & waits]))
        return self.cohort[kept], (cents >= line)[kept], None

    def in_field(self, cip_code: Array, years: int) -> Judged:
        """Of those paid in the year so many years after, the industry of the best-paid quarter among those of the program."""
        measured = self.year + years
        sectors = self._main_sector(measured)
        leads_to = sectors_of_family()
        known = np.array([code[:2] in leads_to for code in cip_code], dtype=bool)
        met = np.array(
            [sector in leads_to.get(code[:2], ()) for code, sector in zip(cip_code, sectors, strict=True)], dtype=bool
        )  # fmt: skip
        waits = measured * 4 + 3 > LAST_QUARTER
        mask = (measured * 4 >= FIRST_QUARTER) & known & (waits | (sectors != ""))
        kept = mask & ~np.isin(self.cohort, np.unique(self.cohort[mask & waits]))
        return self.cohort[kept], met[kept], None

    def _main_sector(self, year: Array) -> Array:
        """The sector of whoever paid most in the best-paid quarter of a year; empty without wages."""
        cents = np.stack([self._cents(year * 4 + number) for number in range(4)])
        place = np.clip(year * 4 + cents.argmax(axis=0) - FIRST_QUARTER, 0, QUARTERS - 1)
        work = self.life.work
        slot = work.wages_held[:, self.who, place].argmax(axis=0)
        employer = work.employers_held[slot, self.who, place]
        paid = (cents.sum(axis=0) > 0) & (employer >= 0)
        prefixes = sector_of_prefix()
        found = np.array([prefixes.get(str(code)[:2], "") for code in work.employers.naics])
        result: Array = np.where(paid, found[np.maximum(employer, 0)], "")
        return result

    @staticmethod
    def _measurable(first: Array) -> Array:
        """Whether there are wages of the first quarter that a measure asks for."""
        result: Array = first >= FIRST_QUARTER
        return result

    def _complete(self, mask: Array, met: Array, last: Array) -> Judged:
        kept = mask & ~np.isin(self.cohort, np.unique(self.cohort[mask & (last > LAST_QUARTER)]))
        return self.cohort[kept], met[kept], None

    def _cents(self, quarter: Array) -> Array:
        place = quarter - FIRST_QUARTER
        there = (place >= 0) & (place < QUARTERS)
        result: Array = np.where(there, self.life.work.wages[self.who, np.clip(place, 0, QUARTERS - 1)], 0)
        return result

    def _year(self, year: Array) -> tuple[Array, Array]:
        cents = np.stack([self._cents(year * 4 + number) for number in range(4)])
        return cents.sum(axis=0), (cents > 0).sum(axis=0)

    def _same(self, *quarters: Array) -> Array:
        """Whether one employer, in whatever job, paid in all of these quarters."""
        held = self.life.work.employers_held
        first, *others = (np.clip(quarter - FIRST_QUARTER, 0, QUARTERS - 1) for quarter in quarters)
        there = quarters[0] >= FIRST_QUARTER
        found = np.zeros(len(self.who), dtype=bool)
        for slot in held:
            employer = slot[self.who, first]
            stays = (employer >= 0) & there
            for place in others:
                stays &= np.any([other[self.who, place] == employer for other in held], axis=0)
            found |= stays
        return found


def outcomes(life: Life, spells: Spells) -> Iterator[tuple[str, Judged]]:
    """Every indicator of the family that lives can tell, by its code."""
    school, (award, cip_code) = _diplomas(life), _awards(life)
    yield "EMPLOYED_HS_1Y", school.employed(4)
    yield "EMPLOYED_AWARD_1Y", award.employed(4)
    yield "FULL_QUARTER_HS_1Y", school.full_quarter(4)
    yield "FULL_QUARTER_AWARD_1Y", award.full_quarter(4)
    yield "ENROLLED_OR_EMPLOYED_HS", school.placed(spells)
    yield "SAME_EMPLOYER_AWARD", award.kept_employer()
    for years in (1, 5, 10):
        yield f"EARNINGS_HS_{years}Y", school.earnings(years)
        yield f"EARNINGS_AWARD_{years}Y", award.earnings(years)
    yield "LIVING_WAGE_HS_5Y", school.living_wage(5)
    yield "LIVING_WAGE_AWARD_1Y", award.living_wage(1)
    yield "IN_FIELD_AWARD_1Y", award.in_field(cip_code, 1)


def _diplomas(life: Life) -> Origins:
    who, year, diploma = graduates(life)
    return Origins(life, who, year, diploma, year)


def _awards(life: Life) -> tuple[Origins, Array]:
    """Of several awards of an academic year the one of the highest level counts, then the last; the program beside."""
    awards = college_awards(life)
    year, month, _ = year_month_day(awards["award_date"])
    cohort = year + (month >= 7)
    order = np.lexsort((-awards["award_date"], -awards["level"], cohort, awards["person"]))
    person, cohort = awards["person"][order], cohort[order]
    first = np.r_[True, (person[1:] != person[:-1]) | (cohort[1:] != cohort[:-1])][: len(person)]
    chosen = order[first]
    origins = Origins(
        life, awards["person"][chosen], cohort[first], awards["award_date"][chosen], year[chosen]
    )
    return origins, np.array(MAJORS)[awards["major"][chosen]]


@lru_cache
def _seed(name: str, column: str) -> dict[int, float]:
    """A published table of the warehouse by calendar year: lives know no prices."""
    rows = [row for row in published(name) if row.get("household", _HOUSEHOLD) == _HOUSEHOLD]
    return {int(row["calendar_year"]): float(row[column]) for row in rows}


def _factors(years: Array) -> Array:
    prices = _seed("consumer_price_index", "index_value")
    newest = prices[max(prices)]
    return np.array([newest / prices.get(int(year), newest) for year in years])
