"""A company set up from raw files: what they say is kept, what they lack is assumed and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.exchange.models import SetUp, UploadedFile
from ownstock.exchange.set_up import actions, files, running
from ownstock.exchange.set_up.health import health_now
from ownstock.exchange.set_up.rules import FileState, SetUpState
from ownstock.ledger.queries import on_hand
from ownstock.planning.models import Proposal
from tests.raw_files import RawFiles, write

ACTOR = "user:anna"
pytestmark = pytest.mark.usefixtures("uploads")


@pytest.fixture
def uploads(committed_db: object, tmp_path: Path, settings: object) -> None:
    """Files that are brought lie in a folder of the test's own."""
    settings.UPLOADS_FOLDER = tmp_path / "uploads"  # type: ignore[attr-defined]


def begun() -> SetUp:
    return actions.begin("Muster GmbH", "EUR", "Hauptlager", "Europe/Berlin", actor=ACTOR)


def brought(set_up: SetUp, path: Path) -> UploadedFile:
    return actions.bring(set_up, path.name, path.stat().st_size, [path.read_bytes()])


def text(set_up: SetUp, name: str, content: str) -> UploadedFile:
    return actions.bring(set_up, name, len(content.encode()), [content.encode()])


def all_brought(tmp_path: Path, **how: object) -> tuple[SetUp, RawFiles]:
    raw, set_up = write(tmp_path / "raw", items=5, **how), begun()  # type: ignore[arg-type]
    for path in (raw.sales, raw.items, raw.stock):
        file = brought(set_up, path)
        if file.state == FileState.AT_FAULT:
            actions.leave_out(file)
        assert file.state == FileState.READY, (file.name, file.file_kind, file.faults[:3], file.said)
    return set_up, raw


@pytest.mark.parametrize("dialect", ["de", "us"])
def test_raw_files_become_a_company_with_the_stock_they_tell(tmp_path: Path, dialect: str) -> None:
    set_up, raw = all_brought(tmp_path, seed=4, dialect=dialect)
    actions.start(set_up, actor=ACTOR)
    running.run()
    set_up.refresh_from_db()
    assert (set_up.state, set_up.problem) == (SetUpState.DONE, "")
    assert {sku: on_hand(sku, "HAUPTLAGER") for sku in raw.skus} == raw.on_hand
    assert ItemSite.objects.count() == SupplyTerm.objects.count() == len(raw.skus)
    assert Proposal.objects.exists()
    assert not files.folder_of(set_up.pk).exists()
    found = {finding.code: finding for finding in health_now().findings}
    lead = [finding for code, finding in found.items() if code.startswith("assumed:supply_term.lead_time_days")]
    assert sum(finding.count for finding in lead) == 2
    assert any("their supplier's median" in finding.sentence for finding in lead) or lead[0].code.endswith("median")
    assert found["assumed_openings"].count == len(raw.skus)
