"""The figures of a run: each with what it cost, what it stands beside, and whether it is what we want."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.ledger_cost import Cost, percentile

COLUMNS = ("what", "figure", "server µs", "client µs", "beside it", "target", "")


@dataclass(frozen=True)
class Target:
    """What a figure should be: at least so much, or at most."""

    limit: float
    is_least: bool
    unit: str

    def is_met(self, figure: float) -> bool:
        """Whether a figure is as good as that."""
        return figure >= self.limit if self.is_least else figure <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {written(self.limit)} {self.unit}"


def at_least(limit: float, unit: str) -> Target:
    """A figure that should be so high."""
    return Target(limit, True, unit)


def at_most(limit: float, unit: str) -> Target:
    """A figure that should be so low."""
    return Target(limit, False, unit)


@dataclass(frozen=True)
class Figure:
    """One line of the table. `each_us` is of processors, for each thing done: the server's and who asked it."""

    name: str
    what: str
    value: float
    unit: str
    each_us: tuple[float, float] | None = None
    beside: str = ""
    target: Target | None = None
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def is_met(self) -> bool | None:
        """Whether it is what we want; None where nothing was asked for."""
        return None if self.target is None else self.target.is_met(self.value)

    def cells(self) -> tuple[str, ...]:
        """The line as the table shows it."""
        costs = ("", "") if self.each_us is None else tuple(f"{us:,.0f}" for us in self.each_us)
        verdict = {None: "", True: "met", False: "MISSED"}[self.is_met]
        return (
            self.what, f"{written(self.value)} {self.unit}", *costs, self.beside, str(self.target or ""), verdict,
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """The same as fields."""
        fields: dict[str, Any] = {"value": round(self.value, 4), "unit": self.unit, **self.facts}
        if self.each_us is not None:
            fields["server_us"], fields["client_us"] = (round(us, 1) for us in self.each_us)
        if self.target is not None:
            fields |= {"target": self.target.limit, "is_met": self.is_met}
        return fields


class Report:
    """What a run found so far; every line is shown as soon as it is known."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.left_out: list[str] = []

    def add(self, figure: Figure) -> None:
        """Keep a figure and show it."""
        self.figures.append(figure)
        print("  ".join(cell for cell in figure.cells() if cell), flush=True)

    def leave_out(self, sentence: str) -> None:
        """Say what was not measured, and why."""
        self.left_out.append(sentence)
        print(f"Left out: {sentence}", flush=True)

    def rate(
        self, name: str, what: str, cost: Cost, unit: str, *, beside: str = "", target: Target | None = None,
        **facts: float,
    ) -> None:  # fmt: skip
        """Keep so many things a second."""
        self.add(
            Figure(name, what, cost.per_second, unit, cost.each_us(), beside, target, {"count": cost.count, **facts})
        )

    def latency(
        self, name: str, what: str, seconds: Sequence[float], *, cost: Cost | None = None, beside: str = "",
        target: Target | None = None,
    ) -> None:  # fmt: skip
        """Keep the 95th percentile of how long something took, in milliseconds; the 50th and 99th stand beside it."""
        p50, p95, p99 = (1e3 * percentile(seconds, percent) for percent in (50, 95, 99))
        words = f"p50 {written(p50)}, p99 {written(p99)} ms{'; ' if beside else ''}{beside}"
        facts = {"p50_ms": round(p50, 3), "p99_ms": round(p99, 3), "calls": len(seconds)}
        each_us = cost.each_us() if cost else None
        self.add(Figure(name, what, p95, "ms p95", each_us, words, target, facts))

    def table(self) -> str:
        """All lines under one heading."""
        lines = [COLUMNS, *(figure.cells() for figure in self.figures)]
        widths = [max(len(line[k]) for line in lines) for k in range(len(COLUMNS))]
        aligned = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join(line.rstrip() for line in aligned)

    def told(self) -> dict[str, Any]:
        """Every figure by its name, and what was left out."""
        return {"figures": {figure.name: figure.told() for figure in self.figures}, "left_out": self.left_out}


def written(number: float) -> str:
    """A number for people: three digits that tell, or all before the point."""
    if abs(number) >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.2f}" if abs(number) < 10 else f"{number:.1f}"
