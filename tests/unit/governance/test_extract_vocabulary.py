"""The vocabulary of research requests names elements and columns that exist."""

from governance.extracts.vocabulary import _read
from ingest.catalogue import load_catalogue
from orchestration.research import describer


def test_every_element_is_a_column_of_a_layout_and_every_description_a_column_of_the_warehouse() -> None:
    layouts, describe = load_catalogue().layouts, describer()
    groups, measures = _read()
    for entry in [*groups.values(), *measures.values()]:
        for element in entry.elements:
            layout, _, column = element.partition(".")
            assert column in layouts[layout].columns_by_name, element
    assert all(describe(measure.describes) for measure in measures.values())


def test_no_measure_gives_a_day_or_an_identifier() -> None:
    layouts = load_catalogue().layouts
    _, measures = _read()
    direct = {
        (name, element)
        for name, measure in measures.items()
        for element in measure.elements
        if layouts[element.partition(".")[0]].columns_by_name[element.partition(".")[2]].pii == "direct"
    }
    # A birth date is read for its year alone.
    assert {name for name, _ in direct} <= {"birth_year"}
    assert measures["birth_year"].kind == "year"
