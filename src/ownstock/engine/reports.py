"""What a planner or a data scientist looks at: frames of cost, coverage and accuracy, and plots of them.

Plots need matplotlib: `pip install 'ownstock[reports]'`. They return figures of their own (no `pyplot`, no global
state), transparent, with colours that are told apart on light and dark pages and by colour-blind eyes (Okabe and Ito
2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import measure
from ownstock.engine.arrays import Floats
from ownstock.engine.measure import COVERAGE_LEVELS, Numbers
from ownstock.engine.simulate import Replay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, SKY = "#0072B2", "#E69F00", "#009E73", "#56B4E9"
# As far from white as from black: readable on both.
GREY = "#767676"
PARTS = {"holding": BLUE, "shortage": ORANGE, "ordering": GREEN}
PIT_BINS = 10
ROW_INCHES = 0.55


def cost_by_method(
    replays: Mapping[str, Replay],
    reference: str,
    *,
    first_period: int = 0,
    cluster: npt.NDArray[np.generic] | None = None,
) -> pl.DataFrame:
    """What each method cost on the same demand, and how sure the difference to the reference is: a row for each.

    Columns: method; `holding`, `shortage`, `ordering`, `cost`, money of all rows from `first_period` on; `fill_rate`,
    `availability`, `average_inventory` (of all rows together); `difference` to the reference's cost, its paired
    `standard_error`, `difference_percent`, `standard_error_percent`. Rows of one `cluster` (an item, an origin) count
    as one observation. Raises Refused when the reference is not among the methods.
    """
    if reference not in replays:
        raise Refused(
            f"The reference {reference} is none of the methods: {', '.join(replays)}.",
            code="unknown_method",
            reference=reference,
        )
    scored = {name: _Scored.of(one, first_period) for name, one in replays.items()}
    return pl.DataFrame([_method_row(name, one, scored[reference], cluster) for name, one in scored.items()])


def coverage_table(pit: Mapping[str, Floats], levels: tuple[float, ...] = COVERAGE_LEVELS) -> pl.DataFrame:
    """How many actuals fell inside the central intervals, by method and level, from PIT values (see `measure`).

    Columns: method, `actuals` (how many), `level`, `coverage`, and its `standard_error` were the method calibrated:
    √(level · (1 - level) / actuals).
    """
    rows = [
        {"method": name, "actuals": values.size, "level": level, "coverage": covered}
        for name, values in pit.items()
        for level, covered in zip(levels, measure.coverage(values, levels), strict=True)
    ]
    error = (pl.col("level") * (1 - pl.col("level")) / pl.col("actuals")).sqrt()
    return pl.DataFrame(rows).with_columns(standard_error=error)


def accuracy_by_segment(
    actual: Numbers, forecast: Numbers, naive: Numbers, segment: npt.NDArray[np.generic]
) -> pl.DataFrame:
    """Where the forecast is worth its trouble: accuracy beside the naive forecast's of the same lag. [m] each

    Columns: `segment`, `forecasts` (how many), `demand`, `wape`, `bias`, `naive_wape` and `forecast_value_added`
    (naive_wape - wape; below 0 it did harm); a row for each segment, in order, and last one for all of them.
    """
    names = np.unique(segment)
    groups = [(str(name), segment == name) for name in names] + [("all", np.ones(segment.shape, dtype=np.bool_))]
    return pl.DataFrame(
        [
            {
                "segment": name,
                "forecasts": int(rows.sum()),
                "demand": float(actual[rows].sum()),
                "wape": measure.wape(actual[rows], forecast[rows]),
                "bias": measure.bias(actual[rows], forecast[rows]),
                "naive_wape": measure.wape(actual[rows], naive[rows]),
                "forecast_value_added": measure.forecast_value_added(actual[rows], forecast[rows], naive[rows]),
            }
            for name, rows in groups
        ]
    )


def plot_pit(pit: Mapping[str, Floats]) -> Figure:
    """One histogram of PIT values for each method: flat where it is calibrated.

    A valley says that the forecasts are too narrow, a hill too wide, a slope that they are biased. The line is where
    each bin would be, the band ± 2 standard errors around it.
    """
    figure = _figure(3.4 * len(pit), 2.8)
    even = 1 / PIT_BINS
    middles = np.arange(PIT_BINS) * even + even / 2
    for axes, (name, values) in zip(
        figure.subplots(1, len(pit), sharey=True, squeeze=False)[0], pit.items(), strict=True
    ):
        shares = np.histogram(values, bins=PIT_BINS, range=(0, 1))[0] / values.size
        error = np.sqrt(even * (1 - even) / values.size)
        axes.bar(middles, shares, width=0.92 * even, color=BLUE)
        axes.axhspan(even - 2 * error, even + 2 * error, color=ORANGE, alpha=0.35, linewidth=0)
        axes.axhline(even, color=ORANGE, linewidth=1.5)
        axes.set_xlim(0, 1)
        axes.set_title(f"{name}, {values.size:,} actuals", color=GREY, fontsize=10)
        axes.set_xlabel("place of the actual in its forecast")
        _quiet(axes)
    figure.supylabel("share of actuals", color=GREY, fontsize=9)
    return figure


def plot_cost(costs: pl.DataFrame) -> Figure:
    """Bars of holding, shortage and ordering money, from a frame of `cost_by_method`, in its order.

    The line at the end of a bar reaches 2 paired standard errors of the difference to the reference either way; the
    difference stands beside it.
    """
    figure = _figure(7.5, 1.1 + ROW_INCHES * costs.height)
    axes = _quiet(figure.add_subplot())
    place = np.arange(costs.height)[::-1]
    left = np.zeros(costs.height)
    for name, colour in PARTS.items():
        money = costs[name].to_numpy()
        if money.any():
            axes.barh(place, money, left=left, height=0.62, color=colour, label=name)
        left = left + money
    error = 2 * costs["standard_error"].fill_nan(0).to_numpy()
    is_unsure = error > 0
    axes.errorbar(left[is_unsure], place[is_unsure], xerr=error[is_unsure], fmt="none", ecolor="white", elinewidth=4)
    axes.errorbar(
        left[is_unsure], place[is_unsure], xerr=error[is_unsure], fmt="none", ecolor=GREY, elinewidth=2, capsize=3
    )
    for at, end, row in zip(place, left + error, costs.iter_rows(named=True), strict=True):
        axes.annotate(_told(row), (end, at), (6, 0), textcoords="offset points", va="center", color=GREY, fontsize=9)
    axes.set_yticks(place, costs["method"].to_list())
    axes.set_xlim(0, 1.35 * float((left + error).max()))
    axes.set_xlabel("cost; the line is ± 2 paired standard errors of the difference")
    _legend(figure)
    return figure


def plot_fan(actual: Numbers, first: int, quantiles: Mapping[float, Floats], title: str = "") -> Figure:
    """A forecast's fan against what came: bands between the quantiles p and 1 - p, the line is the median.

    actual [T]; the forecast begins with period `first` of them; each quantile [periods ahead], by its probability.
    Raises Refused when a quantile has no opposite.
    """
    figure = _figure(7.5, 3.4)
    axes = _quiet(figure.add_subplot())
    bands = [(low, quantiles[low], _opposite(low, quantiles)) for low in sorted(quantiles) if low < 0.5]
    ahead = first + np.arange(next(iter(quantiles.values())).size)
    for place, (low, floor, ceiling) in enumerate(bands):
        # Each band less the next inside it, so that a tone means one band.
        inner = bands[place + 1][1:] if place + 1 < len(bands) else (ceiling, ceiling)
        tone, label = 0.25 + 0.55 * place / len(bands), f"{round(100 * (1 - 2 * low))} %"
        axes.fill_between(ahead, floor, inner[0], color=SKY, alpha=tone, linewidth=0, label=label)
        axes.fill_between(ahead, inner[1], ceiling, color=SKY, alpha=tone, linewidth=0)
    if 0.5 in quantiles:
        axes.plot(ahead, quantiles[0.5], color=BLUE, linewidth=2.2, label="median")
    axes.plot(np.arange(first), actual[:first], color=GREY, linewidth=1.2, label="known")
    came = np.arange(first, actual.size)
    axes.plot(came, actual[first:], "o-", color=ORANGE, markersize=4.5, linewidth=0.8, label="came")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("period")
    axes.set_ylabel("units")
    axes.set_title(title, color=GREY, fontsize=10)
    _legend(figure)
    return figure


@dataclass(frozen=True)
class _Scored:
    """The scored periods of one replay: [n, periods] each."""

    parts: dict[str, Floats]
    demand: Numbers
    short: Numbers
    on_hand: Numbers

    @classmethod
    def of(cls, one: Replay, first_period: int) -> _Scored:
        parts = {name: getattr(one, name)[:, first_period:] for name in PARTS}
        return cls(parts, *(values[:, first_period:] for values in (one.demand, one.short, one.on_hand)))

    @property
    def cost_of_row(self) -> Floats:
        """[n]"""
        total: Floats = sum(part.sum(axis=1) for part in self.parts.values())
        return total


def _method_row(name: str, one: _Scored, reference: _Scored, cluster: npt.NDArray[np.generic] | None) -> dict[str, Any]:
    cost, base = one.cost_of_row, reference.cost_of_row
    difference = measure.paired_difference(cost, base, cluster)
    of_all, percent = cost.size, 100 * cost.size / base.sum() if base.sum() else float("nan")
    return {
        "method": name,
        **{part: float(values.sum()) for part, values in one.parts.items()},
        "cost": float(cost.sum()),
        "fill_rate": float(measure.fill_rate(one.demand.ravel(), one.short.ravel())),
        "availability": float(measure.availability(one.on_hand.ravel())),
        "average_inventory": float(measure.average_inventory(one.on_hand.sum(axis=0))),
        "difference": difference.mean * of_all,
        "standard_error": difference.standard_error * of_all,
        "difference_percent": difference.mean * percent,
        "standard_error_percent": difference.standard_error * percent,
    }


def _told(row: dict[str, Any]) -> str:
    """A bar's figure: the cost, and how far from the reference."""
    if row["difference"] == 0 and row["standard_error"] == 0:
        return f"{row['cost']:,.0f}"
    return f"{row['cost']:,.0f} ({row['difference_percent']:+.1f} ± {row['standard_error_percent']:.1f} %)"


def _opposite(low: float, quantiles: Mapping[float, Floats]) -> Floats:
    for probability, values in quantiles.items():
        if abs(probability + low - 1) < 1e-9:
            return values
    raise Refused(
        f"The fan has the quantile {low:g}, but not {1 - low:g}; a band needs both.",
        code="quantile_missing",
        probability=low,
    )


def _figure(width_inches: float, height_inches: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise Refused(
            "A plot needs matplotlib, which is not installed: pip install 'ownstock[reports]'.", code="extra_missing"
        ) from None
    return Figure(figsize=(width_inches, height_inches), layout="constrained", facecolor="none")


def _legend(figure: Figure) -> None:
    figure.legend(loc="outside upper center", ncols=6, frameon=False, labelcolor=GREY, fontsize=9)


def _quiet(axes: Axes) -> Axes:
    """Axes without a frame, in grey, on nothing."""
    axes.set_facecolor("none")
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(GREY)
    axes.tick_params(colors=GREY, labelsize=9)
    axes.xaxis.label.set_color(GREY)
    axes.yaxis.label.set_color(GREY)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    return axes
