"""Quantities that somebody edits in a saved file and brings back: seen first, then set, all or none."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ownstock.planning.actions.edits import QuantityChange, change_quantity
from ownstock.planning.models import ProposalEdit
from tests.factories import ACTOR
from tests.web_cases import pending, planned_shop, read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    planned_shop()
    return signed_in()


def saved(client: Client) -> list[dict[str, str]]:
    """The rows of the file that the page of proposals saves."""
    answer = client.get(reverse("web:proposal-file", args=["csv"]))
    text = answer.getvalue().decode()
    return list(csv.DictReader(io.StringIO(text)))


def brought(client: Client, rows: list[dict[str, str]], **said: str) -> str:
    """What the page says of a file of these rows."""
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    file = SimpleUploadedFile("edited.csv", written.getvalue().encode())
    answer = client.post(reverse("web:proposal-from-file"), {"file": file, **said})
    return str(answer.content.decode())


def changed(rows: list[dict[str, str]], sku: str, **cells: str) -> list[dict[str, str]]:
    """The rows, with other cells in one of them."""
    return [{**row, **cells} if row["sku"] == sku else row for row in rows]


def hidden(page: str) -> Mapping[str, str]:
    """What the form behind the button sends."""
    return {"changes": page.split('name="changes" value="')[1].split('"')[0]}


def test_what_a_file_would_change_is_seen_and_then_set_with_its_reason(client: Client) -> None:
    cup, plate = pending("CUP"), pending("PLATE")
    more = str(int(cup.quantity) + 12)
    page = brought(client, changed(saved(client), "CUP", quantity=more, reason_code="price", reason="Rebate in May"))
    assert "1 quantity would change" in page
    assert not ProposalEdit.objects.exists(), "Looking sets nothing."
    told = client.post(reverse("web:proposal-from-file"), hidden(page), follow=True)
    assert "1 quantity is set." in read(told).text
    edit = ProposalEdit.objects.get()
    assert (edit.proposal_id, edit.reason_code, edit.reason) == (cup.pk, "price", "Rebate in May")
    assert pending("CUP").quantity == int(more)
    assert pending("PLATE").quantity == plate.quantity


def test_a_german_spreadsheet_reads_the_file_and_what_it_writes_comes_back_whole(client: Client) -> None:
    client.post(reverse("web:language"), {"language": "de"})
    answer = client.get(reverse("web:proposal-file", args=["csv"]))
    written = answer.getvalue()
    assert written.startswith(codecs.BOM_UTF8)
    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))
    [cup] = [row for row in rows if row["sku"] == "CUP"]
    assert cup["quantity"] == f"{int(pending('CUP').quantity)},0"
    assert not re.fullmatch(r"[\d.,:/eE+-]+", cup["version"]), "A spreadsheet would take it for a date or a number."
    # As Excel saves it: semicolons, its own bytes, no digits after the comma where there are none.
    more = int(pending("CUP").quantity) + 12
    kept = io.StringIO()
    writer = csv.DictWriter(kept, rows[0], delimiter=";")
    writer.writeheader()
    own = {"quantity": f"{more},00", "reason_code": "other", "reason": "Für Mai"}
    writer.writerows(changed(rows, "CUP", **own))
    file = SimpleUploadedFile("edited.csv", kept.getvalue().encode("cp1252"))
    page = client.post(reverse("web:proposal-from-file"), {"file": file}).content.decode()
    client.post(reverse("web:proposal-from-file"), hidden(page))
    assert (pending("CUP").quantity, ProposalEdit.objects.get().reason) == (more, "Für Mai")


def test_every_row_at_fault_is_named_with_what_to_do_and_nothing_is_set(client: Client) -> None:
    rows = changed(saved(client), "CUP", quantity="7.5", reason_code="price")
    rows = changed(rows, "PLATE", quantity=str(int(pending("PLATE").quantity) + 12), reason_code="because")
    page = brought(client, rows)
    assert "Nothing is set: mend this and bring the file again" in page
    assert "is no reason: write one of" in page
    assert page.count("<tr><td") == 2
    dated = changed(saved(client), "CUP", quantity="60", version="12.05.1948", reason_code="price")
    page = brought(client, dated)
    assert "12.05.1948" in page
    assert "This is not what was saved here" in page
    assert "was changed by" not in page
    gone = changed(saved(client), "CUP", id="999999", quantity="12", reason_code="price")
    assert "No such proposal waits any more" in brought(client, gone)
    assert not ProposalEdit.objects.exists()


def test_a_row_that_somebody_changed_meanwhile_is_a_conflict_with_both_quantities(client: Client) -> None:
    rows, cup = saved(client), pending("CUP")
    theirs, mine = int(cup.quantity) + 12, int(cup.quantity) + 24
    change_quantity([QuantityChange(cup.pk, Decimal(theirs), None)], reason_code="price", reason="", actor=ACTOR)
    page = brought(client, changed(rows, "CUP", quantity=str(mine), reason_code="price"))
    assert f"now {theirs}, you set {mine}" in page
    looked = brought(client, changed(saved(client), "CUP", quantity=str(mine), reason_code="price"))
    change_quantity([QuantityChange(cup.pk, Decimal(theirs + 36), None)], reason_code="price", reason="", actor=ACTOR)
    answer = client.post(reverse("web:proposal-from-file"), hidden(looked))
    assert answer.status_code == 409, "It was changed between looking and setting."
    assert pending("CUP").quantity == theirs + 36


def test_a_file_that_changes_nothing_says_so(client: Client) -> None:
    assert "every quantity in it stands already" in brought(client, saved(client), reason_code="price")
    assert client.post(reverse("web:proposal-from-file"), {"changes": "forged"}).status_code == 422
