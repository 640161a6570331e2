"""The truth about records: which person stands behind each source record, by the warehouse's own record keys.

Belongs here: keys exactly as the files hold them, and the groups by which linkage is judged. Must not come here: indicators.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import AS_OF, NO_DAY
from ingest.synthetic.parameters import RACES
from ingest.synthetic.population import People

_SCHEMA = pa.schema(
    {
        "source": pa.string(),
        "source_key": pa.string(),
        "person": pa.int64(),
        "sex": pa.string(),
        "race_ethnicity": pa.string(),
        "has_double_surname": pa.bool_(),
        "changed_name": pa.bool_(),
        "is_english_learner": pa.bool_(),
    }
)


class RecordTruth:
    """truth/records.parquet, one row per source record, written block by block."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, _SCHEMA, compression="zstd")
        self.rows = 0

    def add(self, source: str, keys: pa.Array, people: People, who: Array) -> None:
        """Add records of one source; who holds the place of each record's person in the block."""
        married = (people.marries[who] != NO_DAY) & (people.marries[who] <= AS_OF)
        columns = [
            pa.array([source]).take(pa.array(np.zeros(len(who), dtype=np.int8))),
            keys,
            pa.array(people.person[who].astype(np.int64)),
            pa.array(["M", "F"]).take(pa.array(people.sex[who])),
            pa.array(RACES).take(pa.array(people.race[who])),
            pa.array(people.double_surname[who]),
            pa.array(people.changes_name[who] | married),
            pa.array(people.english_learner[who]),
        ]
        self._writer.write_table(pa.table(columns, schema=_SCHEMA))
        self.rows += len(who)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
