"""Set-up by its faces: every step leads on, what the data lack is told alike on the page, by command and by the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ownstock.exchange.models import SetUp, UploadedFile
from ownstock.exchange.set_up.health import health_now
from tests.web_cases import planned_shop, read, signed_in

pytestmark = pytest.mark.django_db
COMPANY = {"name": "Muster GmbH", "currency": "EUR", "site": "Lager", "time_zone": "Europe/Berlin"}


@pytest.fixture
def client(tmp_path: Path, settings: object) -> Client:
    """A browser in which Anna is signed in, on an installation without any file."""
    settings.UPLOADS_FOLDER = tmp_path / "uploads"  # type: ignore[attr-defined]
    return signed_in()


def bring(client: Client, name: str, content: str) -> UploadedFile:
    client.post("/set-up/files", {"files": [SimpleUploadedFile(name, content.encode())]})
    return UploadedFile.objects.get(name=name)


def test_an_empty_installation_offers_two_ways_and_each_visit_goes_on_where_it_was(client: Client) -> None:
    start = read(client.get("/set-up"))
    assert "Begin with my files" in start.text
    assert "can only be removed with the database" in start.found.__repr__()
    assert client.post("/set-up/company", COMPANY)["Location"] == "/set-up/files"
    assert client.get("/set-up")["Location"] == "/set-up/files"
    file = bring(client, "items.csv", "Item;Name;Cost\nCUP;Cup;2,50\n")
    assert (file.file_kind, file.state) == ("items", "ready")
    assert "Next: what is assumed" in read(client.get("/set-up/files")).text
    figures = {"lead_time_days": 14, "review_period_days": 7, "holding_percent": 25, "margin_percent": 40}
    assert client.post("/set-up/assumptions", figures)["Location"] == "/set-up/work"
    assert client.get("/set-up")["Location"] == "/set-up/work"
    assert "Waiting for the worker" in read(client.get("/set-up/work")).text
    refused = client.post(f"/set-up/files/{file.pk}/remove")
    assert (refused.status_code, "at work" in read(refused).text) == (409, True)
    assert SetUp.objects.get().state == "at_work"


def test_faults_are_shown_by_row_and_told_as_csv_that_a_spreadsheet_may_open(client: Client) -> None:
    client.post("/set-up/company", COMPANY)
    file = bring(client, "items.csv", "Item;Name;Cost\nCUP;Cup;=1+1\nPLATE;Plate;3,10\nPOT;Pot;2,20\n")
    page = read(client.get(f"/set-up/files/{file.pk}"))
    assert "1 fault" in page.text
    assert "Leave these rows out" in page.text
    told = client.get(f"/set-up/files/{file.pk}/faults").content.decode()
    assert "\n2,unit_cost,'=1+1," in told.replace("\r", "")
    client.post(f"/set-up/files/{file.pk}/leave-out")
    file.refresh_from_db()
    assert file.state == "ready"


def test_a_heading_may_mean_only_one_field_and_a_file_another_thing(client: Client) -> None:
    client.post("/set-up/company", COMPANY)
    file = bring(client, "x.csv", "Thing;Colour\nCUP;red\n")
    assert file.state == "asking"
    client.post(f"/set-up/files/{file.pk}/kind", {"kind": "items", "preset": "plain"})
    answer = client.post(f"/set-up/files/{file.pk}", {"heading_0": "sku", "heading_1": "sku"})
    assert "cannot both be sku" in read(answer).text
    client.post(f"/set-up/files/{file.pk}", {"heading_0": "sku", "heading_1": "description"})
    file.refresh_from_db()
    assert (file.state, file.mapping) == ("ready", {"Thing": "sku", "Colour": "description"})


def test_a_file_of_another_kind_is_refused_in_a_sentence(client: Client) -> None:
    client.post("/set-up/company", COMPANY)
    answer = client.post("/set-up/files", {"files": [SimpleUploadedFile("items.pdf", b"%PDF")]})
    assert (answer.status_code, "save it as CSV or XLSX" in read(answer).text) == (422, True)


def test_what_the_data_lack_is_a_page_of_counted_sentences() -> None:
    planned_shop()
    client = signed_in()
    page = read(client.get("/set-up/health"))
    findings = health_now().findings
    assert findings
    assert all(finding.sentence in page.text for finding in findings)
    told = client.get("/api/data-health").json()
    assert [one["sentence"] for one in told["findings"]] == [finding.sentence for finding in findings]
