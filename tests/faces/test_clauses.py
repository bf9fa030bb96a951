"""Clauses as people keep them by command, and read them on an order's page and on the supplier's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.access.actions import create_api_key
from ownstock.access.rules import Scope
from ownstock.catalog.models import Clause, ClauseRequirement
from tests.answer_cases import PUBLIC, placed, shop_of_one_supplier, token_of
from tests.faces.test_cli import answer, run
from tests.factories import ACTOR, small_business
from tests.purchasing_cases import placed_order
from tests.web_cases import read, signed_in

pytestmark = pytest.mark.django_db
WHY = ("--reason", "Asked for by our customer.")


def test_a_clause_is_kept_required_read_on_the_order_and_waived(tmp_path: Path) -> None:
    shop = small_business()
    file = tmp_path / "clause.txt"
    file.write_text("Tell us of changes.\n<b>Pass it on.</b>\n", encoding="utf-8")
    assert answer("clause", "keep", "Q-1", "--file", file).stdout == "Q-1 is kept as version 1.\n"
    answer("clause", "keep", "Q-1", "--text", "Tell us of every change.\n<b>Pass it on.</b>")
    for _ in range(2):
        answer("clause", "require", "Q-1", "--sku", "CUP", *WHY)
    [need] = json.loads(answer("clause", "needs", "--json").stdout)
    assert need == {"code": "Q-1", "supplier": "all", "category": "all", "sku": "CUP"}
    [kept] = json.loads(answer("clause", "list", "--json").stdout)
    assert kept["version"] == 2
    order = placed_order(shop)
    shown = read(signed_in().get(reverse("web:order", args=[order.number])))
    assert "Q-1, version 2 line 1 Tell us of every change. <b>Pass it on.</b>" in shown.text
    answer("clause", "waive", "Q-1", "--sku", "CUP", *WHY)
    assert (ClauseRequirement.objects.count(), Clause.objects.count()) == (0, 2)


def test_a_program_keeps_a_clause_and_its_next_version() -> None:
    small_business()
    program = Client(headers={"Authorization": f"Bearer {create_api_key('quality', scopes=Scope, actor=ACTOR)}"})
    texts = ("Keep records.", "Keep records.", "Keep records for ten years.")
    said = [
        program.post("/api/clauses", {"code": "Q-1", "text": text}, content_type="application/json") for text in texts
    ]
    assert [(one.status_code, one.json()["version"]) for one in said] == [(201, 1), (201, 1), (201, 2)]
    assert program.get("/api/clauses").json() == [{"code": "Q-1", "version": 2, "text": texts[2]}]
    blank = program.post("/api/clauses", {"code": " ", "text": "x"}, content_type="application/json")
    assert (blank.status_code, blank.json()["code"]) == (422, "bad_clause")


def test_the_supplier_reads_the_clauses_where_it_answers(settings: Any) -> None:
    settings.PUBLIC_URL, settings.SMTP_URL = PUBLIC, ""
    shop = shop_of_one_supplier()
    answer("clause", "keep", "Q-1", "--text", "Tell us of changes.")
    answer("clause", "require", "Q-1", "--supplier", "ALPHA", *WHY)
    shown = read(Client().get(f"/answer/{token_of(placed(shop, 120, 30))}"))
    assert "Clause Q-1, version 1 line 1, 2 Tell us of changes." in shown.text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("keep", "Q-1"), "Say --text or --file."),
        (("keep", "Q" * 41, "--text", "x"), "A clause has a code of 1 to 40 characters"),
        (("keep", "Q-1", "--text", "x" * 10_001), "and a text of 1 to 10,000."),
        (("keep", "Q-1", "--file", "/nowhere.txt"), "There is no file /nowhere.txt."),
        (("require", "Q-9", *WHY), "There is no clause Q-9; keep its text first."),
        (("require", "Q-0", "--reason", " "), "Say why Q-0 stands on orders."),
        (("require", "Q-0", "--sku", "SAUCER", *WHY), "There is no item SAUCER"),
        (("require", "Q-0", "--sku", "CUP", "--category", "china", *WHY), "Name a category or an item, not both."),
        (("waive", "Q-0", *WHY), "Q-0 does not stand there"),
    ],
)
def test_what_is_no_clause_is_refused_in_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    small_business()
    answer("clause", "keep", "Q-0", "--text", "Keep records.")
    assert sentence in run("clause", *words).stderr
    assert (Clause.objects.count(), ClauseRequirement.objects.count()) == (1, 0)
