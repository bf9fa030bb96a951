"""The steps of a plan, in order: history → forecast → decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import NONE, Floats, Ints, take
from ownstock.engine.arrivals import LeadTimes, OpenArrivals, lead_times_of, open_arrivals
from ownstock.engine.corrections import without_events
from ownstock.engine.forecast import global_model, profiles
from ownstock.engine.forecast.demand_forecast import DemandForecast
from ownstock.engine.forecast.drivers import drivers_of
from ownstock.engine.forecast.global_model import GlobalModel
from ownstock.engine.forecast.groups import groups_of
from ownstock.engine.forecast.profiles import Pool
from ownstock.engine.frames import Checked
from ownstock.engine.history import DemandHistory, dense
from ownstock.engine.known_demand import known_demand_of
from ownstock.engine.policy.newsvendor import critical_ratio, over_cost
from ownstock.engine.propose import GOALS, Proposal, Question, propose


def plan(
    history: pl.DataFrame | DemandHistory,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    profile: str = "fast",
    groups: pl.DataFrame | None = None,
    lead_times: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    endings: pl.DataFrame | None = None,
    drivers: pl.DataFrame | None = None,
    today: date | None = None,
    pool: Pool | None = None,
    model: GlobalModel | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> pl.DataFrame:
    """How much to order now of every item-site in `supply`, and the numbers behind it.

    Frames in: `frames.HISTORY` (or a DemandHistory), `POSITION`, `ARRIVALS`, `SUPPLY`, `ECONOMICS`, and where they are
    known `groups` (item_site and any columns that item-sites may share; the first of them shares a season),
    `LEAD_TIMES`, `KNOWN` demand (what customers have ordered for days to come), `events` that change demand, past and to
    come (`corrections.EVENTS`), `endings`, the days from which item-sites are not sold any more (`corrections.ENDINGS`),
    and, for the profile `best`, `drivers`, prices and promotions past and planned (`forecast.drivers.DRIVERS`). Frame out:
    `frames.PLAN`, one row for each row of `supply`, in its order. `profile` says how demand is forecast (see
    `forecast_demand`). `today` is the day of the decision, by default the day after the last bucket of history. A `pool`
    (see `learn`) plans some item-sites as they would be planned in the company of those it was learned from; groups it does
    not know are planned by what all told.

    The order decided today arrives in `lead_time_days` and must last `review_period_days` until the next one arrives.
    Open arrivals up to the lead time (on its day: before the order) take part in the projection; those inside the
    review period count as available in it; later ones are listed but do not count. Known demand is a part of what the
    forecast expects of its bucket: of both the larger counts, never their sum. The same frames give the same plan,
    whatever the number of threads. Raises Refused when a frame does not fit its schema.
    """
    checked = frames.check_all(position, arrivals, supply, economics, lead_times, known)
    expected, _ = forecast_of(
        history, checked, profile, groups, today, pool, model, seed, threads, events=events, endings=endings,
        drivers=drivers,
    )  # fmt: skip
    return _decide(expected, checked, looks_ahead=True, threads=threads)


def forecast_demand(
    history: pl.DataFrame | DemandHistory,
    supply: pl.DataFrame,
    *,
    profile: str = "fast",
    groups: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    endings: pl.DataFrame | None = None,
    drivers: pl.DataFrame | None = None,
    today: date | None = None,
    pool: Pool | None = None,
    model: GlobalModel | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> pl.DataFrame:
    """What will be wanted of every item-site in `supply`: `frames.FORECAST`, a row for each, in its order.

    It reaches from today over the lead time and two review periods. Profiles:

    - `fast`: shared season, eleven plain methods judged on each series and combined;
    - `best`: the same, corrected by one gradient-boosted model over all item-sites (needs LightGBM).

    Arguments and errors as in `plan`.
    """
    supply = frames.check(supply, frames.SUPPLY)
    of_all = groups_of(groups, supply, _names(pool, model))
    lead_days, review_days = (supply[name].to_numpy() for name in ("lead_time_days", "review_period_days"))
    return profiles.forecast(
        history_of(history, supply), groups=of_all, lead_days=lead_days, review_days=review_days, profile=profile,
        today=today, pool=pool, money=None, model=model, events=events, endings=endings,
        drivers=drivers, seed=seed, threads=threads,
    )[0]  # fmt: skip


def learn(
    history: pl.DataFrame | DemandHistory, position: pl.DataFrame, arrivals: pl.DataFrame, supply: pl.DataFrame,
    economics: pl.DataFrame, *, groups: pl.DataFrame | None = None, events: pl.DataFrame | None = None,
    threads: int | None = None,
) -> Pool:  # fmt: skip
    """What all item-sites of `supply` tell of each: season, how the methods did, how groups move, how wide demand is.

    Arguments and errors as in `plan`, which learns the same where it is given no pool.
    """
    checked = frames.check_all(position, arrivals, supply, economics)
    return forecast_of(history, checked, "fast", groups, None, None, None, 0, threads, events=events)[1]


def decide(
    forecast: pl.DataFrame,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    lead_times: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    looks_ahead: bool = True,
    threads: int | None = None,
) -> pl.DataFrame:
    """How much to order now by a forecast of your own: `frames.FORECAST` in place of history, else as `plan`.

    Of the forecast only `item_site`, `mean_by_bucket`, `bucket_days` and `variance_ratio` are needed. `looks_ahead` off
    decides for the window alone (Zipkin's "myopic" policy), on for it and the next where sales are lost.
    """
    checked = frames.check_all(position, arrivals, supply, economics, lead_times, known)
    expected = frames.check(forecast, frames.FORECAST, checked.supply.schema["item_site"])
    expected = frames.one_row_each(expected, frames.FORECAST, checked.supply)
    return _decide(expected, checked, looks_ahead=looks_ahead, threads=threads)


def decisions_at(forecast: pl.DataFrame, supply: pl.DataFrame, economics: pl.DataFrame) -> Callable[[Ints], Proposal]:
    """What `decide` answers in positions of each item-site that are asked for one after the other or many at once.

    The frames are checked once, however often the answer is called. usable [n, k] whole units, a row for each row of
    supply, with nothing on its way, owed or known → columns of [n * k], position by position of each item-site.
    """
    n = supply.height
    position = pl.DataFrame({"item_site": supply["item_site"], "usable": np.zeros(n, np.int64), "backordered": 0.0})
    checked = frames.check_all(position, pl.DataFrame(), supply, economics)
    expected = frames.check(forecast, frames.FORECAST, checked.supply.schema["item_site"])
    demand = demand_forecast_of(frames.one_row_each(expected, frames.FORECAST, checked.supply))
    question, leads = question_of(checked), lead_times_of(checked.supply, checked.lead_times)

    def at(usable: Ints) -> Proposal:
        rows = np.repeat(np.arange(n), usable.shape[1])
        nothing, none_yet = np.zeros(0, np.int64), np.zeros(rows.size, np.int64)
        return propose(
            replace(take(question, rows), net_on_hand=usable.ravel()), take(demand, rows),
            OpenArrivals(nothing, nothing, nothing, none_yet, none_yet, nothing),
            replace(take(leads, rows), first=np.arange(rows.size)), looks_ahead=True,
        )  # fmt: skip

    return at


def inputs(
    history: pl.DataFrame | DemandHistory,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    lead_times: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    buckets: int = 26,
) -> pl.DataFrame:
    """What `plan`, called with the same frames, decides from: one row for each row of `supply`, in its order.

    Columns: item_site; `weeks`, a list of {week_start_on, demand, in_stock_fraction} of the last `buckets` buckets, oldest
    first, demand net of returns; `arrivals`, a list of {arrives_in_days, quantity, is_in_quarantine} as expected, and
    `known`, one of {wanted_in_days, quantity, is_transfer}, soonest first; `lead_times`, where they are uncertain a list of
    {lead_time_days, probability, arrivals}, the shortest first, with the list of what arrives then (null: as expected); and
    the columns of `frames.POSITION`, `SUPPLY` and `ECONOMICS`. With the forecast of its row of the plan, each row is enough
    to recompute the decision. Raises Refused as `plan` does.
    """
    checked = frames.check_all(position, arrivals, supply, economics, lead_times, known)
    lists = [_arrival_lists(checked), _lists(checked.known, "known", checked.supply), _lead_time_lists(checked)]
    return (
        checked.supply.select("item_site", _week_lists(history_of(history, checked.supply), buckets))
        .hstack(lists)
        .hstack(checked.position.drop("item_site"))
        .hstack(checked.supply.drop("item_site"))
        .hstack(checked.economics.drop("item_site"))
    )


def _arrival_lists(checked: Checked) -> pl.Series:
    """Open arrivals as expected, one list for each item-site of supply."""
    expected = checked.arrivals.filter(pl.col("scenario") == 0).drop("scenario")
    return _lists(expected, "arrivals", checked.supply)


def _lead_time_lists(checked: Checked) -> pl.Series:
    """Uncertain lead times, each with what arrives where it is that, one list for each item-site of supply."""
    units = pl.struct("arrives_in_days", "quantity")
    coming = checked.arrivals.filter(pl.col("scenario") > 0).sort("arrives_in_days", "quantity")
    coming = coming.group_by("item_site", "scenario", maintain_order=True).agg(arrivals=units)
    leads = checked.lead_times.join(coming, on=["item_site", "scenario"], how="left")
    nothing = pl.lit([], dtype=pl.List(coming.schema["arrivals"].inner))  # type: ignore[attr-defined]
    seen = pl.when(pl.col("scenario") > 0).then(pl.col("arrivals").fill_null(nothing)).alias("arrivals")
    leads = leads.sort("item_site", "lead_time_days", "scenario")
    return _lists_as_they_are(
        leads.select("item_site", "lead_time_days", "probability", seen), "lead_times", checked.supply
    )


def _lists(dated: pl.DataFrame, name: str, supply: pl.DataFrame) -> pl.Series:
    """The rows of a frame as one list for each item-site of supply, soonest first."""
    return _lists_as_they_are(dated.sort(dated.columns[1:]), name, supply)


def _lists_as_they_are(rows: pl.DataFrame, name: str, supply: pl.DataFrame) -> pl.Series:
    columns = rows.columns[1:]
    each = rows.group_by("item_site", maintain_order=True).agg(pl.struct(columns).alias(name))
    joined = supply.select("item_site").join(each, on="item_site", how="left", maintain_order="left")
    return joined[name].fill_null([])


def forecast_of(
    history: pl.DataFrame | DemandHistory,
    checked: Checked,
    profile: str,
    groups: pl.DataFrame | None,
    today: date | None,
    pool: Pool | None,
    model: GlobalModel | None,
    seed: int,
    threads: int | None,
    *,
    events: pl.DataFrame | None = None,
    endings: pl.DataFrame | None = None,
    drivers: pl.DataFrame | None = None,
    ahead_days: int = 0,
) -> tuple[pl.DataFrame, Pool]:
    """The forecast of checked frames and what all series told; it reaches `ahead_days` from today at least."""
    lead_times, question = lead_times_of(checked.supply, checked.lead_times), question_of(checked)
    return profiles.forecast(
        history_of(history, checked.supply),
        groups=groups_of(groups, checked.supply, _names(pool, model)),
        lead_days=lead_times.longest(),
        review_days=question.review_period_days,
        profile=profile,
        today=today,
        ahead_days=ahead_days,
        pool=pool,
        money=profiles.Money(question.over, question.under),
        model=model,
        events=events,
        endings=endings,
        drivers=drivers,
        seed=seed,
        threads=threads,
    )


def _names(pool: Pool | None, model: GlobalModel | None) -> Mapping[str, Sequence[str]] | None:
    """The names of groups by which a pool and a model speak; None where there is neither."""
    if pool and model and pool.groups != model.groups:
        raise Refused(
            "The pool and the model were learned from different groups; learn both from the same item-sites.",
            code="groups_differ",
        )
    return pool.groups if pool else model.groups if model else None


def train(
    history: pl.DataFrame | DemandHistory, supply: pl.DataFrame, *, groups: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None, drivers: pl.DataFrame | None = None, seed: int = 0, threads: int | None = None,
) -> GlobalModel:  # fmt: skip
    """The global model of the `best` profile, to be used for several plans: `plan(..., profile="best", model=model)`.

    Without it, every plan with that profile trains its own. Arguments and errors as in `plan`.
    """
    supply = frames.check(supply, frames.SUPPLY)
    dense_history, of = history_of(history, supply), groups_of(groups, supply)
    if events is not None:
        dense_history = without_events(dense_history, events)
    protection = profiles.protection_buckets(
        dense_history, supply["lead_time_days"].to_numpy(), supply["review_period_days"].to_numpy()
    )
    known = None if drivers is None else drivers_of(drivers, dense_history, 0)
    return global_model.train(dense_history, of, protection, seed, threads, known)


def history_of(history: pl.DataFrame | DemandHistory, supply: pl.DataFrame) -> DemandHistory:
    """Dense history in the order of supply."""
    if isinstance(history, pl.DataFrame):
        return dense(frames.check_history(history, supply), supply.select("item_site"))
    return history.of(supply["item_site"])


def _decide(expected: pl.DataFrame, checked: Checked, *, looks_ahead: bool, threads: int | None) -> pl.DataFrame:
    demand = demand_forecast_of(expected)
    coming = open_arrivals(checked.arrivals, checked.supply)
    lead_times = lead_times_of(checked.supply, checked.lead_times)
    question, known = question_of(checked), known_demand_of(checked.known, checked.supply)
    proposal = propose(question, demand, coming, lead_times, known, looks_ahead=looks_ahead, threads=threads)
    decided = {
        "item_site": checked.supply["item_site"],
        **{of.name: pl.Series(of.name, getattr(proposal, of.name)) for of in fields(proposal)},
        "arriving_later": _later(question, coming, lead_times),
        "critical_ratio": pl.Series(critical_ratio(question.under, question.over)),
    }
    named = {column.name: expected[column.name] for column in frames.FORECAST.columns[1:]}
    return frames.result(_with_nulls(decided) | named, frames.PLAN)


def demand_forecast_of(expected: pl.DataFrame) -> DemandForecast:
    """The forecast frame as arrays; shorter lists go on as they end."""
    means = expected["mean_by_bucket"]
    if isinstance(means.dtype, pl.Array):
        mean: Floats = np.ascontiguousarray(means.to_numpy())
    else:
        longest = int(means.list.len().max() or 1)  # type: ignore[arg-type]
        listed = pl.col("mean_by_bucket").list
        places = [listed.get(k, null_on_oob=True).fill_null(listed.last()).alias(str(k)) for k in range(longest)]
        mean = expected.select(places).to_numpy().astype(np.float64, order="C").reshape(expected.height, longest)
    return DemandForecast(mean, expected["variance_ratio"].to_numpy(), expected["bucket_days"].to_numpy())


def question_of(checked: Checked) -> Question:
    """What checked frames ask, a row for each of supply."""
    position, supply, economics = checked.position, checked.supply, checked.economics
    review = supply["review_period_days"].to_numpy()
    return Question(
        net_on_hand=(position["usable"] - position["backordered"]).to_numpy(),
        review_period_days=review,
        moq=supply["moq"].to_numpy(),
        order_multiple=supply["order_multiple"].to_numpy(),
        over=over_cost(supply["unit_cost"].to_numpy(), economics["holding_rate"].to_numpy(), review),
        under=economics["shortage_cost"].to_numpy(),
        goal=economics["goal"].replace_strict(GOALS, range(len(GOALS)), return_dtype=pl.Int64).to_numpy(),
        target=economics["target"].to_numpy(),
        is_lost=(economics["unserved_demand"] == "lost").to_numpy(),
    )


def _later(question: Question, coming: OpenArrivals, lead_times: LeadTimes) -> pl.Series:
    """Units of open arrivals that come too late to count."""
    horizon = lead_times.longest() + question.review_period_days
    return pl.Series(coming.total(horizon, np.full_like(horizon, frames.MOST_DAYS + 1)))


def _week_lists(history: DemandHistory, buckets: int) -> pl.Series:
    """One list of buckets per item-site, oldest first."""
    rows, known = history.demand.shape
    last = min(buckets, known)
    flat = pl.DataFrame(
        {
            "place": np.repeat(np.arange(rows), last),
            "week_start_on": np.tile(history.bucket_starts(known)[known - last :], rows),
            "demand": history.demand[:, known - last :].astype(np.float64).ravel(),
            "in_stock_fraction": history.in_stock[:, known - last :].astype(np.float64).ravel(),
        },
        schema_overrides={"week_start_on": pl.Date},
    )
    lists = flat.group_by("place", maintain_order=True).agg(weeks=pl.struct(pl.exclude("place")))
    return pl.DataFrame({"place": np.arange(rows)}).join(lists, on="place", how="left")["weeks"].fill_null([])


def _with_nulls(columns: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Null where the arrays can only say "not a number" or NONE."""
    absent = {column.name for column in frames.DECISION_COLUMNS if column.may_be_null}
    for name in absent:
        values = columns[name]
        is_absent = values.is_nan() if values.dtype == pl.Float64 else values == NONE
        columns[name] = pl.select(pl.when(~is_absent).then(values)).to_series()
    return columns
