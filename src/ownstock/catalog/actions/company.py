"""Saying whose database this is, and how strictly suppliers are kept."""

from __future__ import annotations

import re

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.actions.changes import record_change, values_of
from ownstock.catalog.models import Company, Item
from ownstock.journal import actions as journal


@transaction.atomic
def set_company(name: str, currency: str, *, actor: str) -> Company:
    """Say whose database this is and in which currency all value is kept.

    Raises:
        Refused: the currency is no ISO 4217 code, or another was used for the items that stand.
    """
    company = Company.objects.select_for_update().get()
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Refused(f"{currency!r} is no currency: use three capital letters such as EUR.", code="bad_currency")
    if currency != company.currency and Item.objects.exists():
        raise Refused(
            f"All costs are kept in {company.currency}; the currency cannot change once there are items.",
            code="currency_in_use",
        )
    old = {"name": company.name, "currency": company.currency}
    company.name, company.currency = name, currency
    company.save(update_fields=["name", "currency"])
    journal.record(
        actor=actor, verb="catalog.company_set", subject="company", old=old, new={"name": name, "currency": currency}
    )
    return company


@transaction.atomic
def set_supplier_rules(
    *, actor: str, is_qualification_required: bool | None = None, has_separate_duties: bool | None = None,
    lapse_warning_days: int | None = None, commitment_warning_days: int | None = None, reason: str = "",
) -> Company:  # fmt: skip
    """Say how strictly suppliers are kept; what is not named stays as it is."""
    company = Company.objects.select_for_update().get()
    asked = {
        "is_qualification_required": is_qualification_required, "has_separate_duties": has_separate_duties,
        "lapse_warning_days": lapse_warning_days, "commitment_warning_days": commitment_warning_days,
    }  # fmt: skip
    said = {name: value for name, value in asked.items() if value is not None}
    old = values_of(company, said)
    for name, value in said.items():
        setattr(company, name, value)
    if record_change(
        actor=actor, verb="catalog.supplier_rules_set", subject="company", old=old, new=said, reason=reason
    ):
        company.save(update_fields=list(said))
    return company
