"""The order as people read it."""

from __future__ import annotations

import re
import time
import zlib
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ownstock.exchange.papers import order_pdf
from ownstock.exchange.papers.paper import NOTE, printable
from tests.order_cases import LINE, many_lines, written_order


def pages(pdf: bytes) -> list[str]:
    """What each page shows, in the order it was set."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    contents = [zlib.decompress(stream).decode("latin-1") for stream in streams]
    return ["|".join(re.findall(r"\((.*?)(?<!\\)\) Tj", c)).replace("\\", "") for c in contents if " Tj" in c]


def test_the_page_names_order_buyer_supplier_and_site() -> None:
    [page] = pages(order_pdf.render(written_order()))
    for text in (
        "Purchase order PO-000012",
        "Heart & Home Ltd",
        "Alpha Trading (ALPHA)",
        "Main shop (SHOP)",
        "2026-03-02",
    ):
        assert text in page


def test_a_line_shows_both_units_and_the_total_stands_below() -> None:
    [page] = pages(order_pdf.render(written_order()))
    for text in ("120 each", "= 20 case", "your CUP-S", "2.40", "2026-03-16", "Total  288.00 EUR", "Page 1 of |1"):
        assert text in page


def test_a_long_order_repeats_the_head_row_and_numbers_its_pages() -> None:
    shown = pages(order_pdf.render(written_order(*many_lines(100))))
    assert len(shown) > 2
    for number, page in enumerate(shown, start=1):
        assert "Requested" in page
        assert f"Page {number} of |{len(shown)}" in page
    assert all(sum(f"|CUP-{line}|" in page for page in shown) == 1 for line in range(1, 101))


def test_a_later_revision_says_that_it_replaces_the_earlier() -> None:
    [page] = pages(order_pdf.render(written_order(revision=2)))
    assert "This revision 2 replaces all earlier ones of the order." in page


def test_the_same_order_is_the_same_bytes_at_any_hour() -> None:
    first = order_pdf.render(written_order())
    time.sleep(1.1)
    assert order_pdf.render(written_order()) == first


def test_another_moment_of_writing_is_another_file() -> None:
    document = written_order()
    later = replace(document, written_at=document.written_at + timedelta(seconds=1))
    assert order_pdf.render(later) != order_pdf.render(document)


def test_letters_the_page_lacks_are_visible_gaps_with_a_note() -> None:
    [page] = pages(order_pdf.render(written_order(replace(LINE, description="Kubek Łódź"))))
    assert "Kubek ?ód?" in page
    assert NOTE in page


def test_western_letters_and_real_question_marks_need_no_note() -> None:
    [page] = pages(order_pdf.render(written_order(replace(LINE, description="Crème \u2013 \u201cbrûlée\u201d?"))))
    assert 'Crème - "brûlée"?' in page
    assert NOTE not in page


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=200))
def test_no_text_stops_an_order(description: str, sku: str, supplier_name: str) -> None:
    line = replace(LINE, description=description, sku=sku)
    assert pages(order_pdf.render(written_order(line, supplier_name=supplier_name)))


@given(st.text())
def test_what_is_printed_has_as_many_letters_as_what_was_written(text: str) -> None:
    assert len(printable(text)) == len(text)
