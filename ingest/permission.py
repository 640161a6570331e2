"""What a loader asks before it takes a file: whether the file may be taken at all.

Belongs here: the question. Must not come here: the answers, which are agreements and approvals.
"""

from typing import Protocol

from ingest.layout import Layout


class Permission(Protocol):
    """Says whether files of a layout may be taken in."""

    def stamp(self, layout_key: str) -> str:
        """Return what the answer depends on: with another stamp a refused file is tried again."""

    def check(self, layout: Layout, form: str, submitter: str) -> None:
        """Raise P20WError with what is missing when a file of this form may not be taken from a submitter."""


class NothingAsked:
    """Allows every file: for those who load without agencies, such as tests of the loader."""

    def stamp(self, layout_key: str) -> str:
        """Return always the same."""
        return ""

    def check(self, layout: Layout, form: str, submitter: str) -> None:
        """Allow it."""
