"""What the grid and the file of proposals say of each proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ownstock.base.text import plain
from ownstock.planning.models import Proposal
from ownstock.planning.queries.proposal_lists import AS_PROPOSED, EDITED, ListedProposal, listed_proposals
from ownstock.planning.rules.edits import EditReason

ROWS_AT_ONCE, MOST_ROWS = 500, 100_000
REASONS: Mapping[EditReason, str | Promise] = {
    EditReason.MORE_DEMAND: gettext_lazy("More will be wanted"),
    EditReason.LESS_DEMAND: gettext_lazy("Less will be wanted"),
    EditReason.SUPPLIER: gettext_lazy("The supplier delivers late or less"),
    EditReason.PRICE: gettext_lazy("The price"),
    EditReason.CASH: gettext_lazy("Less money tied up"),
    EditReason.SPACE: gettext_lazy("No room for so much"),
    EditReason.MINIMUM: gettext_lazy("To the supplier\u2019s minimum"),
    EditReason.SHELF_LIFE: gettext_lazy("It would expire"),
    EditReason.WRONG_INPUT: gettext_lazy("A number it was made from is wrong"),
    EditReason.OTHER: gettext_lazy("Another reason, in words"),
}
# What the file has beside the grid: enough to bring edited quantities back.
OF_THE_FILE = ("id", "version")
# Empty: for whoever changes a quantity to say why.
OF_EDITS = ("reason_code", "reason")


def columns(*, is_editable: bool = True) -> list[dict[str, Any]]:
    """The columns of the grid of proposals."""
    day, bare = {"kind": "day", "width": 108}, {"sort": False}
    states = {EDITED: _("Edited"), AS_PROPOSED: _("As proposed")}
    # What one decides by comes first: on a small screen it is what one sees.
    return [
        {
            "field": "sku", "title": _("Item"), "kind": "code", "href": "/proposals/{id}",
            "filter": True, "width": 115, "phone": 80,
        },
        {"field": "site", "title": _("Site"), "filter": True, "width": 80},
        {"field": "quantity", "title": _("Order"), "kind": "number", "editable": is_editable, "width": 88, "phone": 56},
        {"field": "need", "title": _("Proposed"), "kind": "number", **bare, "width": 85},
        {"field": "stock_out_on", "title": _("Runs out"), **day},
        {"field": "order_by_on", "title": _("Order by"), **day, "phone": 92},
        {"field": "amount", "title": _("Amount"), "kind": "money", "width": 100, "phone": 76},
        {"field": "currency", "title": "", **bare, "width": 55, "min_width": 55},
        {"field": "value", "title": _("Saves"), "kind": "money", "width": 95},
        {"field": "supplier", "title": _("Supplier"), "filter": True, "width": 105},
        {"field": "abc_class", "title": _("Class"), "filter": True, "width": 75, "min_width": 70},
        {"field": "description", "title": _("Description"), "filter": True, "min_width": 150, "grow": 3},
        {"field": "cost_difference", "title": _("Costs more"), "kind": "money", **bare, "width": 105},
        {"field": "lasts_until", "title": _("Lasts until"), **day, **bare},
        {
            "field": "state_of_edit", "title": _("Edit"), "text": "edit_words", "filter": True, "choices": states,
            **bare, "min_width": 150, "grow": 2,
        },
    ]  # fmt: skip


def row_of(one: ListedProposal) -> dict[str, Any]:
    """A proposal as a row of the grid."""
    proposal, meaning = one.proposal, one.meaning
    item_site = proposal.item_site
    return {
        "id": proposal.pk, "version": one.version, "sku": item_site.item.sku, "description": item_site.item.description,
        "site": item_site.site.code, "supplier": proposal.supplier.code, "stock_out_on": one.stock_out_on,
        "order_by_on": one.order_by_on, "need": float(meaning.proposed_quantity), "quantity": float(proposal.quantity),
        "amount": float(one.amount), "currency": proposal.supplier.currency, "value": float(proposal.value),
        "cost_difference": float(meaning.cost_difference) or None, "lasts_until": meaning.used_up_on,
        "abc_class": one.abc_class, "state_of_edit": EDITED if one.is_edited else AS_PROPOSED, "edit_words": edit_words(one),
    }  # fmt: skip


def edit_words(one: ListedProposal) -> str:
    """Why another quantity stands than was proposed, and what speaks against it; empty where it is the plan's own."""
    words = list(one.meaning.faults)
    if one.edit is not None and one.is_edited:
        reason = REASONS[EditReason(one.edit.reason_code)]
        words.insert(0, f"{reason}: {one.edit.reason}" if one.edit.reason else str(reason))
    return " ".join(words)


def headings() -> list[str]:
    """The first line of the file: its names are those that a file brought back has."""
    return [*OF_THE_FILE, *(column["field"] for column in columns()), *OF_EDITS]


def file_rows(found: QuerySet[Proposal]) -> Iterator[list[Any]]:
    """The rows of the file, the first 100,000, some hundred read at once."""
    fields = headings()
    pages = Paginator(found[:MOST_ROWS], ROWS_AT_ONCE)
    for number in pages.page_range:
        for one in listed_proposals(pages.page(number).object_list):
            row = row_of(one) | {"amount": one.amount.quantize(one.proposal.value), "value": one.proposal.value}
            yield [row.get(name, "") for name in fields]


def quantity_in_words(quantity: Any) -> str:
    """A quantity as a sentence has it."""
    return plain(quantity)
