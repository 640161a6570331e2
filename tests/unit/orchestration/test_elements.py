"""Which columns an indicator is made from, told by the text of its models."""

from ingest.catalogue import load_catalogue
from orchestration.elements import elements_by_indicator, elements_of


def test_an_indicator_is_made_from_what_its_models_name_and_not_from_all_of_a_layout() -> None:
    found = elements_of("COLLEGE_GOING_12M")
    assert {"enrollment_begin_date", "institution_id_ope"} <= set(found["nsc/detail"])
    assert not {"degree_major_1", "search_date"} & set(found["nsc/detail"])
    # Staging makes the quarter of the period that the file names.
    wages = elements_of("WIOA_MEDIAN_EARNINGS_Q2")["ui/wage"]
    assert {"total_gross_wages", "reporting_period"} <= set(wages)
    assert not {"hours_worked", "weeks_worked", "employer_id_federal"} & set(wages)


def test_every_layout_behind_an_indicator_gives_it_something() -> None:
    layouts = load_catalogue().layouts
    for elements in elements_by_indicator().values():
        for key, columns in elements.items():
            assert columns and set(columns) <= set(layouts[key].columns_by_name)
