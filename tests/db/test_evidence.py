"""The evidence pack of a recall: every file says the same, others can check it, and the journal knows who made it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.exchange.evidence import actions, epcis, epcis_reader, pack, queries
from ownstock.exchange.evidence.dossier import Dossier, Match
from ownstock.exchange.evidence.names import Naming, naming
from ownstock.journal.models import AuditEvent
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Movement
from ownstock.ledger.rules import Kind
from tests.evidence_cases import bakery, busy_week, move
from tests.factories import ACTOR, Business

pytestmark = pytest.mark.django_db
OWN = naming("Bread & Sons")


@pytest.fixture
def business(db: None) -> Business:
    return bakery()


@pytest.fixture
def week(business: Business) -> tuple[str, str]:
    return busy_week(business)


def asked(sku: str = "FLOUR", lot: str = "F1") -> Dossier:
    return queries.of_lot(sku, lot, asked_by=ACTOR)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def zipped(parts: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def events(dossier: Dossier, names: Naming = OWN) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(epcis.render(dossier, names))["epcisBody"]["eventList"]
    return found


def test_the_dossier_leads_to_suppliers_orders_and_customers(week: tuple[str, str]) -> None:
    found = asked()
    [flour] = found.arrivals
    assert (flour.order.number, flour.order.supplier_code, flour.order.match) == (week[0], "ALPHA", Match.RECEIPT)
    sums = {(s.document, s.lot.code): s.quantity for s in found.document_sums}
    assert sums == {("INV 1001", "C1"): 3, ("INV 1002", "F1"): Decimal("10.3456"), ("INV 1003", "F1"): 0}
    assert found.trace.is_closed
    assert found.limits == []


def test_a_made_lot_leads_back_to_the_orders_of_all_it_was_made_of(week: tuple[str, str]) -> None:
    found = asked("CAKE", "C1")
    assert {(s.orders, s.code) for s in found.supplier_sums} == {((week[0],), "ALPHA"), ((week[1],), "BETA")}


def test_a_question_may_begin_with_an_order_or_with_a_customers_document(week: tuple[str, str]) -> None:
    by_order = queries.of_order(week[1], asked_by=ACTOR)
    assert ([lot.code for lot in by_order.trace.asked], by_order.document_sums[0].document) == (["E1"], "INV 1001")
    by_document = queries.of_document("INV 1001", asked_by=ACTOR)
    assert [lot.code for lot in by_document.trace.asked] == ["C1"]
    with pytest.raises(Refused, match="No goods with a lot moved under INV 9"):
        queries.of_document("INV 9", asked_by=ACTOR)


def test_an_order_known_only_by_reference_is_told_as_such_and_an_unknown_one_as_a_limit(week: tuple[str, str]) -> None:
    move("by hand", Kind.RECEIPT, ("FLOUR", "F1", "SUPPLIERS", "SHOP", 1), reference=week[0])
    move("from nowhere", Kind.RECEIPT, ("FLOUR", "F1", "SUPPLIERS", "SHOP", 1), reference="a note")
    found = asked()
    assert {a.movement.key: a.order.match for a in found.arrivals} == {
        "note 17": Match.RECEIPT, "by hand": Match.REFERENCE, "from nowhere": Match.NONE,
    }  # fmt: skip
    assert found.limits == ["Of one receipt no purchase order is known; its reference is given."]


def test_what_came_without_a_lot_is_a_limit_of_the_answer(business: Business) -> None:
    Item.objects.filter(sku="EGGS").update(tracking="none")
    move(
        "r", Kind.RECEIPT, ("FLOUR", "F1", "SUPPLIERS", "SHOP", 10), ("EGGS", "", "SUPPLIERS", "SHOP", 5),
        reference="PO-9",
    )  # fmt: skip
    found = queries.of_order("PO-9", asked_by=ACTOR)
    assert "EGGS came without a lot: what of it this was cannot be told." in found.limits


def test_the_tables_of_the_pack_say_what_the_ledger_says(week: tuple[str, str]) -> None:
    told = files(pack.render(asked(), OWN).content)
    movements = {(row["posting"], int(row["line"])): row for row in rows(told["movements.csv"])}
    in_ledger = Movement.objects.filter(lot__code__in=["F1", "C1"]) | Movement.objects.filter(
        posting__key__in=["bake 1", "bake 2", "bake 2:back"]
    )
    assert {(m.posting.key, m.line) for m in in_ledger.distinct()} == set(movements)
    assert movements["s2", 1]["quantity"] == "12.3456"
    assert {(r["location"], r["status"]): r["on_hand"] for r in rows(told["balances.csv"]) if r["lot"] == "F1"} == {
        ("SHELF", "released"): "13.5", ("SHOP", "on_hold"): "30", ("SHOP", "released"): "49.6543",
        ("TRUCK", "released"): "5",
    }  # fmt: skip
    assert [(r["lot"], r["adds_up"]) for r in rows(told["lots.csv"])] == [("F1", "yes"), ("C1", "yes")]
    assert [r["order_number"] for r in rows(told["receipts.csv"])] == [week[0]]
    assert {r["document"]: r["net"] for r in rows(told["customers.csv"]) if r["flow"] == "shipped"} == {
        "INV 1001": "3", "INV 1002": "12.3456", "INV 1003": "0",
    }  # fmt: skip


def test_no_cell_of_the_pack_is_taken_for_a_formula(business: Business) -> None:
    Item.objects.filter(sku="FLOUR").update(sku="=FLOUR")
    move("@r", Kind.RECEIPT, ("=FLOUR", "+F1", "SUPPLIERS", "SHOP", 10), reference="-1+1")
    found = asked("=FLOUR", "+F1")
    made = pack.render(found, OWN)
    told = files(made.content)
    [row] = rows(told["movements.csv"])
    assert (row["sku"], row["lot"], row["posting"], row["reference"]) == ("'=FLOUR", "'+F1", "'@r", "'-1+1")
    assert pack.check(made.content)[1] == []


def test_the_epcis_document_tells_the_same_movements_as_the_ledger(week: tuple[str, str]) -> None:
    found = asked()
    told = {(m.posting, m.line): m for m in epcis_reader.read(epcis.render(found, OWN))}
    assert len(told) == len(found.trace.lines) == 20
    for m in found.trace.lines:
        read = told[m.key, m.line]
        lot = found.trace.name_of(m)
        assert (read.sku, read.lot, read.quantity, read.moved_at) == (lot.sku, lot.code, m.quantity, m.moved_at)
        assert (read.source, read.source_status) == (m.source.code, m.source_status)
        assert (read.target, read.target_status) == (m.target.code, m.target_status)
        assert (read.kind, read.reference) == (m.kind, m.reference)


def test_events_name_steps_documents_parties_and_the_hour_of_the_site(week: tuple[str, str]) -> None:
    by_posting = {(e["ownstock:posting"], e["type"]): e for e in events(asked())}
    received = by_posting["note 17", "ObjectEvent"]
    assert (received["bizStep"], received["disposition"]) == ("receiving", "available")
    assert received["bizTransactionList"] == [{"type": "po", "bizTransaction": OWN.order(week[0])}]
    assert received["sourceList"][0] == {"type": "possessing_party", "source": OWN.supplier("ALPHA")}
    assert received["quantityList"] == [{"epcClass": OWN.lot("FLOUR", "F1"), "quantity": 120, "uom": "KGM"}]
    shipped = by_posting["s2", "ObjectEvent"]
    assert (shipped["bizStep"], shipped["disposition"]) == ("shipping", "in_transit")
    assert shipped["bizTransactionList"] == [{"bizTransaction": OWN.document("INV 1002")}]
    scrapped = by_posting["scrap", "ObjectEvent"]
    assert (scrapped["eventTime"], scrapped["eventTimeZoneOffset"]) == ("2026-01-11T10:00:00.000000+01:00", "+01:00")
    assert by_posting["hold", "ObjectEvent"]["bizStep"] == "holding"


def test_a_transformation_is_one_event_with_all_that_went_in_and_came_out(week: tuple[str, str]) -> None:
    made, undone = [e for e in events(asked()) if e["type"] == "TransformationEvent"]
    assert {part["epcClass"]: part["quantity"] for part in made["inputQuantityList"]} == {
        OWN.lot("FLOUR", "F1"): 10, OWN.lot("EGGS", "E1"): 4,
    }  # fmt: skip
    assert made["outputQuantityList"] == [{"epcClass": OWN.lot("CAKE", "C1"), "quantity": 6}]
    assert ("errorDeclaration" in made, undone["errorDeclaration"]["reason"]) == (False, "did_not_occur")


def test_what_was_taken_back_is_declared_not_to_have_occurred_and_every_event_has_its_own_id(
    week: tuple[str, str],
) -> None:
    found = events(asked())
    declared = {
        e["ownstock:posting"]: e["errorDeclaration"]["ownstock:posting"] for e in found if "errorDeclaration" in e
    }
    assert declared == {"bake 2": "bake 2:back", "s3": "s3:back"}
    ids = [e["eventID"] for e in found]
    assert len(set(ids)) == len(ids)
    assert [e["eventID"] for e in events(asked())] == ids


def test_a_serial_number_is_a_piece_and_a_gtin_is_named_by_its_gs1_key(business: Business) -> None:
    Item.objects.filter(sku="CAKE").update(sku="80614141123458", tracking="serial")
    move("r", Kind.RECEIPT, ("80614141123458", "6789", "SUPPLIERS", "SHOP", 1))
    found = asked("80614141123458", "6789")
    [event] = events(found, naming("Bread & Sons", gs1_prefix="0614141"))
    assert event["epcList"] == ["urn:epc:id:sgtin:0614141.812345.6789"]
    [told] = epcis_reader.read(epcis.render(found, naming("x", gs1_prefix="0614141")))
    assert (told.sku, told.lot, told.quantity) == ("80614141123458", "6789", 1)


def test_the_same_facts_at_the_same_moment_give_the_same_bytes(week: tuple[str, str]) -> None:
    found = asked()
    first = pack.render(found, OWN)
    again = pack.render(replace(asked(), made_at=found.made_at), OWN)
    assert (first.content, first.name) == (again.content, again.name)


def test_a_pack_is_checked_file_by_file(week: tuple[str, str]) -> None:
    made = pack.render(asked(), OWN)
    manifest, findings = pack.check(made.content)
    assert (findings, manifest["adds_up"], manifest["asked_by"]) == ([], True, ACTOR)
    parts = files(made.content)
    altered = {**parts, "customers.csv": parts["customers.csv"].replace(b"INV 1001", b"INV 1009"), "more.txt": b""}
    del altered["lots.csv"]
    assert pack.check(zipped(altered))[1] == [
        "lots.csv is missing.",
        "more.txt was added.",
        "customers.csv was altered.",
    ]


def test_a_document_that_tells_other_movements_than_the_table_is_found_though_every_hash_is_right(
    week: tuple[str, str],
) -> None:
    parts = files(pack.render(asked(), OWN).content)
    parts["epcis.jsonld"] = parts["epcis.jsonld"].replace(b'"quantity":12.3456', b'"quantity":12.3457')
    manifest = json.loads(parts["manifest.json"])
    for entry in manifest["files"]:
        entry["sha256"] = pack.sha256(parts[entry["name"]])
    parts["manifest.json"] = json.dumps(manifest).encode()
    assert pack.check(zipped(parts))[1] == ["epcis.jsonld and movements.csv tell posting s2, line 1, differently."]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", zipped({"a": b""}), zipped({"manifest.json": b"[]"})],
    ids=["empty", "cut off", "without a manifest", "with an empty manifest"],
)
def test_what_is_no_pack_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="no evidence pack"):
        pack.check(content)


def test_the_journal_knows_who_made_which_pack(week: tuple[str, str], tmp_path: Path) -> None:
    found = asked()
    made, path = actions.keep_pack(found, tmp_path / "packs", OWN)
    assert path.read_bytes() == made.content
    event = AuditEvent.objects.get(verb="exchange.evidence_made")
    assert (event.actor, event.subject, event.new["sha256"]) == (ACTOR, "lot:FLOUR/F1", made.sha256)
    assert (event.new["suppliers"], event.new["adds_up"]) == (["ALPHA"], True)
    assert queries.evidence_made("lot:FLOUR/F1", made.sha256) == event
    assert queries.evidence_made("lot:FLOUR/F1", "0" * 64) is None
    assert [p.name for p in (tmp_path / "packs").iterdir()] == [made.name]


def test_a_pack_that_cannot_be_written_leaves_no_trace_in_the_journal(week: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match="cannot be written"):
        actions.keep_pack(asked(), tmp_path / "file" / "packs", OWN)
    assert not AuditEvent.objects.filter(verb="exchange.evidence_made").exists()


def test_a_drill_is_recorded_with_time_and_result(week: tuple[str, str]) -> None:
    kept = actions.record_drill(asked(), minutes=Decimal("12.5"), trace_seconds=0.2, result="All three called.")
    event = queries.drills().get()
    assert (event.actor, event.subject, event.reason) == (ACTOR, "recall_drill:lot:FLOUR/F1", "All three called.")
    assert (kept["is_in_time"], kept["adds_up"]) == (True, True)
    assert actions.record_drill(asked(), minutes=Decimal(16), trace_seconds=0.2, result="x")["is_in_time"] is False
    with pytest.raises(Refused, match="needs the minutes"):
        actions.record_drill(asked(), minutes=Decimal(0), trace_seconds=0.2, result="x")


def test_a_balance_that_disagrees_is_said_first_in_every_file(week: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_balance SET on_hand = 31 WHERE status = 'on_hold'")
    found = asked()
    [limit] = found.limits
    assert "-1 unexplained. SHOP (on_hold): 31 kept, its movements say 30." in limit
    told = files(pack.render(found, OWN).content)
    assert [r["difference"] for r in rows(told["balances.csv"]) if r["difference"] != "0"] == ["1"]
    assert json.loads(told["manifest.json"])["adds_up"] is False


def instances(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.jsonld")))


@pytest.fixture
def validator(shared: Path) -> Any:
    from jsonschema import Draft7Validator

    schema = json.loads((shared / "samples" / "epcis" / "EPCIS-JSON-Schema.json").read_text(encoding="utf-8"))
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)


def faults(validator: Any, document: Any) -> list[str]:
    return [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in validator.iter_errors(document)
    ]


@pytest.mark.shared
@pytest.mark.parametrize(("sku", "lot"), [("FLOUR", "F1"), ("CAKE", "C1"), ("EGGS", "E1")])
def test_the_epcis_document_is_valid(week: tuple[str, str], validator: Any, sku: str, lot: str) -> None:
    for names in (OWN, naming("Bread & Sons", base="https://id.bread.example/x")):
        assert faults(validator, json.loads(epcis.render(asked(sku, lot), names))) == []


@pytest.mark.shared
def test_a_document_of_awkward_names_is_valid(business: Business, validator: Any) -> None:
    Item.objects.filter(sku="FLOUR").update(sku="Mehl / 550 ½ %", unit="Sack")
    move("r/1 ü", Kind.RECEIPT, ("Mehl / 550 ½ %", "L#1 ä?", "SUPPLIERS", "SHOP", "0.0001"), reference="Ü 1/2 #3")
    bake_of = ("Mehl / 550 ½ %", "L#1 ä?", "SHOP", "SCRAP", "0.0001"), ("CAKE", "C 1", "SCRAP", "SHOP", 1)
    move("k", Kind.ADJUSTMENT, *bake_of)
    ledger.reverse("k", new_key="k:back", actor=ACTOR, reason="test")
    found = asked("Mehl / 550 ½ %", "L#1 ä?")
    assert faults(validator, json.loads(epcis.render(found, OWN))) == []
    assert {m.lot for m in epcis_reader.read(epcis.render(found, OWN))} == {"L#1 ä?", "C 1"}


@pytest.mark.shared
def test_the_validator_takes_the_published_examples(validator: Any, shared: Path) -> None:
    found = list(instances(shared / "samples" / "epcis" / "JSON"))
    assert len(found) > 40
    refused = {path.name: faults(validator, json.loads(path.read_text(encoding="utf-8"))) for path in found}
    assert {name: told for name, told in refused.items() if told} == {}


BREAKING: list[tuple[str, Any]] = [
    ("eventTime", "yesterday"), ("eventTimeZoneOffset", "CET"), ("eventID", "no uri"), ("action", "MOVE"),
    ("bizStep", "teleporting"), ("disposition", "fine"), ("quantityList", [{"quantity": 1}]),
    ("quantityList", [{"epcClass": "urn:x:y", "quantity": "1"}]), ("sourceList", [{"source": "urn:x:y"}]),
    ("unknown word", 1),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(("field", "value"), BREAKING)
def test_the_validator_refuses_a_broken_document(
    week: tuple[str, str], validator: Any, field: str, value: object
) -> None:
    document = json.loads(epcis.render(asked(), OWN))
    document["epcisBody"]["eventList"][0][field] = value
    assert faults(validator, document)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"type": "EPCISDocument", "schemaVersion": "1.2"}'])
def test_what_is_no_document_of_a_pack_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="no EPCIS document of an evidence pack"):
        epcis_reader.read(content)


def test_two_makings_by_one_posting_are_two_events(business: Business) -> None:
    bake_lines = [("FLOUR", "F1", "SHOP", "DIFFERENCES", 1), ("CAKE", "C1", "DIFFERENCES", "SHOP", 1)]
    scrap_lines = [("FLOUR", "F1", "SHOP", "SCRAP", 1), ("EGGS", "E1", "SCRAP", "SHOP", 1)]
    move("r", Kind.RECEIPT, ("FLOUR", "F1", "SUPPLIERS", "SHOP", 10))
    move("both", Kind.ADJUSTMENT, *bake_lines, *scrap_lines)
    found = [e["eventID"] for e in events(asked()) if e["type"] == "TransformationEvent"]
    assert len(set(found)) == 2
    bake_again = asked("CAKE", "C1").trace
    assert [f.lot.code for f in bake_again.followed] == ["C1", "F1"]
