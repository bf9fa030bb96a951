"""ABC classes against the printed example of ten memory chips.

J. Heizer, B. Render, C. Munson, Operations Management, chapter 12, example 1 ("ABC analysis for a chip manufacturer").
The book cuts where A holds 72 % and B 23 % of the value; the cuts here lie at 70 % and 95 %.
"""

from __future__ import annotations

from decimal import Decimal

from ownstock.ledger.rules.counting import AbcClass, abc_classes

CHIPS = [
    ("10286", 1000, "90.00", "A"), ("11526", 500, "154.00", "A"), ("12760", 1550, "17.00", "B"),
    ("10867", 350, "42.86", "B"), ("10500", 1000, "12.50", "B"), ("12572", 600, "14.17", "C"),
    ("14075", 2000, "0.60", "C"), ("01036", 100, "8.50", "C"), ("01307", 1200, "0.42", "C"), ("10572", 250, "0.60", "C"),
]  # fmt: skip


def test_the_ten_chips_fall_into_the_printed_classes() -> None:
    values = [volume * Decimal(cost) for _, volume, cost, _ in CHIPS]
    assert sum(values) == 232_057
    cuts = {AbcClass.A: Decimal("0.70"), AbcClass.B: Decimal("0.95"), AbcClass.C: Decimal(1)}
    assert abc_classes(values, cuts) == [AbcClass(printed) for *_, printed in CHIPS]
