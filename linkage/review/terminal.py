"""The review in a terminal: a pair on the screen, one key per answer. Works without colours and without a keyboard driver.

Reading keys and writing lines are handed in, so that nothing here knows the terminal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage.review.answers import Answers
from linkage.review.evidence import Sheet, sheets
from linkage.review.queue import Item, review_queue
from linkage.review.waterfall import text_bars

if TYPE_CHECKING:
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse

HELP = "s same person   d different persons   k skip   n note   u undo the last answer   q quit"
_ANSWERS = {"s": "must", "d": "cannot"}
_VALUE_WIDTH = 30


@dataclass
class Review:
    """One sitting of one steward.

    Attributes:
        steward: who answers.
        ask: shows a prompt and returns what was typed: a key, or a line where `line` is true.
        say: shows a line.
    """

    warehouse: Warehouse
    run: Run
    steward: str
    ask: Callable[[str, bool], str]
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self.answers = Answers(self.warehouse, self.steward, "terminal")

    def go_through(self, limit: int) -> int:
        """Ask about up to so many pairs; the number of answers that stand at the end."""
        items = review_queue(self.warehouse, self.run, limit=limit)
        if not items:
            self.say("No pair waits for an answer.")
            return 0
        shown = sheets(self.warehouse, self.run, [(item.record_id_l, item.record_id_r) for item in items])
        place = 0
        while place < len(items):
            item = items[place]
            sheet = shown.get((item.record_id_l, item.record_id_r))
            if sheet is None:
                place += 1
                continue
            for line in pair_lines(item, sheet, place + 1, len(items)):
                self.say(line)
            next_place = self._answer(place, item, sheet)
            if next_place is None:
                break
            place = next_place
        self.say(
            f"Answers logged: {len(self.answers.given)}. The next linkage run follows them: `p20w link`."
        )
        return len(self.answers.given)

    def _answer(self, place: int, item: Item, sheet: Sheet) -> int | None:
        """Take keys until one of them settles the pair: the place to go on at, or nothing to quit."""
        while True:
            key = self.ask("[s/d/k/n/u/q, ? for help] ", False).strip().lower()[:1]
            if key in _ANSWERS:
                self.answers.log(_ANSWERS[key], place, item, sheet, self.ask("Why (may stay empty): ", True))
                return place + 1
            if key == "k":
                return place + 1
            if key == "n":
                text = self.ask("Note for whoever sees the pair next: ", True)
                if text.strip():
                    self.answers.log("note", place, item, sheet, text)
                continue
            if key == "u" and (back := self.answers.take_back()) is not None:
                self.say("The last answer is taken back.")
                return back
            if key in ("q", ""):
                return None
            self.say(HELP)


def pair_lines(item: Item, sheet: Sheet, number: int, of: int) -> list[str]:
    """The pair as lines: why it is asked, the two records beside each other, the evidence."""
    lines = ["", f"── {number} of {of} " + "─" * 60, item.words]
    if item.is_linked:
        lines.append("They are linked now.")
    lines += sheet_lines(sheet)
    return lines


def sheet_lines(sheet: Sheet) -> list[str]:
    """The two records beside each other, then the evidence."""
    lines = [
        "",
        f"{'':<24} {sheet.record_id_l[:8]:<{_VALUE_WIDTH}} {sheet.record_id_r[:8]:<{_VALUE_WIDTH}}",
    ]
    for each in sheet.fields:
        if not each.left and not each.right:
            continue
        left, right = (textwrap.wrap(value, _VALUE_WIDTH) or [""] for value in (each.left, each.right))
        for place in range(max(len(left), len(right))):
            cells = [part[place] if place < len(part) else "" for part in (left, right)]
            label, verdict = (each.label, each.verdict) if place == 0 else ("", "")
            lines.append(f"{label:<24} {cells[0]:<{_VALUE_WIDTH}} {cells[1]:<{_VALUE_WIDTH}} {verdict}")
    lines.append(
        f"{'Person has':<24} {sheet.companions_l:<{_VALUE_WIDTH}} {sheet.companions_r:<{_VALUE_WIDTH}}"
    )
    lines += ["", *text_bars(sheet.weights)]
    if sheet.probability is not None:
        lines.append(
            f"{'':>7}  Probability of one person by the {sheet.model} model: {sheet.probability:.4f}"
        )
    return lines


def account_lines(verdict: str, reasons: Sequence[str], path: Sequence[tuple[str, str, str]]) -> list[str]:
    """An explanation as lines; a step of the path is two record ids and words."""
    lines = [verdict, *(f"  {reason}" for reason in reasons)]
    if len(path) > 1:
        lines.append("  The way from one to the other:")
        lines += [f"    {left[:8]} to {right[:8]}  {words}" for left, right, words in path]
    return lines
