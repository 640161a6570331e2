"""What an indicator is made of, read from the manifest's own edges."""

from orchestration.manifest import load_manifest
from orchestration.readiness import Readiness, _own_layouts, direct_facts, readiness_lines


def layouts_of(model: str) -> set[str]:
    manifest = load_manifest()
    facts = direct_facts(f"model.p20w.{model}", manifest)
    return set().union(*(_own_layouts(fact, manifest) for fact in facts))


def test_an_indicator_needs_the_layouts_of_its_facts_and_no_others() -> None:
    needed = layouts_of("ind_wioa_median_earnings_q2")
    assert {"wioa/pirl", "ui/wage"} <= needed
    assert not any(layout.startswith(("k12/", "postsecondary/")) for layout in needed)


def test_what_is_missing_is_named() -> None:
    lacking = Readiness("X", "An indicator", ("ui/wage",), ("ui/wage",), 0, 0, ())
    lines = list(readiness_lines([lacking]))
    assert lines[0].startswith("lacks")
    assert "ui/wage" in lines[1]
    assert lines[-1].startswith("0 of 1")
