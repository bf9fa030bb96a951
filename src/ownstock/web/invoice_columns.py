"""What the columns of a file of invoices mean, in the order in which people fill them in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ownstock.purchasing.invoice_files import FIELDS

MEANINGS = {
    "supplier": _("The supplier's code here."),
    "number": _("The supplier's own number of the invoice or credit note."),
    "invoiced_on": _("The day that it bears."),
    "due_on": _("When it is to be paid; empty: as agreed with the supplier."),
    "currency": _("Three letters, such as EUR."),
    "total": _("What it asks for in all, taxes too; below zero for a credit note."),
    "charges": _("Freight and other charges of the whole invoice."),
    "taxes": _("Taxes of the whole invoice."),
    "purchase_order": _("Our number of the order; empty: the goods were not ordered."),
    "line": _("The line of the order; empty: the one with this code."),
    "code": _("Our code of the item, or the supplier's own."),
    "quantity": _("How many are invoiced; below zero are credited."),
    "unit": _("Quantity and price are of this unit; empty: the stock unit."),
    "price": _("Of one unit, without taxes."),
}
NEEDED = {field.name for field in FIELDS if field.is_required}
COLUMNS = [(name, name in NEEDED, meaning) for name, meaning in MEANINGS.items()]
