"""The estimate of Kaplan and Meier, against printed numbers.

Weeks of remission of 21 leukaemia patients under 6-mercaptopurine: Freireich et al. (1963), Blood 21(6), 699-716; Gehan
(1965), Biometrika 52, 203-223. Survival as printed in Cox and Oakes (1984), Analysis of Survival Data, and in Kleinbaum
and Klein (2012), Survival Analysis, table 2.1.
"""

from __future__ import annotations

import numpy as np
import pytest

from ownstock.engine.survival import DAYS, Waits, at_least, counted, shrunk

ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_IN_REMISSION = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PRINTED = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}


def test_survival_is_as_printed() -> None:
    weeks = np.array(ENDED + STILL_IN_REMISSION)
    has_ended = np.repeat([1.0, 0.0], [len(ENDED), len(STILL_IN_REMISSION)])
    waits = Waits(np.zeros_like(weeks), weeks, has_ended, np.ones(weeks.size))
    counts = counted(waits, np.zeros_like(weeks), 1)
    survival = at_least(shrunk(counts, np.full((1, DAYS), 1 / DAYS), 0.0))[0]
    assert {week: round(float(survival[week + 1]), 4) for week in PRINTED} == pytest.approx(PRINTED, abs=1e-4)
    assert counts.at_risk[0, [6, 7, 10, 13, 16, 22, 23]].tolist() == [21, 17, 15, 12, 11, 7, 6]
