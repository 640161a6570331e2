"""One linear program over what binds a cohort, asked again and again with another question."""

from __future__ import annotations

from typing import Any

import numpy as np

from governance.attacker.knowledge import FAR
from governance.attacker.system import Floats, System

# A new question leaves the last world possible: the primal simplex goes on from there, without presolving. The weights
# are all near one, so that scaling them costs more than it saves.
_OPTIONS = (
    ("output_flag", False),
    ("threads", 1),
    ("random_seed", 7),
    ("presolve", "off"),
    ("simplex_strategy", 4),
    ("simplex_scale_strategy", 0),
)


class Program:
    """A system in the hands of HiGHS."""

    def __init__(self, system: System) -> None:
        import highspy

        self.system = system
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = system.matrix.shape
        lp.col_cost_ = np.zeros(system.columns)
        lp.col_lower_, lp.col_upper_ = system.lows, system.highs
        lp.row_lower_, lp.row_upper_ = system.row_lows, system.row_highs
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = system.matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = system.matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = system.matrix.data
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._every = np.arange(system.columns, dtype=np.int32)
        self._solver: Any = highspy.Highs()
        for option, value in _OPTIONS:
            self._solver.setOptionValue(option, value)
        self._solver.passModel(lp)

    def free(self, cell: int) -> None:
        """Forget what is known of one cell by itself."""
        for column in range(cell, self.system.columns, self.system.size):
            self._solver.changeColBounds(column, 0.0, FAR)

    def bind(self, cell: int) -> None:
        """Know it again."""
        for column in range(cell, self.system.columns, self.system.size):
            low, high = self.system.lows[column], self.system.highs[column]
            self._solver.changeColBounds(column, float(low), float(high))

    def cap(self, cell: int, measure: int, most: float | None) -> None:
        """Suppose that a measure of a cell is no more than this; without a number, no longer."""
        system = self.system
        if measure < 2:
            column = cell + measure * system.size
            high = float(system.highs[column])
            high = high if most is None else min(high, most)
            self._solver.changeColBounds(column, min(float(system.lows[column]), high), high)
        else:
            row = system.others[cell]
            high = float(system.row_highs[row]) if most is None else most
            self._solver.changeRowBounds(row, min(float(system.row_lows[row]), high), high)

    def any_world(self) -> Floats | None:
        """Numbers of the cells that break no condition; none where the conditions contradict each other."""
        return self.world(np.zeros(self.system.columns))

    def world(self, objective: Floats) -> Floats | None:
        """The numbers of the cells in the possible world that makes the objective largest; none where no world is."""
        self._solver.changeColsCost(self.system.columns, self._every, -objective)
        self._solver.run()
        if self._solver.getModelStatus() != self._optimal:
            return None
        return np.array(self._solver.getSolution().col_value)
