"""Edits of a proposal's quantity: why people make them, and what speaks against a quantity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ownstock.base.text import plain

MOST_UNITS = Decimal(10) ** 12
VERSION = re.compile(r"run\d+-edit\d+-units\d+(\.\d+)?")


class EditReason(StrEnum):
    """Why a person orders another quantity than proposed; few, so that they can be measured one against another."""

    MORE_DEMAND = "more_demand"
    LESS_DEMAND = "less_demand"
    SUPPLIER = "supplier"
    PRICE = "price"
    CASH = "cash"
    SPACE = "space"
    MINIMUM = "minimum"
    SHELF_LIFE = "shelf_life"
    WRONG_INPUT = "wrong_input"
    OTHER = "other"


EDIT_REASONS: Mapping[EditReason, str] = {
    EditReason.MORE_DEMAND: "More will be wanted than the forecast knows: a promotion, a project, a new customer.",
    EditReason.LESS_DEMAND: "Less will be wanted than the forecast knows: an item on its way out, a customer lost.",
    EditReason.SUPPLIER: "The supplier will deliver late, less, or not for a while.",
    EditReason.PRICE: "The price will change, or a larger quantity is cheaper.",
    EditReason.CASH: "Less money is to be tied up now.",
    EditReason.SPACE: "There is no room for so much.",
    EditReason.MINIMUM: "The order is to reach the supplier's minimum.",
    EditReason.SHELF_LIFE: "So much would expire before it is sold.",
    EditReason.WRONG_INPUT: "A number that the proposal was made from is wrong.",
    EditReason.OTHER: "Another reason, in words.",
}


def quantity_faults(quantity: Decimal, *, moq: int, order_multiple: int) -> list[str]:
    """What speaks against ordering a quantity, each in a sentence that says what would do; none where it can be ordered."""
    if quantity <= 0:
        return ["Order more than 0, or turn the proposal down."]
    if quantity > MOST_UNITS:
        return [f"Order at most {plain(MOST_UNITS)}."]
    if quantity % 1:
        return [f"{plain(quantity)} is no whole number of stock units."]
    faults = []
    if quantity < moq:
        faults.append(f"The supplier's MOQ is {plain(Decimal(moq))}: order at least so much.")
    if quantity % order_multiple:
        least = -(-max(moq, 1) // order_multiple) * order_multiple
        floor = quantity // order_multiple * order_multiple
        below, above = (max(q, Decimal(least)) for q in (floor, floor + order_multiple))
        fits = " or ".join(plain(q) for q in sorted({below, above}))
        pack = plain(Decimal(order_multiple))
        faults.append(f"It is ordered in multiples of {pack}: {fits} would fit.")
    return faults


def version_of(run: int, edit: int | None, quantity: Decimal) -> str:
    """Names a proposal as a person saw it: the run that decided it, the last edit, the quantity.

    It is written so that no spreadsheet takes it for a date or a number and writes it otherwise.
    """
    return f"run{run}-edit{edit or 0}-units{quantity.normalize():f}"


def is_version(text: str) -> bool:
    """Whether a text names a proposal as somebody saw it."""
    return VERSION.fullmatch(text) is not None


def quantity_of(version: str) -> str:
    """The quantity that a version names."""
    return version.split("units", 1)[-1]


def proposed_quantity(reason: Mapping[str, Any]) -> Decimal:
    """What the engine proposed, whatever people made of it."""
    return Decimal(reason["decision"]["quantity"])
