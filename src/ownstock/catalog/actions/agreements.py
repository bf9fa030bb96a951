"""Keeping what is agreed with suppliers, and when they are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.actions.changes import record_change, values_of
from ownstock.catalog.models import Agreement, Closure, Supplier
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.queries.supplier_codes import supplier as find_supplier
from ownstock.catalog.rules import overlaps
from ownstock.catalog.rules.duties import Duty

NAMES = [field.name for field in Agreement._meta.concrete_fields if field.name not in ("id", "supplier", "code")]


@transaction.atomic
def keep_agreement(supplier: str, code: str, terms: Mapping[str, Any], *, actor: str, reason: str = "") -> Agreement:
    """Enter an agreement, or change the one of this code: the terms that are named, by the names of its columns.

    The same again changes nothing.

    Raises:
        Refused: the actor has no role for it, there is no such supplier or term, a value is none, it ends
            before it begins, or it overlaps another.
    """
    check_duty(actor, Duty.AGREE)
    if unknown := sorted(set(terms) - set(NAMES)):
        raise Refused(
            f"An agreement has no {unknown[0]}. Known: {', '.join(NAMES)}.", code="unknown_term", unknown=unknown
        )
    found = find_supplier(supplier)
    Supplier.objects.select_for_update().get(pk=found.pk)
    row = Agreement.objects.filter(supplier=found, code=code).first()
    old = None if row is None else values_of(row, NAMES)
    row = row or Agreement(supplier=found, code=code, currency=found.currency)
    for name, value in terms.items():
        setattr(row, name, _tiers(value) if name == "rebate_tiers" else value)
    _refuse_wrong(row)
    subject = f"agreement:{supplier}/{code}"
    if record_change(
        actor=actor, verb="catalog.agreement_kept", subject=subject, old=old, new=values_of(row, NAMES), reason=reason
    ):
        row.save()
    return row


def _tiers(said: Sequence[Sequence[Any]]) -> list[list[Decimal]]:
    """Pairs of a turnover and a percentage, exactly."""
    try:
        tiers = [[Decimal(str(start)), Decimal(str(percent))] for start, percent in said]
    except (InvalidOperation, TypeError, ValueError):
        raise Refused(
            "rebate_tiers are pairs of a turnover and a percentage, such as 10000 and 1.5.",
            code="bad_term",
            field="rebate_tiers",
        ) from None
    return sorted(tiers)


def _refuse_wrong(row: Agreement) -> None:
    try:
        row.clean_fields()
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise Refused(f"{name} of the agreement: {sentences[0]}", code="bad_term", field=name) from None
    if row.order_time_zone and row.order_time_zone not in available_timezones():
        raise Refused(
            f"There is no time zone {row.order_time_zone!r}; use a name such as Europe/London.",
            code="bad_term",
            field="order_time_zone",
        )
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise Refused(
            f"It would end on {row.valid_to}, before it begins on {row.valid_from}.", code="ends_before_start"
        )
    _refuse_overlap(row)


def _refuse_overlap(row: Agreement) -> None:
    others = Agreement.objects.filter(supplier_id=row.supplier_id).exclude(code=row.code)
    for other in others:
        if overlaps((row.valid_from, row.valid_to), (other.valid_from, other.valid_to)):
            begins = max(row.valid_from, other.valid_from)
            raise Refused(
                f"{row.code} would hold on {begins} together with {other.code}; end one before the other begins.",
                code="agreements_overlap",
                agreement=row.code,
                other=other.code,
            )


@transaction.atomic
def close_supplier(supplier: str, begins_on: date, ends_on: date, *, actor: str, reason: str = "") -> Closure:
    """Keep that a supplier is closed from a day up to a day, both included.

    Raises:
        Refused: the actor has no role for it, there is no such supplier, or the last day lies before the first.
    """
    check_duty(actor, Duty.AGREE)
    if ends_on < begins_on:
        raise Refused(f"{ends_on} lies before {begins_on}.", code="ends_before_start")
    found = find_supplier(supplier)
    Supplier.objects.select_for_update().get(pk=found.pk)
    row = Closure.objects.filter(supplier=found, begins_on=begins_on).first()
    old = None if row is None else values_of(row, ["ends_on", "reason"])
    row = row or Closure(supplier=found, begins_on=begins_on)
    row.ends_on, row.reason = ends_on, reason
    row.save()
    record_change(
        actor=actor, verb="catalog.supplier_closed", subject=f"closure:{supplier}/{begins_on}", old=old,
        new=values_of(row, ["ends_on", "reason"]), reason=reason,
    )  # fmt: skip
    return row


@transaction.atomic
def reopen_supplier(supplier: str, begins_on: date, *, actor: str, reason: str) -> None:
    """Take back that a supplier is closed from a day on.

    Raises:
        Refused: the actor has no role for it, no closure begins on that day.
    """
    check_duty(actor, Duty.AGREE)
    row = Closure.objects.select_for_update().filter(supplier__code=supplier, begins_on=begins_on).first()
    if row is None:
        raise Refused(f"No closure of {supplier} begins on {begins_on}.", code="no_closure", supplier=supplier)
    old = values_of(row, ["ends_on", "reason"])
    row.delete()
    record_change(
        actor=actor, verb="catalog.supplier_reopened", subject=f"closure:{supplier}/{begins_on}", old=old, new=None,
        reason=reason,
    )  # fmt: skip
