from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.plain_lines import PlainLines


def _parts(content: bytes, size: int) -> tuple[bytes, bytes | None]:
    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    lines = PlainLines(pieces())
    first = b"".join(lines.first())
    rest = lines.rest()
    return first, None if rest is None else b"".join(rest)


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"a,b\nc,d", b"\n\n", b"a\r\nb\r\n"])
def test_a_file_without_quotes_and_backslashes_is_plain_to_its_end(content: bytes) -> None:
    assert _parts(content, 2) == (content, None)


def test_a_quoted_line_is_not_parted_from_its_beginning() -> None:
    content = b'a,b\nccc,"d\ne"\nf,g\n'
    for size in range(1, 20):
        first, rest = _parts(content, size)
        assert rest is not None and first + rest == content
        assert first in (b"", b"a,b\n") and rest.endswith(b'ccc,"d\ne"\nf,g\n')


@given(st.text('a,\n"\\').map(str.encode), st.integers(1, 7))
def test_nothing_is_lost_and_what_is_plain_are_whole_lines(content: bytes, size: int) -> None:
    first, rest = _parts(content, size)
    assert first + (rest or b"") == content
    assert b'"' not in first and b"\\" not in first
    if rest is not None:
        assert first == b"" or first.endswith(b"\n")
        assert b'"' in rest or b"\\" in rest
