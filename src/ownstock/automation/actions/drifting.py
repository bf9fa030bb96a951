"""Telling people whose forecast drifted, with what it costs."""

from __future__ import annotations

from datetime import date

from ownstock.automation.queries.drift import drifted
from ownstock.automation.queries.policy import drift_limits, policy
from ownstock.automation.rules.drift import ENDED, FORECAST_DRIFT, said_of_drifts
from ownstock.catalog.queries import base_currency
from ownstock.journal.worklist import Told, tell_all


def tell_drift(today: date) -> int:
    """Bring the alerts about forecasts that drifted in line with the weeks until now; returns how many are new."""
    limits = drift_limits(policy())
    said = said_of_drifts(drifted(limits, today), limits.weeks, limits.bias_percent, base_currency())
    return tell_all([FORECAST_DRIFT], [Told(**one) for one in said], because=ENDED)
