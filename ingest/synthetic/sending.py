"""When the synthetic agencies sent their files: each file's own time, so that the calendar has something to say.

Belongs here: these times. Must not come here: what the files hold.
"""

import datetime
import os
import zlib
from collections.abc import Iterable
from pathlib import Path

from ingest.calendar import expected_deliveries
from ingest.catalogue import Catalogue
from ingest.recognise import parse_name
from warehouse.state import State

_ONE_IN = 25  # files are sent after their due day


def date_files(files: Iterable[Path], catalogue: Catalogue, state: State) -> None:
    """Give each file the day on which it was sent: mostly in the weeks before it was due, a few after that."""
    due = {(e.layout, e.submitter, e.period): e.due_on for e in expected_deliveries(state, catalogue)}
    for path in files:
        parts = parse_name(path.name)
        if parts is None or parts.layout not in catalogue.layouts:
            continue
        _, end = catalogue.layouts[parts.layout].days_of(parts.period)
        day = due.get((parts.layout, parts.submitter, parts.period), end + datetime.timedelta(days=30))
        # From the name, so that the same state is sent on the same days.
        chance = zlib.crc32(path.name.encode())
        late = chance % _ONE_IN == 0
        days = chance // _ONE_IN % 20
        sent = min(day + datetime.timedelta(days=5 + days if late else -days), state.as_of)
        noon = datetime.datetime.combine(sent, datetime.time(12), datetime.UTC).timestamp()
        os.utime(path, (noon, noon))
