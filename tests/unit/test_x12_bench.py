"""What `python -m bench.messages` tells of files, and what it measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import messages
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.reading import read
from tests.x12_cases import NOTICE, ORDER, changed, interchange


def told(raw: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    file = folder / "message.edi"
    file.write_bytes(raw)
    messages.read_files([file], Strictness.TOLERANT)
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_message_is_told_on_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(interchange(ORDER), tmp_path, capsys)
    assert (found["format"], found["kind"], found["valid"], found["strict"]) == ("x12", "850", True, True)
    assert (found["order_number"], found["line_count"], found["errors"]) == ("PO-000012", 2, [])
    assert [line["quantity"] for line in found["lines"]] == ["120", "6.25"]


def test_several_messages_are_told_in_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(interchange(ORDER) + interchange(NOTICE), tmp_path, capsys)
    assert found["kind"] == ["850", "856"]
    assert [one["order_number"] for one in found["messages"]] == ["PO-000012", "PO-000012"]


def test_an_error_is_told_with_its_segment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(changed(interchange(ORDER), "GE*1", "GE*2"), tmp_path, capsys)
    assert not found["valid"]
    assert [(e["code"], e["segment"], e["tag"]) for e in found["errors"]] == [("message_count", 19, "GE")]


def test_a_kind_that_is_not_read_is_told_beside_what_was_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(interchange(("ST*940*0001", "W05*N*1", "SE*3*0001")), tmp_path, capsys)
    assert (found["kind"], found["valid"], found["read"], found["unread_kinds"]) == ("940", True, False, ["940"])
    assert [error["code"] for error in found["errors"]] == ["kind_unread"]


def test_what_is_not_x12_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(b"UNB+UNOA:1", tmp_path, capsys)
    assert (found["format"], found["valid"]) == (None, False)
    assert "not X12" in found["errors"][0]["sentence"]


def test_the_interchange_that_is_measured_has_no_fault() -> None:
    raw = messages.interchange_of(20_000)
    reading = read(raw, Strictness.STRICT)
    assert len(raw) >= 20_000
    assert reading.problems == ()
    assert messages.documents(raw) == messages.opened(raw) == len(reading.messages) > 2
