"""The document lists the indicators that there are."""

import pytest

from orchestration.indicator_list import _DOCUMENT, renewed

pytestmark = pytest.mark.slow


def test_the_list_in_the_document_is_the_one_of_the_models() -> None:
    """After a new indicator: python -m orchestration.indicator_list"""
    document = _DOCUMENT.read_text()
    assert renewed(document) == document
