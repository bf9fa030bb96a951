"""Many suppliers' invoices brought as one file to a page: seen as they would stand, then taken in, all or none."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from ownstock.access.models import User
from ownstock.access.rules import Role
from ownstock.journal.models import Alert, AuditEvent
from ownstock.purchasing import actions
from ownstock.purchasing.invoice_files import FIELDS, MOST_INVOICES
from ownstock.purchasing.models import Invoice, PurchaseOrder
from ownstock.web.invoice_columns import MEANINGS
from ownstock.web.uploads import MAX_FILE_BYTES, signed
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.factories import ACTOR, small_business
from tests.page_checks import axe
from tests.purchasing_cases import came, invoiced, placed_order, state_of
from tests.web_cases import Elements, read, signed_in
from tests.workbooks import workbook

__all__ = ["address"]
HEADINGS = "supplier,number,invoiced_on,currency,total,taxes,purchase_order,line,quantity,price"
PAGE = "/invoices/from-file"


@pytest.fixture
def order(db: None) -> PurchaseOrder:
    return came(placed_order(small_business()), 20, key="dn1")


@pytest.fixture
def client(order: PurchaseOrder) -> Client:
    return signed_in()


def rows_of(order: PurchaseOrder) -> list[str]:
    """Two invoices of ALPHA, the second at another price than ordered, and one of BETA for what nobody ordered."""
    return [
        f"ALPHA,INV-1,2026-03-16,EUR,24.00,,{order.number},1,5,2.4",
        f"ALPHA,INV-1,2026-03-16,EUR,24.00,,{order.number},1,5,2.4",
        f"ALPHA,INV-2,2026-03-17,EUR,13.92,1.92,{order.number},1,4,3",
        "BETA,B-7,2026-03-18,EUR,9.00,,,,3,3",
    ]


def written(rows: Sequence[str]) -> bytes:
    return "\n".join([HEADINGS, *rows, ""]).encode()


def bring(client: Client, content: bytes, name: str = "march.csv", *, status: int = 200, **said: str) -> str:
    """The page that answers a file."""
    answer = client.post(PAGE, {"file": SimpleUploadedFile(name, content), "numbers": "", "dates": "", **said})
    assert answer.status_code == status, read(answer).text
    return str(answer.content.decode())


def text(page: str) -> str:
    return Elements(page).text


def seen(page: str) -> dict[str, str]:
    """What the form behind the button sends."""
    [box] = Elements(page).with_name("seen")
    return {"seen": box["value"] or ""}


def test_invoices_are_seen_as_they_would_stand_then_all_come_in_and_lead_to_themselves(
    client: Client, order: PurchaseOrder
) -> None:
    page = bring(client, written(rows_of(order)))
    told = text(page)
    for words in (
        "3 invoices would come in march.csv", "In all, EUR 46.92", "Matched 1", "Disputed 2", "Lines 4",
        "INV-1 ALPHA 16 Mar 2026 2 24.00 EUR matched", "INV-2 ALPHA 17 Mar 2026 1 13.92 EUR disputed",
        "price of 3 invoiced, 2.4 ordered",
    ):  # fmt: skip
        assert words in told
    assert told.index("INV-2 ALPHA") < told.index("INV-1 ALPHA"), "What needs somebody stands first."
    assert not Invoice.objects.exists(), "Looking takes nothing in."
    assert not AuditEvent.objects.filter(verb__startswith="purchasing.invoice").exists()
    invoiced(order, (1, "2.4"), number="OTHER")
    answer = client.post(PAGE, seen(page), follow=True)
    led_to = read(answer).text
    assert "3 invoices came in: 2 disputed, 1 matched." in led_to
    assert ("Those that came with one file." in led_to, "OTHER" in led_to) == (True, False)
    assert [state_of(number) for number in ("INV-1", "INV-2", "B-7")] == ["matched", "disputed", "disputed"]
    [filed] = {(one.taken_by, one.supplier.code) for one in Invoice.objects.filter(number="B-7")}
    assert filed == (User.objects.get().actor, "BETA")
    narrowed = client.get(answer.redirect_chain[-1][0] + "&state=matched")
    assert ("INV-1" in read(narrowed).text, "INV-2" in read(narrowed).text) == (True, False)
    theirs = invoiced(order, (1, "2.4"), number="THEIRS")
    first = Invoice.objects.get(number="INV-1").pk
    meanwhile = read(client.get(f"/invoices?came={first}-{theirs.pk}")).text
    assert ("B-7" in meanwhile, "THEIRS" in meanwhile) == (True, False)


def test_the_same_file_again_says_that_all_is_there_and_offers_nothing_to_take_in(
    client: Client, order: PurchaseOrder
) -> None:
    page = bring(client, written(rows_of(order)))
    client.post(PAGE, seen(page))
    again = bring(client, written(rows_of(order)))
    assert "All of it is there already: nothing would come in" in text(again)
    assert "ALPHA INV-2 disputed" in text(again)
    assert Elements(again).with_name("seen") == []
    twice = client.post(PAGE, seen(page), follow=True)
    assert "Nothing new came in. 3 were there already." in read(twice).text
    assert (Invoice.objects.count(), Alert.objects.filter(kind="invoice_duplicate").count()) == (3, 0)
    more = bring(client, written([*rows_of(order), f"ALPHA,INV-3,2026-03-19,EUR,2.40,,{order.number},1,1,2.4"]))
    assert "1 invoice would come in" in text(more)
    assert "1 invoice came in: 1 matched." in read(client.post(PAGE, seen(more), follow=True)).text


def test_every_row_at_fault_is_named_with_what_to_do_can_be_saved_and_nothing_comes_in(
    client: Client, order: PurchaseOrder
) -> None:
    invoiced(order, (1, "2.4"), number="INV-9")
    wrong = [
        f"ALPHA,INV-5,2026-03-16,EUR,99.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-3,2026-03-16,EUR,48.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-3,2026-03-16,USD,48.00,,{order.number},1,10,2.4",
        f"GAMMA,INV-4,2026-03-16,EUR,24.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-9,2026-03-16,EUR,24.00,,{order.number},1,10,2.4",
    ]
    page = bring(client, written([*rows_of(order), *wrong]), status=422)
    told = text(page)
    assert "march.csv: 4 faults in 4 rows. Nothing was written." in told
    for words in (
        "6 total 99 The invoice INV-5 of ALPHA does not add up",
        "8 currency USD the invoice INV-3 has EUR in its first row.",
        "9 supplier GAMMA There is no supplier GAMMA; import it first.",
        "10 number INV-9 The invoice INV-9 of ALPHA came before with other content. Leave its rows out, or cancel",
    ):
        assert words in told
    saved = client.post(f"{PAGE}/faults", {"faults": Elements(page).with_name("faults")[0]["value"]})
    rows = list(csv.reader(io.StringIO(saved.getvalue().decode())))
    assert (rows[0], [row[0] for row in rows[1:]]) == (
        ["Row", "Column", "Value", "What is wrong"], ["6", "8", "9", "10"],
    )  # fmt: skip
    assert list(Invoice.objects.values_list("number", flat=True)) == ["INV-9"]
    unreadable = bring(client, written(["ALPHA,INV-1,soon,EUR,x,,,,5,2.4"]), status=422)
    assert ("2 invoiced_on soon" in text(unreadable), "2 total x" in text(unreadable)) == (True, True)


def test_what_the_page_cannot_read_is_refused_with_its_limit(client: Client, order: PurchaseOrder) -> None:
    assert "Choose a file first." in read(client.post(PAGE, {"numbers": "", "dates": ""})).text
    assert "The file is none of .csv, .tsv, .txt, .xlsx, .parquet" in text(bring(client, b"%PDF", "i.pdf", status=422))
    assert "but it is PDF" in text(bring(client, b"%PDF-1.7 ...", "i.csv", status=422))
    large = written(rows_of(order)) + b" " * MAX_FILE_BYTES
    assert "The file is larger than 5 MiB; split it." in text(bring(client, large, status=422))
    many = written([f"ALPHA,I-{n},2026-03-16,EUR,2.40,,,,1,2.4" for n in range(MOST_INVOICES + 1)])
    assert "march.csv has 501 invoices; at most 500 are taken at once." in text(bring(client, many, status=422))
    told = text(bring(client, b"supplier,number\nALPHA,INV-1\n", status=422))
    assert "the column invoiced_on is missing (and currency, total, quantity, price)." in told
    assert "--" not in told, "A page speaks of no options."
    assert not Invoice.objects.exists()


def test_what_is_taken_in_is_what_was_seen_and_nothing_that_changed_meanwhile(
    client: Client, order: PurchaseOrder
) -> None:
    page = bring(client, written(rows_of(order)))
    assert client.post(f"{PAGE}/faults", seen(page)).status_code == 422
    forged = signed(["march.csv", []], of="another page")
    for said in ("forged", forged, seen(page)["seen"][:-2]):
        assert client.post(PAGE, {"seen": said}).status_code == 422
    other = SimpleUploadedFile("other.csv", written(["ALPHA,INV-X,2026-03-16,EUR,2.40,,,,1,2.4"]))
    invoiced(order, (1, "2.4"), number="INV-2")
    answer = client.post(PAGE, {**seen(page), "file": other})
    assert answer.status_code == 422
    assert "4 number INV-2 The invoice INV-2 of ALPHA came before with other content." in read(answer).text
    assert list(Invoice.objects.values_list("number", flat=True)) == ["INV-2"], "All come in, or none."
    actions.cancel_invoice("ALPHA", "INV-2", reason="typed wrongly", actor=ACTOR)
    client.post(PAGE, {**seen(page), "file": other})
    live = Invoice.objects.exclude(state="cancelled").order_by("number")
    assert list(live.values_list("number", flat=True)) == ["B-7", "INV-1", "INV-2"]


def test_an_invoice_that_was_cancelled_comes_again_once_its_rows_are_mended(
    client: Client, order: PurchaseOrder
) -> None:
    client.post(PAGE, seen(bring(client, written(rows_of(order)))))
    actions.cancel_invoice("ALPHA", "INV-2", reason="their price was wrong", actor=ACTOR)
    assert "ALPHA INV-2 cancelled" in text(bring(client, written(rows_of(order)))), "It stays out, and says so."
    mended = [row.replace("13.92,1.92", "9.60,").replace(",4,3", ",4,2.4") for row in rows_of(order)]
    page = bring(client, written(mended))
    assert "1 invoice would come in" in text(page)
    client.post(PAGE, seen(page))
    assert state_of("INV-2") == "matched"


def test_a_german_spreadsheet_a_workbook_and_parquet_bring_the_same(client: Client, order: PurchaseOrder) -> None:
    names = HEADINGS.split(",")
    values = ["ALPHA", "W-1", date(2026, 3, 16), "EUR", Decimal("12.00"), None, order.number, 1, 5, Decimal("2.4")]
    sheet = bring(client, workbook({"Sheet1": [names, values]}), "w.xlsx")
    assert "W-1 ALPHA 16 Mar 2026 1 12.00 EUR matched" in text(sheet)
    columns = io.BytesIO()
    pl.DataFrame([values], schema=names, orient="row").write_parquet(columns)
    assert "W-1 ALPHA 16 Mar 2026 1 12.00 EUR matched" in text(bring(client, columns.getvalue(), "w.parquet"))
    german = (
        "Lieferantennummer;Rechnungsnummer;Rechnungsdatum;Fälligkeit;Währung;Rechnungsbetrag;MwSt;Bestellnummer;Position;"
        "Menge;Preis;Bemerkung\r\n"
        f"ALPHA;RE-Ü1;16.03.2026;15.04.2026;EUR;2.884,80;4,80;{order.number};1;1.200,0;2,40;für Mai\r\n"
    ).encode("cp1252")
    page = bring(client, german, "rechnungen.csv")
    assert "RE-Ü1 ALPHA 16 Mar 2026 1 2,884.80 EUR" in text(page)
    assert "Columns that are not known, and left out: Bemerkung." in text(page)
    assert "--" not in text(page)
    client.post(PAGE, seen(page))
    kept = Invoice.objects.get(number="RE-Ü1")
    assert (kept.total, kept.due_on, kept.lines.get().quantity) == (Decimal("2884.80"), date(2026, 4, 15), 1200)


def test_what_a_file_does_not_show_of_its_days_and_figures_is_said_on_the_page(
    client: Client, order: PurchaseOrder
) -> None:
    unclear = f"ALPHA,INV-1,03/04/2026,EUR,12.00,,{order.number},1,5,2.4"
    told = text(bring(client, written([unclear]), status=422))
    assert "Say below how the file writes it." in told
    assert "--" not in told
    assert "INV-1 ALPHA 3 Apr 2026" in text(bring(client, written([unclear]), dates="dmy"))
    assert "INV-1 ALPHA 4 Mar 2026" in text(bring(client, written([unclear]), dates="mdy"))


def test_the_columns_are_told_an_empty_file_has_them_and_the_way_there_is_found(client: Client) -> None:
    assert set(MEANINGS) == {field.name for field in FIELDS}
    page = read(client.get(PAGE)).text
    assert "number yes The supplier's own number of the invoice or credit note." in page
    empty = client.get(f"{PAGE}/example.csv").getvalue().decode()
    assert empty.strip().split(",") == list(MEANINGS)
    book = client.get(f"{PAGE}/example.xlsx").content
    assert "empty.xlsx holds no invoice" in text(bring(client, book, "empty.xlsx", status=422))
    for start in ("web:invoices", "web:invoice-choose"):
        assert PAGE in [attributes.get("href") for _, attributes in read(client.get(reverse(start))).found]
    assert "ownstock import" not in read(client.get(reverse("web:invoice-choose"))).text


def test_who_may_not_enter_invoices_brings_none_from_a_file(order: PurchaseOrder) -> None:
    client = Client()
    client.force_login(User.objects.create(username="planner", roles=[Role.PLANNER]))
    assert client.get(PAGE).status_code == 403
    bring(client, written(rows_of(order)), status=403)
    client.force_login(User.objects.create(username="finance", roles=[Role.FINANCE]))
    client.post(PAGE, seen(bring(client, written(rows_of(order)))))
    assert Invoice.objects.count() == 3


@pytest.mark.browser
def test_finance_brings_a_file_by_mouse_and_reads_it_by_day_by_night_and_on_a_phone(
    address: str, tmp_path: Path
) -> None:
    order = came(placed_order(small_business()), 20, key="dn1")
    good, wrong = tmp_path / "march.csv", tmp_path / "wrong.csv"
    good.write_bytes(written(rows_of(order)))
    wrong.write_bytes(written([row.replace("EUR,13.92", "EUR,99.00") for row in rows_of(order)]))
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            page.goto(f"{address}/invoices")
            page.get_by_role("link", name="Invoices from a file").click()
            choose(page, wrong)
            expect(page.get_by_role("alert").first).to_contain_text("wrong.csv: 1 fault.")
            looked_at(page, tmp_path, "wrong")
            choose(page, good)
            expect(page.get_by_role("heading", name="3 invoices would come in")).to_be_visible()
            looked_at(page, tmp_path, "seen")
            page.get_by_role("button", name="Take them all in").click()
            expect(page.get_by_text("3 invoices came in: 2 disputed, 1 matched.")).to_be_visible()
            page.get_by_role("link", name="INV-2").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("INV-2")
        browser.close()
    # What a page refuses, a browser tells of.
    assert [told for told in visit.complaints if "status of 422" not in told] == []
    assert visit.strangers == []


def choose(page: Page, file: Path) -> None:
    page.get_by_label("CSV, XLSX or Parquet").set_input_files(file)
    page.get_by_role("button", name="Show what would come in").click()


def looked_at(page: Page, folder: Path, name: str) -> None:
    """Nothing is unreadable or wider than the window, by day, by night, on a phone."""
    windows: Sequence[tuple[Literal["light", "dark"], ViewportSize]] = (("light", DESK), ("dark", PHONE))
    for scheme, size in windows:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        assert axe(page) == []
        photograph(page, folder, f"invoices-{name}-{scheme}")
    page.set_viewport_size(DESK)
