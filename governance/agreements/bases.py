"""The legal bases of agreements: what each asks of an agreement, and whose records need it.

The law's demands are data, in legal_bases.yml. Whether an agreement meets them is told in `agreement`.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from warehouse.yaml_lines import read_yaml

_FILE = Path(__file__).with_name("legal_bases.yml")


class LegalBasis(BaseModel):
    """One legal basis.

    Attributes:
        title: how the basis is called.
        citation: where it stands; empty where the agreement itself cites.
        sources: layouts of these sources need it, or another basis that names them.
        classes: columns of these classes need it, whoever sends them.
        clauses: what an agreement on this basis must say.
        recipients: who may receive on it; anybody where it is empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    citation: str
    sources: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def legal_bases() -> dict[str, LegalBasis]:
    """Return every legal basis by its name."""
    content = read_yaml(_FILE.read_text(encoding="utf-8"))
    return {name: LegalBasis.model_validate(said) for name, said in content.items()}


def bases_needed(source: str, pii_class: str) -> list[str]:
    """Return the bases of which a column needs one; none where no law in the list speaks of it."""
    known = legal_bases()
    return [name for name, basis in known.items() if pii_class in basis.classes] or [
        name for name, basis in known.items() if source in basis.sources
    ]
