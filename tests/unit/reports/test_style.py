import re
from pathlib import Path

import pytest

import reports.site

STYLE = Path(reports.site.__file__).with_name("static").joinpath("site.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", STYLE))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, "paper") for text in ("ink", "quiet", "accent")),
        *((text, "wash") for text in ("ink", "accent")),
        ("notice-ink", "notice"),
        ("paper", "accent"),
    ],
)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("mark", ["accent", "ink", "hatch"])
def test_marks_that_carry_meaning_stand_out(mark: str) -> None:
    assert contrast(mark, "paper") >= 3


def test_focus_is_visible_and_motion_can_be_turned_off() -> None:
    assert re.search(r":focus-visible \{ outline: 3px", STYLE)
    assert "prefers-reduced-motion" in STYLE


def test_the_page_has_a_print_form_and_a_narrow_form() -> None:
    assert "@media print" in STYLE
    assert "@media screen and (max-width" in STYLE
