"""One linear program over everything printed of a cohort, asked again and again with another question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.attacker.reading import Range

Floats = NDArray[np.float64]
FAR = 1e7
# A new question leaves the last world possible: the primal simplex goes on from there, without presolving.
_OPTIONS = (
    ("output_flag", False),
    ("threads", 1),
    ("random_seed", 7),
    ("presolve", "off"),
    ("simplex_strategy", 4),
)


class Program:
    """Unknown people of each cell, and unknown outcomes beside them, within what is printed."""

    def __init__(self, people: Sequence[Range], outcome: Sequence[Range] | None) -> None:
        self.size = len(people)
        self.has_outcome = outcome is not None
        self._people, self._outcome = list(people), list(outcome or ())
        self._starts: list[int] = [0]
        self._columns: list[int] = []
        self._values: list[float] = []
        self._lows: list[float] = []
        self._highs: list[float] = []
        self._solver: Any = None

    @property
    def columns(self) -> int:
        """Number of unknowns."""
        return self.size * (2 if self.has_outcome else 1)

    def row(self, terms: Mapping[int, float], low: float, high: float) -> None:
        """Add one condition: low <= sum of terms <= high."""
        self._columns += terms.keys()
        self._values += terms.values()
        self._starts.append(len(self._columns))
        self._lows.append(low)
        self._highs.append(high)

    def sum_of(self, total: int, parts: Sequence[int]) -> None:
        """The parts make up the total, in people and in outcomes."""
        for shift in range(0, self.columns, self.size):
            self.row({total + shift: -1.0, **{part + shift: 1.0 for part in parts}}, 0.0, 0.0)

    def share(self, cell: int, share: Range, side: int) -> None:
        """The outcomes are this share of the people, and so many people are on the other side at least."""
        people, outcome = cell, cell + self.size
        if share.low > 0:
            self.row({outcome: 1.0, people: -share.low}, 0.0, FAR)
        if share.high < 1:
            self.row({outcome: 1.0, people: -share.high}, -FAR, 0.0)
        self.row({people: 1.0, outcome: -1.0}, float(side), FAR)

    def start(self) -> None:
        """Hand the conditions to the solver."""
        import highspy

        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, len(self._lows)
        bounds = [*self._people, *self._outcome]
        lp.col_cost_ = np.zeros(self.columns)
        lp.col_lower_ = np.array([b.low for b in bounds], dtype=float)
        lp.col_upper_ = np.array([b.high for b in bounds], dtype=float)
        lp.row_lower_, lp.row_upper_ = np.array(self._lows), np.array(self._highs)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self._starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(self._columns, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(self._values)
        self._solver = highspy.Highs()
        for option, value in _OPTIONS:
            self._solver.setOptionValue(option, value)
        self._solver.passModel(lp)

    def free(self, cell: int) -> None:
        """Forget what is known of one cell by itself."""
        for column in range(cell, self.columns, self.size):
            self._solver.changeColBounds(column, 0.0, FAR)

    def bind(self, cell: int) -> None:
        """Know it again."""
        bounds = [*self._people, *self._outcome]
        for column in range(cell, self.columns, self.size):
            self._solver.changeColBounds(column, float(bounds[column].low), float(bounds[column].high))

    def world(self, objective: Floats) -> Floats | None:
        """The numbers of the cells in the possible world that makes the objective largest; none where no world is."""
        import highspy

        every = np.arange(self.columns, dtype=np.int32)
        self._solver.changeColsCost(self.columns, every, -objective)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value)
