"""What people choose in a set-up: the company, how a file is read, what is assumed."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ownstock.exchange.models import UploadedFile
from ownstock.exchange.set_up.files import FIELD_NAMES
from ownstock.exchange.set_up.kinds import (
    FIELDS,
    ITEM_SITES,
    ITEMS,
    LEFT_OUT,
    LOCATIONS,
    MOVEMENTS,
    SALES,
    STOCK,
    SUPPLIERS,
    SUPPLY_TERMS,
    UNITS,
)

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "HUF", "INR", "JPY", "MXN", "NOK",
              "NZD", "PLN", "RON", "SEK", "SGD", "TRY", "ZAR")  # fmt: skip
CHOOSE = ("", _("Choose …"))
# In the order in which people think of them.
KINDS = {
    ITEMS: _("Items: what you keep"),
    STOCK: _("Stock: what lies there today"),
    SALES: _("Sales history: what was sold when"),
    SUPPLIERS: _("Suppliers"),
    SUPPLY_TERMS: _("Supply terms: who sells what, at what price"),
    MOVEMENTS: _("Movements: all that came and went"),
    ITEM_SITES: _("Planning settings of items"),
    UNITS: _("Other units of items"),
    LOCATIONS: _("Sites and other places"),
    LEFT_OUT: _("Nothing of these: leave the file out"),
}
NAMES = {
    "sku": _("Item code"), "description": _("Description"), "unit": _("Stock unit"), "unit_cost": _("Cost of one unit"),
    "supplier": _("Supplier"), "price": _("Price of one unit"), "lead_time_days": _("Lead time in days"),
    "moq": _("Minimum order quantity"), "order_multiple": _("Order multiple"), "supplier_sku": _("Supplier's item code"),
    "quantity": _("Quantity"), "moved_at": _("Date"), "location": _("Place"), "site": _("Site"),
    "reference": _("Document number"), "code": _("Code"), "name": _("Name"), "email": _("E-mail"),
    "currency": _("Currency"), "category": _("Category"), "gtin": _("GTIN (EAN, UPC)"), "lot": _("Lot"),
    "valid_from": _("Valid from"), "valid_to": _("Valid to"), "time_zone": _("Time zone"), "kind": _("Kind"),
    "holding_rate": _("Cost of holding a year"), "shortage_cost": _("Cost of one unit short"),
    "review_period_days": _("Days between orders"), "unserved_demand": _("Unserved demand"),
    "source": _("From"), "target": pgettext_lazy("whom or where", "To"),
}  # fmt: skip
PRESETS = [("plain", _("None of these")), ("shopify", "Shopify"), ("odoo", "Odoo"), ("erpnext", "ERPNext"),
           ("netsuite", "NetSuite")]  # fmt: skip
NUMBERS = [CHOOSE, ("comma", _("The comma: 1.234,56")), ("point", _("The point: 1,234.56"))]
DATES = [CHOOSE, ("dmy", _("Day first: 31/12/2026")), ("mdy", _("Month first: 12/31/2026")),
         ("ymd", _("Year first: 2026-12-31"))]  # fmt: skip


def name_of(field: str) -> str:
    """What people call a field."""
    return str(NAMES.get(field, field.replace("_", " ").capitalize()))


class CompanyForm(forms.Form):
    """Whose company it is, and its first site."""

    name = forms.CharField(label=_("Name of the company"), max_length=200)
    currency = forms.ChoiceField(label=_("Currency of its costs"), choices=[CHOOSE, *((c, c) for c in CURRENCIES)])
    site = forms.CharField(
        label=_("First site"),
        max_length=200,
        initial=_("Main warehouse"),
        help_text=_("Where goods lie; more can follow."),
    )
    time_zone = forms.ChoiceField(
        label=_("Its clock"), help_text=_("Days begin and end by it."),
        choices=[CHOOSE, *((zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone
                           and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/")))],
    )  # fmt: skip


class AssumptionsForm(forms.Form):
    """What is taken where the files say nothing."""

    lead_time_days = forms.IntegerField(
        label=_("Lead time, in days"), help_text=_("Only where neither the item nor its supplier has one.")
    )
    review_period_days = forms.IntegerField(label=_("You order every so many days"))
    holding_percent = forms.IntegerField(
        label=_("Holding costs a year, in percent of the cost"),
        help_text=_("Money, space, loss. 25 is a fair first guess."),
    )
    margin_percent = forms.IntegerField(
        label=_("A lost sale costs, in percent of the cost"),
        help_text=_("Your margin. Where the sales history has prices, they tell it."),
    )


class KindForm(forms.Form):
    """What a file is, and which system wrote it."""

    kind = forms.ChoiceField(label=_("This file holds"), choices=[CHOOSE, *KINDS.items()])
    preset = forms.ChoiceField(label=_("Exported from"), choices=PRESETS, required=False)


class FileForm(forms.Form):
    """What the headings of a file mean, and what the file does not show of itself."""

    def __init__(self, file: UploadedFile, headings: Any, asked: Any, sites: Any, data: Any = None) -> None:
        super().__init__(data)
        self.file, self.headings, said = file, headings, file.said
        fields = [("", _("Leave out")), *((name, name_of(name)) for name in FIELD_NAMES.get(file.file_kind, []))]
        for number, heading in enumerate(headings):
            self.fields[f"heading_{number}"] = forms.ChoiceField(
                label=heading.name, choices=fields, required=False, initial=heading.field
            )
        if asked.numbers or said.get("numbers"):
            self.fields["numbers"] = forms.ChoiceField(
                label=_("Which is the decimal mark?"), choices=NUMBERS, initial=said.get("numbers", "")
            )
        if asked.dates or said.get("dates"):
            self.fields["dates"] = forms.ChoiceField(
                label=_("How are its dates written?"), choices=DATES, initial=said.get("dates", "")
            )
        for name in self.missing():
            self.fields[f"value_{name}"] = forms.CharField(
                label=_("%(field)s, for every row") % {"field": name_of(name)}, max_length=200,
                initial=said.get("values", {}).get(name, ""), required=False,
            )  # fmt: skip
        places = {**dict.fromkeys(said.get("places_asked", [])), **said.get("places", {})}
        self.places = list(places)
        for number, place in enumerate(self.places):
            self.fields[f"place_{number}"] = forms.ChoiceField(
                label=place, choices=sites, initial=places[place] or file.set_up.site_code
            )

    def missing(self) -> list[str]:
        """Fields that are needed, and that no heading means."""
        taken = set(self.file.mapping.values())
        return [f.name for f in FIELDS.get(self.file.file_kind, []) if f.is_required and f.name not in taken]

    def rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each heading with its box."""
        return [(heading, self[f"heading_{number}"]) for number, heading in enumerate(self.headings)]

    def questions(self) -> list[forms.BoundField]:
        """The boxes beside those of the headings."""
        return [self[name] for name in self.fields if not name.startswith(("heading_", "place_"))]

    def place_boxes(self) -> list[forms.BoundField]:
        """A box for each place that is not known."""
        return [self[f"place_{number}"] for number in range(len(self.places))]

    def mapping(self) -> dict[str, str]:
        """Heading → field."""
        return {h.name: self.cleaned_data[f"heading_{number}"] for number, h in enumerate(self.headings)}

    def said(self) -> dict[str, Any]:
        """All that is said beside the headings."""
        cleaned = self.cleaned_data
        values = {name.removeprefix("value_"): cleaned[name] for name in cleaned if name.startswith("value_")}
        return {
            "numbers": cleaned.get("numbers", ""), "dates": cleaned.get("dates", ""),
            "values": {**self.file.said.get("values", {}), **{name: value for name, value in values.items() if value}},
            "places": {place: cleaned[f"place_{number}"] for number, place in enumerate(self.places)},
        }  # fmt: skip
