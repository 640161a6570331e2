"""Person records in, person crosswalk out: who is the same learner across agencies, with a probability for each link.

Standardisation, candidate pairs, models, clusters and their measures belong here. Reading agency files does not
(`ingest`), nor does anything that knows Dagster; only `step` knows the warehouse.
"""

from linkage.core import LinkResult, link
from linkage.model import LinkModel

__all__ = ["LinkModel", "LinkResult", "link"]
