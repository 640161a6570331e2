"""The high school graduates files that the cooperatives send to the Clearinghouse, one per school year.

Belongs here: what such a file tells of a diploma. Must not come here: the Clearinghouse's answer (nsc).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.calendars import SCHOOL_YEARS
from ingest.synthetic.names import NameBook
from ingest.synthetic.places import SUBMITTERS, Schools
from ingest.synthetic.population import People
from ingest.synthetic.renditions import full_surname
from ingest.synthetic.school_codes import DIPLOMAS
from ingest.synthetic.schooling import Schooling
from ingest.synthetic.writers.demographics import YES_NO
from ingest.synthetic.writers.outbox import Coded, Outbox, Value


def write_graduates(
    outbox: Outbox, people: People, names: NameBook, schooling: Schooling, schools: Schools, student_id: pa.Array
) -> None:  # fmt: skip
    """Append a block's diplomas to the files of their cooperatives and school years."""
    rows = schooling.diplomas
    submitter = schools.submitter[rows["school"]]
    for year in SCHOOL_YEARS:
        for place, name in enumerate(SUBMITTERS):
            mine = np.flatnonzero((rows["school_year"] == year) & (submitter == place))
            who = rows["person"][mine]
            columns: dict[str, Value] = {
                "first_name": pc.utf8_upper(names.plain.take(pa.array(people.first[who]))),
                "last_name": pc.utf8_upper(full_surname(people, names.plain, who)),
                "birthdate": people.birth[who],
                "student_id_state": student_id.take(pa.array(who)),
                "diploma_type": Coded(rows["diploma_type"][mine], DIPLOMAS),
                "diploma_date": rows["diploma_date"][mine],
                "ferpa_block": Coded(np.ones(len(mine), dtype=np.int8), YES_NO),
                "school_name": pa.array(schools.name[rows["school"][mine]]),
            }
            outbox.write("k12/graduate", name, str(year), columns)
