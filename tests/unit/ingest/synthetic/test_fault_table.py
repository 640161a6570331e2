"""The page of faults says what the library holds."""

from tests.fault_table import PAGE, page


def test_the_page_of_faults_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.fault_table"
