"""The synthetic state: made-up people in the files that real agencies send, and the truth about them."""

from ingest.synthetic.state import SyntheticSummary, write_state

__all__ = ["SyntheticSummary", "write_state"]
