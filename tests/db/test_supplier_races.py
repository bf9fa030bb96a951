"""Several people at the register of suppliers at once: one agreement a day, one decision, one list of prices."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from ownstock.base.errors import OwnstockError
from ownstock.catalog import actions
from ownstock.catalog.imports import import_price_lists
from ownstock.catalog.models import Agreement, PriceBreak, Qualification
from ownstock.catalog.rules import QualificationState
from ownstock.journal.models import AuditEvent
from tests.db.test_races import CLIENTS, together
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.usefixtures("committed_db")
BEGAN = date(2026, 1, 1)


def test_of_overlapping_agreements_at_once_one_is_kept_and_the_others_are_refused() -> None:
    small_business()
    calls = [
        partial(actions.keep_agreement, "ALPHA", f"F-{number}", {"valid_from": BEGAN}, actor=ACTOR)
        for number in range(CLIENTS)
    ]
    answers = together(calls)
    refused = [answer for answer in answers if isinstance(answer, OwnstockError)]
    assert {refusal.code for refusal in refused} == {"agreements_overlap"}
    assert (len(refused), Agreement.objects.count()) == (CLIENTS - 1, 1)
    assert AuditEvent.objects.filter(verb="catalog.agreement_kept").count() == 1


def test_the_same_decision_at_once_is_one() -> None:
    small_business()
    decide = partial(
        actions.qualify, "ALPHA", QualificationState.BLOCKED, valid_from=BEGAN, reason="Insolvent.", actor=ACTOR
    )
    assert not [answer for answer in together([decide] * CLIENTS) if isinstance(answer, OwnstockError)]
    assert Qualification.objects.count() == 1
    assert AuditEvent.objects.filter(verb="catalog.qualified").count() == 1


def test_the_same_price_list_at_once_leaves_its_prices_once(tmp_path: Path) -> None:
    small_business()
    path = tmp_path / "prices.csv"
    path.write_text("supplier,sku,price,currency,valid_from\nALPHA,CUP,2.60,EUR,2026-04-01\n", encoding="utf-8")
    together([partial(import_price_lists, path, actor=ACTOR)] * CLIENTS)
    assert [str(one.price) for one in PriceBreak.objects.all()] == ["2.6000"]
