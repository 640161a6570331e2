import random
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from linkage.models.model import LinkModel, current_model, default_model, load_model, make_current
from linkage.models.plausible import problems
from linkage.models.settings import profiles
from linkage.training import keep
from linkage.training.rounds import Round, unsettled
from linkage.training.train import ImplausibleModel, train
from tests.unit.linkage.people import population, table

pytestmark = pytest.mark.slow

PAIRS = 3e4


@pytest.fixture(scope="module")
def records() -> pa.Table:
    return population(300, seed=12)[0]


@pytest.fixture(scope="module")
def model(records: pa.Table) -> LinkModel:
    return train(records, random_pairs=PAIRS)


def level(profile: dict[str, Any], part: str, label: str) -> dict[str, Any]:
    return next(
        level
        for comparison in profile["comparisons"]
        if comparison["output_column_name"] == part
        for level in comparison["comparison_levels"]
        if level["label_for_charts"] == label
    )


def origin(model: LinkModel, profile: str, part: str, label: str) -> str:
    levels = model.trained_on["profiles"][profile]["levels"]
    return str(next(e["m"] for e in levels if (e["comparison"], e["level"]) == (part, label)))


def hand_set(profile: str, part: str, label: str) -> tuple[float, float]:
    made = level({"comparisons": profiles()[profile].comparisons}, part, label)
    return made["m_probability"], made["u_probability"]


def with_column(records: pa.Table, name: str, values: list[Any]) -> pa.Table:
    place = records.schema.get_field_index(name)
    return records.set_column(place, name, pa.array(values, records.schema.field(name).type))


def test_a_trained_model_passes_the_gate_and_learnt_what_it_could(model: LinkModel) -> None:
    assert set(model.profiles) == {"education", "full", "wages"}
    assert problems(model.profiles) == []
    assert origin(model, "education", "given", "same given name") == "learnt"
    told = model.trained_on["profiles"]["education"]
    assert 400 < told["expected_matches"] < told["pairs"]


def test_records_in_another_order_under_other_ids_give_the_same_model(
    records: pa.Table, model: LinkModel
) -> None:
    rows = [row | {"record_id": str(uuid.uuid4())} for row in records.to_pylist()]
    random.Random(7).shuffle(rows)
    assert train(table(rows), random_pairs=PAIRS) == model


def test_a_level_that_the_records_do_not_show_keeps_the_weight_set_by_hand(model: LinkModel) -> None:
    for part, label in (
        ("dob", "two of year, month and day agree"),
        ("given", "one is a nickname of the other"),
    ):
        assert origin(model, "education", part, label) == "kept"
        kept = level(model.profiles["education"], part, label)
        assert (kept["m_probability"], kept["u_probability"]) == hand_set("education", part, label)


@pytest.mark.parametrize(
    ("columns", "part"),
    [
        (("sex", "zip_code", "middle_name"), "sex"),
        (("ssn", "birthdate"), "ssn"),
    ],
)
def test_an_empty_column_keeps_its_weights_and_stops_nothing(
    records: pa.Table, columns: tuple[str, ...], part: str
) -> None:
    emptied = records
    for column in columns:
        emptied = with_column(emptied, column, [None] * records.num_rows)
    found = train(emptied, random_pairs=PAIRS)
    assert problems(found.profiles) == []
    levels = found.trained_on["profiles"]["full"]["levels"]
    assert {e["m"] for e in levels if e["comparison"] == part} <= {"kept", "fixed"}


def test_one_source_alone_keeps_every_weight_that_it_cannot_teach(records: pa.Table) -> None:
    wages = table([row for row in records.to_pylist() if row["source"] == "ui"])
    found = train(wages, random_pairs=PAIRS)
    assert {e["m"] for p in found.trained_on["profiles"].values() for e in p["levels"]} == {"kept", "fixed"}


@pytest.fixture(scope="module")
def contradicting(records: pa.Table) -> pa.Table:
    """One source swapped its codes for sex: agreement there speaks against one person."""
    swapped = {"F": "M", "M": "F", None: None}
    return with_column(
        records,
        "sex",
        [
            swapped[row["sex"]] if row["source"] == "k12" else row["sex"]
            for row in records.select(["source", "sex"]).to_pylist()
        ],
    )


def test_records_that_contradict_the_order_of_agreement_are_refused(contradicting: pa.Table) -> None:
    with pytest.raises(ImplausibleModel, match="'another sex' weighs") as refusal:
        train(contradicting, random_pairs=PAIRS)
    assert all("sex" in problem for problem in refusal.value.problems)


def test_a_refused_model_leaves_the_earlier_one_current_and_its_card_behind(
    records: pa.Table, model: LinkModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> LinkModel:
        raise ImplausibleModel(model, ["sex is the wrong way round"])

    monkeypatch.setattr(keep, "train", refuse)
    earlier = LinkModel("0123456789ab", {"seed": 1}, default_model().profiles)
    make_current(earlier, tmp_path)
    with pytest.raises(ImplausibleModel, match=f"earlier model stays in use.*refused_{model.version}.html"):
        keep.train_file(records, tmp_path)
    assert current_model(tmp_path) == earlier
    assert "sex is the wrong way round" in (tmp_path / f"refused_{model.version}.html").read_text()
    assert not list(tmp_path.glob(f"person_{model.version}*"))


def test_a_trained_model_is_kept_with_its_card(
    records: pa.Table, model: LinkModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "train", lambda *_, **__: model)
    path, card = keep.train_file(records, tmp_path)
    assert load_model(path) == model
    assert card.name == f"{path.stem}.html"


def round_with(m: float, label: str = "same sex") -> Round:
    return Round("l.dob = r.dob", 100, 5, 0.5, {("sex", label): m})


def test_rounds_that_weigh_a_level_too_differently_are_told() -> None:
    levels = {("sex", "same sex")}
    (found,) = unsettled("education", [round_with(0.9), round_with(0.9), round_with(0.3)], levels)
    assert "same sex" in found
    assert unsettled("education", [round_with(0.3), round_with(0.9), round_with(0.85)], levels) == []


def test_a_level_that_kept_its_hand_set_weight_cannot_be_unsettled() -> None:
    assert unsettled("education", [round_with(0.9), round_with(0.1)], set()) == []
