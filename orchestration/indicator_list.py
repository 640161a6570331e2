"""The list of indicators in `docs/indicators.md`, made from the YAML beside the models: python -m orchestration.indicator_list.

What an indicator means is said beside its model, never here.
"""

from pathlib import Path
from typing import Any

from orchestration.manifest import project_dir

_DOCUMENT = Path(__file__).parents[1] / "docs" / "indicators.md"
_BEGIN, _END = "<!-- list: begin -->", "<!-- list: end -->"
_FAMILIES = {
    "high_school": "High school",
    "transitions": "Transitions",
    "perkins": "Perkins V",
    "wioa": "WIOA",
    "outcomes": "Outcomes",
    "pathways": "Career pathways",
}


def entries() -> list[dict[str, Any]]:
    """Every registry entry, computed or not, by code."""
    from warehouse.yaml_lines import read_yaml

    found: list[dict[str, Any]] = []
    for path in sorted((project_dir() / "models" / "indicators").rglob("[a-z]*.yml")):
        for model in read_yaml(path.read_text())["models"]:
            meta = model.get("config", {}).get("meta", {})
            found += [meta["indicator"]] if "indicator" in meta else []
            found += meta.get("not_computable", [])
    return sorted(found, key=lambda entry: str(entry["code"]))


def listed() -> str:
    """The list as Markdown, by family."""
    lines = []
    for family, title in _FAMILIES.items():
        lines += [f"### {title}", "", "| Code | Version | Name | Parameters |", "|---|---|---|---|"]
        for entry in entries():
            if entry["family"] == family:
                needs = f" (not computed: needs {entry['needs']})" if "needs" in entry else ""
                lines.append(
                    f"| {entry['code']} | {entry['version']} | {entry['name']}{needs} | {entry['parameter_sets']} |"
                )
        lines.append("")
    return "\n".join(lines)


def renewed(document: str) -> str:
    """The document with the list as it is now."""
    before, _, rest = document.partition(_BEGIN)
    return f"{before}{_BEGIN}\n\n{listed()}\n{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    _DOCUMENT.write_text(renewed(_DOCUMENT.read_text()))
