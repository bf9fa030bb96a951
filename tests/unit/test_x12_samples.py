"""Messages that others wrote: the valid ones are taken and written again, the broken ones refused with the segment named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ownstock.exchange.x12.problems import Strictness, refuses
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.syntax import scan
from ownstock.exchange.x12.writing import write_scan

pytestmark = pytest.mark.shared
TAKEN = (
    "edi.net/x12.810a.edi",
    "edi.net/x12.810b.edi",
    "edi.net/x12.810c.edi",
    "edi.net/x12.810d.edi",
    "edi.net/x12.850.edi",
    "edi.net/x12.850.issue135.edi",
    "edi.net/x12.850a.edi",
    "ediengine/850.Composite.SLN.OK.edi",
    "ediengine/850.OK.edi",
    "ediengine/856.Crossdock.OK.edi",
    "ediengine/MultipleInterchangesAndGroups.edi",
)
# What refuses each: the numbers and tags of the segments; None is the file itself.
REFUSED = {
    "edi.net/x12.810.mandatory-conditions.edi": {(8, "SE"), (8, "BEG"), (8, "PO1")},
    "ediengine/850.SyntaxNotes.ERR.edi": {(15, "PO1"), (32, "PO4")},
    "ediengine/940_Failed_SE01.edi": {(11, "SE")},
    "ediengine/AckTest.edi": {(18, "N9")},
    "ediengine/ControlNumbersMismatch.edi": {(7, "SE"), (8, "GE")},
    "ediengine/NonEdi.edi": {(1, "Tk9")},
    "ediengine/WrongGroupsAndTranCount.edi": {(8, "GE"), (9, "IEA")},
}
INDENTED = {f"edi.net/x12.{name}.edi" for name in ("810a", "810b", "810c", "810d", "850a")}


@pytest.mark.parametrize("name", TAKEN)
def test_a_valid_message_is_taken_and_written_again_without_loss(shared: Path, name: str) -> None:
    raw = (shared / "samples" / name).read_bytes()
    reading = read(raw)
    again = write_scan(reading.scan)
    assert reading.is_accepted
    assert [cut.segments for cut in scan(again).cuts] == [cut.segments for cut in reading.scan.cuts]
    assert again == raw or name in INDENTED


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_broken_message_is_refused_and_its_segment_named(shared: Path, name: str) -> None:
    reading = read((shared / "samples" / name).read_bytes())
    refusing = {(p.segment, p.tag) for p in reading.problems if refuses(Strictness.TOLERANT, p)}
    assert not reading.is_accepted
    assert refusing == REFUSED[name]


def test_every_message_beside_the_project_is_either(shared: Path) -> None:
    files = [*(shared / "samples" / "edi.net").glob("x12*.edi"), *(shared / "samples" / "ediengine").glob("*.edi")]
    assert {str(file.relative_to(shared / "samples")) for file in files} == {*TAKEN, *REFUSED}
