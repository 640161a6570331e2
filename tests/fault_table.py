"""The table of `docs/faults.md`: every planted fault and what finds it. `python -m tests.fault_table` writes it anew."""

from pathlib import Path

from ingest.synthetic.faults import FAULTS, Fault
from quality_checks.catalogue import rules_for

PAGE = Path(__file__).parents[1] / "docs" / "faults.md"
_MARK = "<!-- table -->\n"
_FATES = {
    "refused": "the file is refused, nothing is loaded",
    "held": "the delivery is held",
    "set_aside": "the row is set aside",
    "warned": "counted and reported",
}


def table() -> str:
    """The faults as a Markdown table, in the order of the library."""
    lines = ["| Fault | Planted in | Column | Found by | What becomes of it |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_line(fault) for fault in FAULTS)]) + "\n"


def _line(fault: Fault) -> str:
    cells = (
        fault.kind.replace("_", " "),
        f"`{fault.layout}` {fault.period}",
        f"`{fault.column}`" if fault.column else "",
        _finder(fault),
        _FATES[fault.fate],
    )
    return f"| {' | '.join(cells)} |"


def _finder(fault: Fault) -> str:
    rule = next((rule for rule in rules_for(fault.layout) if rule.code == fault.found_by), None)
    if rule is not None:
        return f"{rule.code}: {rule.sentence}"
    return "the reader" if fault.fate == "refused" else "the gate: a delivery holds rows"


def page() -> str:
    """The whole page with the present table."""
    return PAGE.read_text(encoding="utf-8").partition(_MARK)[0] + _MARK + table()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
