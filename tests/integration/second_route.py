"""Five indicators once more in pandas, from the facts of core: another language and another way to the same numbers."""

from typing import Any

import pandas as pd

from warehouse.connection import Warehouse

#: Code and cohort -> yes, judged, median in dollars.
Numbers = dict[tuple[str, str], tuple[int, int, float | None]]


def computed(warehouse: Warehouse) -> Numbers:
    """The complete cohorts of five indicators, from the facts."""
    known = warehouse.fetch_dicts("select * from indicators.availability")[0]
    graduates = _graduates(warehouse)
    return {
        **_college_going(warehouse, graduates, known),
        **_dual(warehouse, graduates, known),
        **_work(warehouse, graduates, known),
    }


def in_the_cube(warehouse: Warehouse, codes: set[str]) -> Numbers:
    """The same from the cube."""
    rows = warehouse.fetch_all(
        "select indicator_code, cohort_period, numerator_count, denominator_count, median_amount_usd::float8"
        " from indicators.cube where organization_level = 'state' and pathway_level = 'all' and subgroup = 'all'"
        " and cohort_period <> 'all' and denominator_count > 0 and not_yet_available_count = 0"
        " and indicator_code = any(%s)",
        (sorted(codes),),
    )
    return {(code, cohort): (yes, judged, median) for code, cohort, yes, judged, median in rows}


def _frame(warehouse: Warehouse, query: str) -> pd.DataFrame:
    return pd.DataFrame(warehouse.fetch_dicts(query))


def _graduates(warehouse: Warehouse) -> pd.DataFrame:
    diplomas = _frame(
        warehouse,
        "select person_id::text, school_id, school_year, diploma_date from core.fct_diploma"
        " where diploma_treatment = 'regular'",
    )
    first = diplomas.sort_values(["person_id", "diploma_date", "school_id"]).drop_duplicates("person_id")
    first["day"] = pd.to_datetime(first["diploma_date"])
    first["quarter"] = first["day"].dt.year * 4 + first["day"].dt.quarter - 1
    return first


def _by_cohort(code: str, units: pd.DataFrame) -> Numbers:
    """Units (school_year, waits, met and maybe usd) by class; classes of which somebody waits are left out."""
    found: Numbers = {}
    for year, group in units.groupby("school_year"):
        if not group["waits"].any():
            median = round(float(group["usd"].median()), 2) if "usd" in group else None
            found[code, str(year)] = (int(group["met"].sum()), len(group), median)
    return found


def _college_going(warehouse: Warehouse, graduates: pd.DataFrame, known: dict[str, Any]) -> Numbers:
    spells = _frame(
        warehouse,
        "select person_id::text, begin_date, end_date from core.fct_postsecondary_enrollment where not is_dual",
    )
    units = graduates.copy()
    closes = units["day"] + pd.Timedelta(days=365)
    autumn = pd.to_datetime(units["school_year"].astype(str) + "-09-30")
    units["waits"] = closes > pd.Timestamp(min(known["last_nsc_date"], known["last_postsecondary_date"]))
    pairs = units[["person_id", "day"]].merge(spells, on="person_id")
    begin, end = pd.to_datetime(pairs["begin_date"]), pd.to_datetime(pairs["end_date"])
    goes = pairs[(begin <= pairs["day"] + pd.Timedelta(days=365)) & (end > pairs["day"])]
    units["met"] = units["person_id"].isin(goes["person_id"])
    return _by_cohort("COLLEGE_GOING_12M", units[autumn >= pd.Timestamp(known["first_college_date"])])


def _dual(warehouse: Warehouse, graduates: pd.DataFrame, known: dict[str, Any]) -> Numbers:
    spells = _frame(
        warehouse, "select person_id::text, begin_date from core.fct_postsecondary_enrollment where is_dual"
    )
    units = graduates.copy()
    covered_from = pd.to_datetime((units["school_year"] - 2).astype(str) + "-09-30")
    units["waits"] = units["day"] > pd.Timestamp(known["last_postsecondary_date"])
    pairs = units[["person_id", "day"]].merge(spells, on="person_id")
    took = pairs[pd.to_datetime(pairs["begin_date"]) <= pairs["day"]]
    units["met"] = units["person_id"].isin(took["person_id"])
    return _by_cohort("DUAL_PARTICIPATION", units[covered_from >= pd.Timestamp(known["first_college_date"])])


def _work(warehouse: Warehouse, graduates: pd.DataFrame, known: dict[str, Any]) -> Numbers:
    wages = _frame(
        warehouse,
        "select person_id::text, quarter_index, wage_usd::float8 as usd from core.fct_wage_quarter where wage_usd > 0",
    )
    first, last = known["first_wage_quarter_index"], known["last_wage_quarter_index"]
    units = graduates[graduates["quarter"] + 1 >= first].copy()
    paid = set(zip(wages["person_id"], wages["quarter_index"], strict=True))
    units["met"] = [pair in paid for pair in zip(units["person_id"], units["quarter"] + 4, strict=True)]
    units["waits"] = units["quarter"] + 4 > last
    wages["year"] = wages["quarter_index"] // 4
    years = wages.groupby(["person_id", "year"])["usd"].agg(["sum", "count"]).reset_index()
    return {
        **_by_cohort("EMPLOYED_HS_1Y", units),
        **_by_cohort("EARNINGS_HS_1Y", _earnings(warehouse, _in_year(graduates, years, 1, known))),
        **_by_cohort("LIVING_WAGE_HS_5Y", _living(warehouse, _in_year(graduates, years, 5, known))),
    }


def _in_year(graduates: pd.DataFrame, years: pd.DataFrame, after: int, known: dict[str, Any]) -> pd.DataFrame:
    """Graduates with the earnings of the calendar year so many years after, where wages reach back to it."""
    units = graduates.assign(year=graduates["school_year"] + after)
    units = units.merge(years, on=["person_id", "year"], how="left").fillna({"sum": 0.0, "count": 0})
    units["waits"] = units["year"] * 4 + 3 > known["last_wage_quarter_index"]
    return units[units["year"] * 4 >= known["first_wage_quarter_index"]]


def _earnings(warehouse: Warehouse, units: pd.DataFrame) -> pd.DataFrame:
    prices = _frame(
        warehouse, "select calendar_year as year, index_value::float8 as price from core.consumer_price_index"
    )
    newest = prices.loc[prices["year"].idxmax(), "price"]
    attached = units[units["waits"] | ((units["count"] >= 3) & (units["sum"].round(2) >= 7.25 * 2080))]
    attached = attached.merge(prices, on="year", how="left")
    attached["usd"] = (attached["sum"] * (newest / attached["price"]).fillna(1)).round(2)
    return attached.assign(met=True)


def _living(warehouse: Warehouse, units: pd.DataFrame) -> pd.DataFrame:
    lines = _frame(
        warehouse,
        "select calendar_year as year, annual_usd::float8 as line from core.living_wage where household = 'one_adult'",
    )
    judged = units[units["waits"] | (units["sum"] > 0)].merge(lines, on="year")
    return judged.assign(met=judged["sum"].round(2) >= judged["line"])
