"""The answer of a recall as people read it."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ownstock.exchange.evidence import trace_pdf
from ownstock.exchange.evidence.dossier import Dossier
from ownstock.exchange.papers.paper import NOTE
from ownstock.ledger.rules.tracing import Followed, LotName, Place, Role, Trace, TracedMovement, reconcile

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SHOP, CUSTOMERS = Place(1, "SHOP", "Shop", "site", "SHOP"), Place(2, "CUSTOMERS", "Customers", "customer")
SUPPLIERS = Place(3, "SUPPLIERS", "Suppliers", "supplier")
HASHES = {"movements.csv": "ab" * 32, "epcis.jsonld": "cd" * 32}


def movement(number: int, source: Place, target: Place, quantity: str) -> TracedMovement:
    return TracedMovement(
        number, 1, 1, 1, Decimal(quantity), source, "released", target, "released", AT, AT, f"p{number}", "issue",
        f"INV {number}", "test", None, "",
    )  # fmt: skip


def dossier(*, shipments: int = 2, sku: str = "CUP", lot: str = "L1", description: str = "Cup") -> Dossier:
    """1,000 came, one each went out by so many documents."""
    name = LotName(1, 1, sku, lot, description, "each")
    moved = [movement(0, SUPPLIERS, SHOP, "1000")]
    moved += [movement(n, SHOP, CUSTOMERS, "1") for n in range(1, shipments + 1)]
    sums = reconcile(1, moved, frozenset(), {(SHOP, "released"): Decimal(1000 - shipments)})
    trace = Trace(None, (Followed(name, Role.ASKED, 0),), tuple(moved), (), (sums,), {(1, 1): name})
    return Dossier(f"Where is lot {lot} of {sku}?", f"lot:{sku}/{lot}", "user:anna", AT, "Bread & Sons", trace, {})


def pages(pdf: bytes) -> list[str]:
    """What each page shows, in the order it was set."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    contents = [zlib.decompress(stream).decode("latin-1") for stream in streams]
    return ["|".join(re.findall(r"\((.*?)(?<!\\)\) Tj", c)).replace("\\", "") for c in contents if " Tj" in c]


def test_the_first_page_asks_the_question_and_says_whether_it_adds_up() -> None:
    first = pages(trace_pdf.render(dossier(), HASHES))[0]
    for told in (
        "Where is lot L1 of CUP?",
        "user:anna",
        "2026-03-02 09:30 UTC",
        "Every lot adds up",
        "1 000",
        "998",
    ):
        assert told in first


def test_a_difference_is_said_on_the_first_page() -> None:
    asked = dossier()
    [sums] = asked.trace.reconciliations
    off = replace(sums, left=(replace(sums.left[0], kept=Decimal(990)),))
    first = pages(trace_pdf.render(replace(asked, trace=replace(asked.trace, reconciliations=(off,))), HASHES))[0]
    assert "Not every lot adds up" in first
    assert "8 unexplained" in first


def test_a_long_list_is_cut_and_says_where_the_rest_is() -> None:
    shown = "|".join(pages(trace_pdf.render(dossier(shipments=100), HASHES)))
    assert "The first 60 of 100; customers.csv has all of them." in shown
    assert ("INV 60" in shown, "INV 61" in shown) == (True, False)


def test_the_hashes_of_the_other_files_and_the_numbers_of_pages_are_there() -> None:
    shown = pages(trace_pdf.render(dossier(shipments=100), HASHES))
    assert all(f"Page {number} of |{len(shown)}" in page for number, page in enumerate(shown, start=1))
    assert all(digest in "|".join(shown) for digest in HASHES.values())


def test_the_same_dossier_is_the_same_bytes_and_another_moment_is_not() -> None:
    first = trace_pdf.render(dossier(), HASHES)
    assert trace_pdf.render(dossier(), HASHES) == first
    assert trace_pdf.render(replace(dossier(), made_at=AT + timedelta(seconds=1)), HASHES) != first


def test_letters_the_page_lacks_are_visible_gaps_with_a_note() -> None:
    shown = "|".join(pages(trace_pdf.render(dossier(description="Kubek Łódź"), HASHES)))
    assert NOTE in shown


@settings(max_examples=30)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=300))
def test_no_text_stops_the_answer(sku: str, lot: str, description: str) -> None:
    assert pages(trace_pdf.render(dossier(sku=sku, lot=lot, description=description), HASHES))
