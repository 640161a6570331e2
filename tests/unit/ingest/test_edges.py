import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.edges import EdgeWatch


def _watched(content: str, size: int = 1 << 19, delimiter: str = ",") -> bool:
    watch = EdgeWatch(delimiter)
    data = content.encode()
    for start in range(0, len(data), size):
        watch.pass_by(data[start : start + size])
    return watch.is_trimmed


@pytest.mark.parametrize(
    "content",
    ["a,b\n", "a b,c d\n", "a,\r\n,b\r\n", "a b", "", ",,\n"],
)
def test_values_without_padding_are_seen_as_such(content: str) -> None:
    assert _watched(content)
    assert _watched(content, size=1)


@pytest.mark.parametrize(
    "content",
    [
        " a,b\n",
        "a ,b\n",
        "a, b\n",
        "a,b \n",
        "a,b \r\n",
        "a,b\n c,d\n",
        '" a",b\n',
        '"a ",b\n',
        '"",b\n',
        "a,b ",
        " ",
    ],
)
def test_a_padded_value_is_seen_wherever_the_file_is_cut(content: str) -> None:
    assert not _watched(content)
    assert not _watched(content, size=1)
    assert not _watched(content, size=2)


def test_an_edge_inside_of_quotes_counts_as_one() -> None:
    assert not _watched('"a, b",c\n')


def test_the_delimiter_is_that_of_the_file() -> None:
    assert not _watched("a| b\n", delimiter="|")
    assert _watched("a, b|c\n", delimiter="|")


@given(
    st.lists(st.lists(st.text("ab ,\"'\n", max_size=4), min_size=2, max_size=2), min_size=1, max_size=5),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.integers(1, 9),
)
@settings(deadline=None, max_examples=300)
def test_no_padded_value_is_overlooked(rows: list[list[str]], quoting: int, size: int) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    is_empty_text = quoting == csv.QUOTE_ALL and any("" in row for row in rows)
    if is_empty_text or any(value != value.strip(" ") for row in rows for value in row):
        assert not _watched(text.getvalue(), size)
