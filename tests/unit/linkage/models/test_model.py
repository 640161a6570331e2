import json
import math
from pathlib import Path
from typing import Any

import pytest

from linkage.models.model import (
    LinkModel,
    current_model,
    default_model,
    load_model,
    make_current,
)
from linkage.models.plausible import problems
from linkage.models.settings import profiles
from warehouse.errors import P20WError


def test_the_shipped_model_passes_the_gate_and_fits_the_code() -> None:
    model = default_model()
    assert problems(model.profiles) == []
    for name, profile in profiles().items():
        stored = model.profiles[name]
        conditions = [
            [level["sql_condition"] for level in comparison["comparison_levels"]]
            for comparison in profile.comparisons
        ]
        assert conditions == [
            [level["sql_condition"] for level in comparison["comparison_levels"]]
            for comparison in stored["comparisons"]
        ]


def level_weights(settings: dict[str, Any]) -> list[tuple[str, str, float]]:
    return [
        (
            comparison["output_column_name"],
            level["label_for_charts"],
            math.log2(level["m_probability"] / level["u_probability"]),
        )
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    ]


def test_agreement_weighs_for_and_disagreement_against() -> None:
    for settings in default_model().profiles.values():
        weights: dict[str, list[float]] = {}
        for part, _, weight in level_weights(settings):
            weights.setdefault(part, []).append(weight)
        for levels in weights.values():
            assert max(levels[:3]) > 0 > levels[-1]


def test_an_ssn_weighs_the_same_in_a_small_file_and_a_large_one() -> None:
    for settings in default_model().profiles.values():
        for part, label, weight in level_weights(settings):
            if (part, label) == ("ssn", "same SSN"):
                assert weight == pytest.approx(19.9, abs=0.05)


def test_a_saved_model_comes_back_and_its_version_is_never_overwritten(tmp_path: Path) -> None:
    model = default_model()
    path = model.save(tmp_path)
    before = path.read_bytes()
    LinkModel(model.version, {"changed": True}, {}).save(tmp_path)
    assert path.read_bytes() == before
    assert load_model(path) == model


def test_a_trained_model_is_used_from_then_on(tmp_path: Path) -> None:
    assert current_model(tmp_path) == default_model()
    other = LinkModel("0123456789ab", {"seed": 1}, default_model().profiles)
    make_current(other, tmp_path)
    assert current_model(tmp_path) == other


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"version": "x"})])
def test_a_file_that_is_no_model_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "person_x.json"
    path.write_text(content)
    with pytest.raises(P20WError, match="not a linkage model"):
        load_model(path)
