import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from linkage.models.model import LinkModel, versioned
from linkage.models.settings import profiles, splink_settings
from linkage.training.card import card_page, write_card
from linkage.training.learnt import Chance, choose_values
from linkage.training.reasons import why_fixed
from linkage.training.rounds import Round


@pytest.fixture(scope="module")
def model() -> LinkModel:
    """A model as training leaves it, of made-up counts."""
    learnt = {}
    for name, profile in profiles().items():
        settings = splink_settings(profile, 0.001)
        rounds = [Round("l.dob = r.dob", 4_000, 7, 0.25, {})]
        learnt[name] = choose_values(profile, settings, rounds, None, Chance(1000, 0.0))
    told = {
        "records": 12_345,
        "records_by_source": {"k12": 12_000, "ui": 345},
        "nodes": 12_300,
        "sampled_nodes": 12_300,
        "seed": 20,
        "random_pairs": 1_000,
        "splink": "5.0.0",
        "profiles": {name: found.as_dict() for name, found in learnt.items()},
    }
    return versioned({name: found.settings for name, found in learnt.items()}, told)


@pytest.fixture(scope="module")
def page(model: LinkModel) -> str:
    return card_page(model, [])


def test_the_card_names_what_was_learnt_from_and_every_level(model: LinkModel, page: str) -> None:
    assert model.version in page
    assert f"{model.trained_on['records']:,}" in page
    assert "Refused" not in page
    for profile in profiles().values():
        for comparison in profile.comparisons:
            for level in comparison["comparison_levels"]:
                if not level.get("is_null_level"):
                    assert level["label_for_charts"].replace("'", "&#39;") in page


def test_the_card_asks_nobody_for_anything(page: str) -> None:
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|href)=\"(?!data:,|#)[^\"]*\"", page) == []
    assert "<script" not in page and "url(" not in page and "@import" not in page


def test_the_charts_are_well_formed_and_tell_every_level_in_words(page: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(charts) == 2 * len(profiles())
    for chart in charts:
        root = ElementTree.fromstring(chart)  # noqa: S314 - our own text
        assert root.attrib["role"] == "img"
        assert "same given name" in (root.findtext("desc") or "")


def test_every_weight_that_is_set_on_purpose_has_its_reason() -> None:
    for profile in profiles().values():
        for comparison in profile.comparisons:
            for level in comparison["comparison_levels"]:
                if level.get("fix_m_probability"):
                    assert why_fixed(comparison["output_column_name"], level["label_for_charts"])


def test_a_card_of_a_refused_model_has_another_name_and_the_reasons(model: LinkModel, tmp_path: Path) -> None:
    path = write_card(model, tmp_path, refused=["sex is the wrong way round"])
    assert path.name == f"refused_{model.version}.html"
    assert "sex is the wrong way round" in path.read_text()
