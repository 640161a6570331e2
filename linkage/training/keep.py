"""Training for a warehouse or a folder: the model and its card are kept, and a refused model is never the current one.

What training is belongs to `train`, what a card shows to `card`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.models.model import make_current
from linkage.runs.inputs import RECORDS
from linkage.training.card import write_card
from linkage.training.train import DEFAULT_SEED, ImplausibleModel, train

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from linkage.models.model import LinkModel
    from warehouse.connection import Warehouse


def train_model(warehouse: Warehouse, *, seed: int = DEFAULT_SEED) -> tuple[Path, Path]:
    """Train on the warehouse's own person records; later runs use the model. Returns the paths of its JSON and its card."""
    model = _trained(warehouse.fetch_arrow(RECORDS), warehouse.home.models, seed)
    # The card first: whoever finds a current model finds its card.
    card = write_card(model, warehouse.home.models)
    return make_current(model, warehouse.home.models), card


def train_file(records: pa.Table, folder: Path, *, seed: int = DEFAULT_SEED) -> tuple[Path, Path]:
    """Train on any person records, without a warehouse, and keep the model in a folder."""
    model = _trained(records, folder, seed)
    return model.save(folder), write_card(model, folder)


def _trained(records: pa.Table, folder: Path, seed: int) -> LinkModel:
    try:
        return train(records, seed=seed)
    except ImplausibleModel as error:
        card = write_card(error.model, folder, refused=error.problems)
        error.hint = f"{error.hint} Its card is {card}."
        raise
