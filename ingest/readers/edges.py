"""Whether a delimited file has values with blanks at their edges, found while its bytes pass by.

Belongs here: that one look, so that nobody needs to trim what was never padded. Must not come here: parsing of rows.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SPACE = 32


class EdgeWatch:
    """Looks at a file piece by piece for a value that begins or ends with a blank, or is an empty text.

    It does not parse: what looks like an edge within quotes counts as one. So it may see padding where none is; never
    the other way round.
    """

    def __init__(self, delimiter: str) -> None:
        self.has_found = False
        self._edges = f'{delimiter}\r\n"'.encode()
        self._last = b"\n"

    @property
    def is_trimmed(self) -> bool:
        """Whether no value of the file that has passed by was padded or an empty text."""
        return not self.has_found and self._last != b" "

    def pass_by(self, chunk: bytes) -> None:
        """Look at the next piece of the file."""
        if self.has_found or not chunk:
            return
        self.has_found = (
            self._is_edge(self._last, chunk[:1])
            or self._has_empty_quotation(chunk)
            or (b" " in chunk and self._has_padding(chunk))
        )
        self._last = chunk[-1:]

    def _is_edge(self, before: bytes, after: bytes) -> bool:
        return (
            (before in self._edges and after == b" ")
            or (before == b" " and after in self._edges)
            or (before == after == b'"')
        )

    def _has_empty_quotation(self, chunk: bytes) -> bool:
        # One byte is found many times as fast as two.
        return b'"' in chunk and b'""' in chunk

    def _has_padding(self, chunk: bytes) -> bool:
        import numpy as np

        content = np.frombuffer(chunk, np.uint8)
        is_edge = np.zeros(256, np.bool_)
        is_edge[list(self._edges)] = True
        blanks = np.flatnonzero(content == _SPACE)
        return _any(is_edge, content, blanks[blanks > 0] - 1) or _any(
            is_edge, content, blanks[blanks < len(content) - 1] + 1
        )


def _any(
    wanted: "npt.NDArray[np.bool_]", content: "npt.NDArray[np.uint8]", places: "npt.NDArray[np.intp]"
) -> bool:
    return bool(wanted[content[places]].any())
