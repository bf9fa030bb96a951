"""The supplier register from files: certificates, agreements, closures, commitments, categories of items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.base.errors import Refused
from ownstock.catalog import imports
from ownstock.catalog.models import Agreement, Certificate, Closure, Item, Qualification, VolumeCommitment
from tests.factories import ACTOR, Business, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Business:
    return small_business()


def bring(folder: Path, importer: Callable[..., Any], rows: Sequence[str]) -> Any:
    path = folder / "file.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return importer(path, actor=ACTOR)


AGREED = [
    "supplier,code,valid_from,valid_to,currency,net_days,order_weekdays,rebate_tiers,price_tolerance_percent,incoterm"
    ",order_cut_off,order_time_zone",
    "ALPHA,F-26,2026-01-01,2026-12-31,EUR,60,mon thu,10000:1 50000:2.5,2.5,DAP,15:00,Europe/London",
    "ALPHA,F-27,2027-01-01,,EUR,60,,,2.5,DAP,,",
]
FILES: list[tuple[Callable[..., Any], list[str]]] = [
    (imports.import_agreements, AGREED),
    (imports.import_certificates, ["supplier,certificate,number,valid_from", "ALPHA,ISO 9001,Q-1,2026-01-01"]),
    (imports.import_closures, ["supplier,begins_on,ends_on,reason", "ALPHA,2026-08-01,2026-08-21,Summer"]),
    (
        imports.import_volume_commitments,
        ["supplier,sku,quantity,amount,currency,valid_from,valid_to", "ALPHA,CUP,1000,,,2026-01-01,2026-12-31",
         "BETA,,,5000,EUR,2026-01-01,2026-12-31"],
    ),
    (
        imports.import_qualifications,
        ["supplier,state,skus,condition,valid_from,valid_to,reason",
         "ALPHA,approved,,,2026-01-01,2026-12-31,Audit of January.",
         "BETA,blocked,,,2026-01-01,,Insolvent.",
         "ALPHA,conditional,CUP; PLATE,Inspect every lot.,2026-02-01,,Complaints.",
         "ALPHA,approved,,,2026-01-01,2026-12-31,Audit of January."],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("importer", "rows"), FILES)
def test_the_same_file_again_changes_nothing(
    business: Business, tmp_path: Path, importer: Callable[..., Any], rows: list[str]
) -> None:
    assert bring(tmp_path, importer, rows).created == len(rows) - 1
    again = bring(tmp_path, importer, rows)
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(rows) - 1)


def test_an_agreement_comes_with_its_days_and_tiers(business: Business, tmp_path: Path) -> None:
    bring(tmp_path, imports.import_agreements, AGREED)
    agreed = Agreement.objects.get(code="F-26")
    assert agreed.order_weekdays == [1, 4]
    assert agreed.rebate_tiers == [[Decimal(10_000), Decimal(1)], [Decimal(50_000), Decimal("2.5")]]
    assert (agreed.net_days, agreed.incoterm) == (60, "DAP")
    assert (f"{agreed.order_cut_off:%H:%M}", agreed.order_time_zone) == ("15:00", "Europe/London")


def test_terms_that_a_file_does_not_name_stay(business: Business, tmp_path: Path) -> None:
    bring(tmp_path, imports.import_agreements, AGREED)
    bring(tmp_path, imports.import_agreements, ["supplier,code,valid_from,valid_to,currency,net_days",
                                                "ALPHA,F-26,2026-01-01,2026-12-31,EUR,14"])  # fmt: skip
    agreed = Agreement.objects.get(code="F-26")
    assert (agreed.net_days, agreed.order_weekdays) == (14, [1, 4])


@pytest.mark.parametrize(
    ("importer", "rows", "column"),
    [
        (imports.import_agreements, [*AGREED, "ALPHA,F-28,2027-06-01,,EUR,60,,,1,,,"], "valid_from"),
        (imports.import_agreements, [AGREED[0], "ALPHA,F,2026-01-01,,EUR,60,someday,,1,,,"], "order_weekdays"),
        (imports.import_agreements, [AGREED[0], "ALPHA,F,2026-01-01,,EUR,60,,much,1,,,"], "rebate_tiers"),
        (imports.import_agreements, [AGREED[0], "ALPHA,F,2026-01-01,,EUR,60,,,1.234,,,"], "price_tolerance_percent"),
        (imports.import_agreements, [AGREED[0], "ALPHA,F,2026-01-01,,EUR,60,,,1,,3 pm,"], "order_cut_off"),
        (imports.import_agreements, [AGREED[0], "ALPHA,F,2026-01-01,,EUR,60,,,1,,,Mars"], "order_time_zone"),
        (imports.import_closures, [FILES[2][1][0], "ALPHA,2026-08-01,2026-07-01,"], "ends_on"),
        (imports.import_volume_commitments, [FILES[3][1][0], "ALPHA,CUP,,,,2026-01-01,2026-12-31"], "quantity"),
        (imports.import_volume_commitments, [FILES[3][1][0], "ALPHA,,,5,,2026-01-01,2026-12-31"], "currency"),
    ],
)
def test_a_row_at_fault_is_named(
    business: Business, tmp_path: Path, importer: Callable[..., Any], rows: list[str], column: str
) -> None:
    with pytest.raises(Refused) as refused:
        bring(tmp_path, importer, rows)
    told: Any = refused.value.facts["faults"]
    assert column in {fault["field"] for fault in told}
    assert not any(model.objects.exists() for model in (Agreement, Closure, VolumeCommitment))


def test_an_items_category_stays_as_it_is_when_the_file_lacks_it(business: Business, tmp_path: Path) -> None:
    headings = "sku,description,unit_cost,category,weight_kg"
    bring(tmp_path, imports.import_items, [headings, "CUP,Cup,2.50,china,0.3"])
    bring(tmp_path, imports.import_items, ["sku,description,unit_cost", "CUP,Cup,2.60"])
    cup = Item.objects.get(sku="CUP")
    assert (cup.category, cup.weight_kg, cup.unit_cost) == ("china", Decimal("0.3"), Decimal("2.60"))


def test_certificates_are_read_under_other_headings(business: Business, tmp_path: Path) -> None:
    rows = ["Lieferant;Zertifikat;Zertifikatsnummer;Aussteller;Gültig ab;Gültig bis",
            "ALPHA;ISO 9001;Q-1;TÜV;01.02.2026;31.01.2029"]  # fmt: skip
    bring(tmp_path, imports.import_certificates, rows)
    kept = Certificate.objects.get()
    assert (kept.kind, kept.issuer, kept.valid_to) == ("ISO 9001", "TÜV", date(2029, 1, 31))


DECIDED = "supplier,state,skus,valid_from,reason"


def test_decisions_of_a_file_are_appended_the_last_as_the_newest(business: Business, tmp_path: Path) -> None:
    first = [DECIDED, "ALPHA,approved,,2026-01-01,Audit."]
    assert bring(tmp_path, imports.import_qualifications, first).created == 1
    more = bring(tmp_path, imports.import_qualifications, [*first, "ALPHA,blocked,CUP,2026-01-01,Cups break."])
    assert (more.created, more.unchanged) == (1, 1)
    assert bring(tmp_path, imports.import_qualifications, first).created == 1
    assert [row.state for row in Qualification.objects.order_by("id")] == ["approved", "blocked", "approved"]


def test_decisions_at_fault_are_all_named_and_none_is_written(business: Business, tmp_path: Path) -> None:
    rows = [DECIDED, "ALPHA,approved,,2026-01-01,Audit.", "ALPHA,conditional,,2026-01-01,New.",
            "BETA,blocked,NONE,2026-01-01,Insolvent.", "NOBODY,blocked,,2026-01-01,Gone."]  # fmt: skip
    with pytest.raises(Refused) as refused:
        bring(tmp_path, imports.import_qualifications, rows)
    faults: Any = refused.value.facts["faults"]
    told = [(fault["row"], fault["field"]) for fault in faults]
    assert told == [(3, "state"), (4, "state"), (5, "supplier")]
    assert not Qualification.objects.exists()


def test_a_dry_run_of_decisions_writes_nothing(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"{DECIDED}\nALPHA,blocked,,2026-01-01,Insolvent.\n", encoding="utf-8")
    assert imports.import_qualifications(path, actor=ACTOR, dry_run=True).created == 1
    assert not Qualification.objects.exists()


PRICES = ["supplier,sku,price,currency,valid_from", "ALPHA,CUP,2.5,EUR,2026-01-01"]
ASKS = [(importer, rows, importer in (imports.import_agreements, imports.import_closures, imports.import_volume_commitments))
        for importer, rows in FILES] + [(imports.import_price_lists, PRICES, True)]  # fmt: skip


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_file_asks_the_role_that_the_pages_ask(business: Business, tmp_path: Path, dry_run: bool) -> None:
    for name, role in (("rita", Role.RECEIVER), ("ben", Role.BUYER), ("quinn", Role.QUALITY)):
        create_user(name, "correct horse battery staple", roles=[role], actor=ACTOR)
    for importer, rows, buyers_may in ASKS:
        path = tmp_path / "file.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        with pytest.raises(Refused, match="user:rita may not"):
            importer(path, actor="user:rita", dry_run=dry_run)
        if buyers_may:
            assert importer(path, actor="user:ben", dry_run=dry_run).created
        else:
            with pytest.raises(Refused, match="user:ben may not decide"):
                importer(path, actor="user:ben", dry_run=dry_run)
            assert importer(path, actor="user:quinn", dry_run=dry_run).created
