"""Person records in, person crosswalk out: who is the same learner across agencies, with a probability for each link.

`core.link` is one pure function over `matching` and `models`; `training` makes models, `evaluation` measures results. `runs`
keeps results in the warehouse, `decisions` what people say, `review` asks them. Reading agency files does not belong here
(`ingest`), nor does anything that knows Dagster.
"""

from linkage.core import LinkResult, link
from linkage.models.model import LinkModel

__all__ = ["LinkModel", "LinkResult", "link"]
