"""Known mistakes, planted in finished files, so that the checks on deliveries can be checked.

`library` lists them, `spoiling` makes them. Must not come here: mistakes in identity, which are natural.
"""

from ingest.synthetic.faults.library import FAULTS, Fault
from ingest.synthetic.faults.planting import plant_faults

__all__ = ["FAULTS", "Fault", "plant_faults"]
