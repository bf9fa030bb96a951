"""Importing the register of suppliers: certificates, agreements, closures, volume commitments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, INTEGER, ROW, Directions, Fault, Field
from ownstock.catalog.imports.columns import CURRENCY, ends_before_start, ids, lookup, numbered
from ownstock.catalog.imports.kind import Imported, Kind, Record, Resolved, bring_in
from ownstock.catalog.models import Agreement, Certificate, Closure, Item, Supplier, VolumeCommitment
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.rules import WEEKDAYS, Incoterm, RebateBase, overlaps
from ownstock.catalog.rules.duties import Duty

SHA_256 = r"^[0-9a-f]{64}$"
# The columns keep two decimals; a third would be another value with every import.
PERCENT = r"^-?\d{1,3}([.,]\d{1,2}0*)?$"
MOST_DAYS = 3_650


def import_certificates(
    path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS
) -> Imported:
    """Import certificates of suppliers.

    Columns: supplier, certificate (its kind, such as `ISO 9001`), number, issuer, valid_from, valid_to (empty: without
    end), document_name, document_hash (SHA-256).

    Raises:
        Refused: the actor has no role for it, or rows are at fault, each named; nothing is written then.
    """
    check_duty(actor, Duty.DECIDE)
    return bring_in(CERTIFICATES, path, actor=actor, dry_run=dry_run, directions=directions)


def import_agreements(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import agreements with suppliers; two of one supplier never hold on one day.

    Columns: supplier, code, valid_from, valid_to and currency, then as many terms as you have: payment, incoterm, lead time
    and tolerances, minimums, order_weekdays (`mon wed`), order_cut_off (`15:00`) and its order_time_zone, times,
    rebate_tiers (`10000:1 50000:2.5`), capacity, quota.

    Raises:
        Refused: the actor has no role for it, or rows are at fault, each named; nothing is written then.
    """
    check_duty(actor, Duty.AGREE)
    return bring_in(AGREEMENTS, path, actor=actor, dry_run=dry_run, directions=directions)


def import_closures(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import on which days suppliers are closed. Columns: supplier, begins_on, ends_on (the last day), reason.

    Raises:
        Refused: the actor has no role for it, or rows are at fault, each named; nothing is written then.
    """
    check_duty(actor, Duty.AGREE)
    return bring_in(CLOSURES, path, actor=actor, dry_run=dry_run, directions=directions)


def import_volume_commitments(
    path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS
) -> Imported:
    """Import what we promised suppliers to buy.

    Columns: supplier, sku or category (neither: anything), quantity (stock units) or amount with currency, valid_from,
    valid_to.

    Raises:
        Refused: the actor has no role for it, or rows are at fault, each named; nothing is written then.
    """
    check_duty(actor, Duty.AGREE)
    return bring_in(VOLUME_COMMITMENTS, path, actor=actor, dry_run=dry_run, directions=directions)


def _resolve_certificates(frame: pl.DataFrame) -> Resolved:
    suppliers, faults = lookup(frame, "supplier", ids(Supplier, "code"), "supplier")
    faults += ends_before_start(frame)
    if faults:
        return [], faults
    texts = pl.col("issuer", "document_name", "document_hash").fill_null("")
    values = frame.with_columns(texts).rename({"certificate": "kind"}).drop(ROW, "supplier").to_dicts()
    return numbered(frame, [{**row, "supplier_id": pk} for row, pk in zip(values, suppliers, strict=True)]), []


def _resolve_agreements(frame: pl.DataFrame) -> Resolved:
    suppliers, faults = lookup(frame, "supplier", ids(Supplier, "code"), "supplier")
    weekdays, faults_2 = _each(frame, "order_weekdays", weekdays_of)
    tiers, faults_3 = _each(frame, "rebate_tiers", tiers_of)
    cut_offs, faults_4 = _each(frame, "order_cut_off", _cut_off_of)
    _, faults_5 = _each(frame, "order_time_zone", _zone_of)
    faults += faults_2 + faults_3 + faults_4 + faults_5 + ends_before_start(frame) + _overlapping(frame)
    if faults:
        return [], faults
    texts = pl.col("incoterm", "incoterm_place", "order_time_zone").fill_null("")
    values = frame.with_columns(texts).drop(ROW, "supplier", "order_weekdays", "rebate_tiers").to_dicts()
    records = [
        {
            **row, "supplier_id": pk, "order_weekdays": days, "rebate_tiers": pairs,
            "order_cut_off": cut_off[0] if cut_off else None,
        }
        for row, pk, days, pairs, cut_off in zip(values, suppliers, weekdays, tiers, cut_offs, strict=True)
    ]  # fmt: skip
    return numbered(frame, records), []


def _each(frame: pl.DataFrame, column: str, read: Callable[[str], list[Any]]) -> tuple[list[list[Any]], list[Fault]]:
    """What is written in a column in our own small words, read value by value."""
    values, faults = [], []
    for row, text in zip(frame[ROW], frame[column], strict=True):
        try:
            values.append(read(text or ""))
        except ValueError as wrong:
            faults.append(Fault(row, column, text, f"{text!r} {wrong}"))
    return values, faults


def _cut_off_of(text: str) -> list[time]:
    try:
        return [datetime.strptime(text, "%H:%M").time()] if text else []  # noqa: DTZ007 -- a clock on a wall
    except ValueError:
        raise ValueError("must be a time of day such as 15:00.") from None


def _zone_of(text: str) -> list[str]:
    try:
        return [ZoneInfo(text).key] if text else []
    except (KeyError, ValueError, OSError):
        raise ValueError("must be the name of a time zone such as Europe/London.") from None


def weekdays_of(text: str) -> list[int]:
    """Weekdays as people write them, `mon wed` or `1 3`, as their numbers: 1 Monday to 7 Sunday.

    Raises:
        ValueError: a word is none.
    """
    days = set()
    for word in re.split(r"[\s,;/+]+", text.lower().strip()) if text.strip() else ():
        if word[:3] in WEEKDAYS and word.isalpha():
            days.add(WEEKDAYS.index(word[:3]) + 1)
        elif word in list("1234567"):
            days.add(int(word))
        else:
            raise ValueError("must be weekdays such as mon wed fri, or 1 3 5.")
    return sorted(days)


def tiers_of(text: str) -> list[list[Decimal]]:
    """Tiers of a rebate as people write them, `10000:1 50000:2.5`: from which turnover, which percentage.

    Raises:
        ValueError: it is none.
    """
    tiers = []
    for pair in text.split():
        start, sign, percent = pair.partition(":")
        try:
            tier = [Decimal(start), Decimal(percent)]
        except InvalidOperation:
            tier = []
        if not sign or not tier or not (tier[0] >= 0 and 0 <= tier[1] <= 100):
            raise ValueError("must be pairs of a turnover and a percentage, such as 10000:1 50000:2.5.")
        tiers.append(tier)
    return sorted(tiers)


def _overlapping(frame: pl.DataFrame) -> list[Fault]:
    """Agreements that would hold on a day together with another of their supplier, of the file or as it is kept."""
    spans = dict(_spans())
    rows = frame.select(ROW, "supplier", "code", "valid_from", "valid_to").drop_nulls(
        ["supplier", "code", "valid_from"]
    )
    spans.update({(supplier, code): (begins, ends) for _, supplier, code, begins, ends in rows.iter_rows()})
    by_supplier: dict[str, dict[str, Any]] = {}
    for (supplier, code), span in spans.items():
        by_supplier.setdefault(supplier, {})[code] = span
    return [
        Fault(row, "valid_from", str(begins), f"{code!r} would hold together with {other!r} of {supplier}.")
        for row, supplier, code, begins, ends in rows.iter_rows()
        for other, span in by_supplier[supplier].items()
        if other != code and overlaps((begins, ends), span)
    ]


def _spans() -> list[tuple[tuple[str, str], Any]]:
    kept = Agreement.objects.values_list("supplier__code", "code", "valid_from", "valid_to")
    return [((supplier, code), (begins, ends)) for supplier, code, begins, ends in kept]


def _resolve_closures(frame: pl.DataFrame) -> Resolved:
    suppliers, faults = lookup(frame, "supplier", ids(Supplier, "code"), "supplier")
    wrong = frame.filter(pl.col("ends_on") < pl.col("begins_on"))
    faults += [
        Fault(row, "ends_on", str(end), f"{end} lies before begins_on ({start}).")
        for row, start, end in wrong.select(ROW, "begins_on", "ends_on").iter_rows()
    ]
    if faults:
        return [], faults
    values = frame.with_columns(pl.col("reason").fill_null("")).drop(ROW, "supplier").to_dicts()
    return numbered(frame, [{**row, "supplier_id": pk} for row, pk in zip(values, suppliers, strict=True)]), []


def _resolve_volume_commitments(frame: pl.DataFrame) -> Resolved:
    suppliers, faults = lookup(frame, "supplier", ids(Supplier, "code"), "supplier")
    items, faults_2 = lookup(frame, "sku", ids(Item, "sku"), "item")
    faults += faults_2 + ends_before_start(frame)
    faults += [
        Fault(row[ROW], name, str(row[name] or ""), sentence)
        for row in frame.iter_rows(named=True)
        for name, sentence in _wrong_in_commitment(row)
    ]
    if faults:
        return [], faults
    values = frame.with_columns(pl.col("category", "currency").fill_null("")).drop(ROW, "supplier", "sku").to_dicts()
    records: Sequence[Record] = [
        {**row, "supplier_id": pk, "item_id": item} for row, pk, item in zip(values, suppliers, items, strict=True)
    ]
    return numbered(frame, records), []


def _wrong_in_commitment(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a commitment as a whole: by column, in a sentence."""
    wrong = []
    if row["sku"] and row["category"]:
        wrong.append(("category", "name an item or a category, not both."))
    if (row["quantity"] is None) == (row["amount"] is None):
        wrong.append(("quantity", "give a quantity or an amount, one of them."))
    elif (row["amount"] is None) != (row["currency"] is None):
        wrong.append(("currency", "an amount needs its currency; a quantity has none."))
    return wrong


def _days(name: str, default: int | None = 0) -> Field:
    return Field(name, INTEGER, False, default, at_least=0, below=MOST_DAYS + 1)


def _percent(name: str, default: Decimal | None = Decimal(0)) -> Field:
    return Field(name, DECIMAL, False, default, at_least=0, pattern=PERCENT, must_be="a percentage such as 2.5")


SUPPLIER = Field("supplier", max_length=60)
CERTIFICATES = Kind(
    "certificate", Certificate,
    [
        SUPPLIER, Field("certificate", max_length=60), Field("number", max_length=100),
        Field("issuer", is_required=False, max_length=200), Field("valid_from", DATE), Field("valid_to", DATE, False),
        Field("document_name", is_required=False, max_length=200),
        Field("document_hash", is_required=False, pattern=SHA_256, must_be="64 digits from 0 to f"),
    ],
    key=["supplier", "certificate", "number"], record_key=["supplier_id", "kind", "number"],
    resolve=_resolve_certificates, record_names={"certificate": ["kind"]},
)  # fmt: skip
AGREEMENTS = Kind(
    "agreement", Agreement,
    [
        SUPPLIER, Field("code", max_length=60), Field("valid_from", DATE), Field("valid_to", DATE, False), CURRENCY,
        _days("net_days", 30), _days("discount_days"), _percent("discount_percent"),
        Field("incoterm", is_required=False, choices=list(Incoterm)),
        Field("incoterm_place", is_required=False, max_length=100), _days("lead_time_days", None),
        _days("early_tolerance_days"), _days("late_tolerance_days"), _percent("otif_target_percent", None),
        *(
            Field(name, DECIMAL, False, at_least=0)
            for name in ("minimum_order_value", "minimum_order_weight_kg", "minimum_order_volume_l")
        ),
        Field("order_weekdays", is_required=False),
        Field("order_cut_off", is_required=False),
        Field("order_time_zone", is_required=False, max_length=60),
        *(_days(name, None) for name in ("answer_time_hours", "syntax_answer_time_hours", "notice_time_hours")),
        *(
            _percent(name)
            for name in ("over_tolerance_percent", "under_tolerance_percent", "price_tolerance_percent")
        ),
        Field("rebate_base", is_required=False, default=RebateBase.WHOLE.value, choices=list(RebateBase)),
        Field("rebate_tiers", is_required=False), Field("weekly_capacity", DECIMAL, False, at_least=0),
        _percent("quota_percent", None),
    ],
    key=["supplier", "code"], record_key=["supplier_id", "code"], resolve=_resolve_agreements,
)  # fmt: skip
CLOSURES = Kind(
    "closure", Closure,
    [
        SUPPLIER, Field("begins_on", DATE), Field("ends_on", DATE), Field("reason", is_required=False, max_length=200),
    ],
    key=["supplier", "begins_on"], record_key=["supplier_id", "begins_on"], resolve=_resolve_closures,
)  # fmt: skip
VOLUME_COMMITMENTS = Kind(
    "volume_commitment", VolumeCommitment,
    [
        SUPPLIER, Field("sku", is_required=False, max_length=60), Field("category", is_required=False, max_length=60),
        Field("quantity", DECIMAL, False, at_least=0), Field("amount", DECIMAL, False, at_least=0),
        Field("currency", is_required=False, pattern=CURRENCY.pattern, must_be=CURRENCY.must_be),
        Field("valid_from", DATE), Field("valid_to", DATE),
    ],
    key=["supplier", "sku", "category", "valid_from"],
    record_key=["supplier_id", "item_id", "category", "valid_from"], resolve=_resolve_volume_commitments,
)  # fmt: skip
