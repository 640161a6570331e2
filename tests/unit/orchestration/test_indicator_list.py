"""The document lists the indicators that there are."""

from orchestration.indicator_list import _DOCUMENT, renewed


def test_the_list_in_the_document_is_the_one_of_the_models() -> None:
    """After a new indicator: python -m orchestration.indicator_list"""
    document = _DOCUMENT.read_text()
    assert renewed(document) == document
