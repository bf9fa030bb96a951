"""Sheets and links on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ownstock.exchange import answer_links, queries
from ownstock.exchange.papers import order_csv
from ownstock.purchasing.models import PurchaseOrder
from tests.answer_cases import PUBLIC, placed, revision_of, shop_of_one_supplier
from tests.faces.test_cli import answer, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(settings: Any) -> PurchaseOrder:
    settings.PUBLIC_URL = PUBLIC
    return placed(shop_of_one_supplier(), 120)


def test_a_sheet_is_taken_down_once(order: PurchaseOrder, tmp_path: Path) -> None:
    sent = order_csv.render(queries.written_order(revision_of(order), written_at=order.created_at)).decode()
    file = tmp_path / "filled.csv"
    file.write_text(sent.replace(",,case,,", ",20,case,2026-03-12,"), encoding="utf-8")
    for outcome in ("taken down", "known already"):
        told = answer("order", "answer-file", file, "--json")
        assert json.loads(told.stdout) == [{"number": order.number, "lines": 1, "outcome": outcome}]
    file.write_text(sent, encoding="utf-8")
    refused = run("order", "answer-file", file)
    assert (refused.exit_code, "no row is filled in" in refused.stderr) == (1, True)


def test_a_link_is_made_anew_and_ended(order: PurchaseOrder) -> None:
    address = answer("order", "answer-link", order.number).stdout.strip()
    assert address.startswith(f"{PUBLIC}/answer/")
    token = address.rpartition("/")[2]
    assert answer_links.live_link(token) is not None
    ended = answer("order", "revoke-links", order.number, "--reason", "forwarded")
    assert f"1 link to {order.number} open" in ended.stdout
    assert answer_links.live_link(token) is None
