"""What people say of item-sites, as forms: overrides, events, what becomes of items, other settings, comments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.demand.rules.calendar import EventEntry, LifecycleEntry, LifecycleKind
from ownstock.planning.actions.comments import MOST_CHARACTERS
from ownstock.planning.actions.overrides import OverrideEntry
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from ownstock.web.forms import DayInput

KINDS = {
    OverrideKind.DEMAND_TIMES: _("Demand is so many times what is expected"),
    OverrideKind.DEMAND_PLUS: _("So many units more in all (below 0: fewer)"),
    OverrideKind.DEMAND_A_WEEK: _("Demand is so many units a week"),
    OverrideKind.LEVEL_AT_LEAST: _("Order-up-to level: at least so many units"),
    OverrideKind.LEVEL_AT_MOST: _("Order-up-to level: at most so many units"),
    OverrideKind.CYCLE_SERVICE_LEVEL: _("Cycle service level, as a share such as 0.98"),
    OverrideKind.FILL_RATE: _("Fill rate, as a share such as 0.98"),
}
CODES = {
    ReasonCode.PROMOTION: _("Promotion"), ReasonCode.NEW_CUSTOMER: _("New customer"),
    ReasonCode.LOST_CUSTOMER: _("Lost customer"), ReasonCode.PROJECT: _("Project"), ReasonCode.SEASON: _("Season"),
    ReasonCode.PRICE_CHANGE: _("Price change"), ReasonCode.SUPPLY_RISK: _("Supply risk"),
    ReasonCode.SHELF_SPACE: _("Shelf space"), ReasonCode.HISTORY_WRONG: _("The history is wrong"),
    ReasonCode.OTHER: _("Other"),
}  # fmt: skip
STEPS = {
    LifecycleKind.SUPERSEDED_BY: _("Another item takes its place"),
    LifecycleKind.LIKE: _("It will sell like another item"),
    LifecycleKind.ENDS: _("It is not sold any more from a day on"),
}
WHY = _("Why, in your words")
NUMBER = {"inputmode": "decimal", "step": "any", "autocomplete": "off"}


def _number(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=14, decimal_places=4, widget=forms.NumberInput(NUMBER), **more)


def _why(label: Any = WHY, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=1_000, widget=forms.Textarea({"rows": 2}), **more)


class OverrideForm(forms.Form):
    """An override of one item-site."""

    kind = forms.ChoiceField(label=_("What will differ"), choices=list(KINDS.items()))
    value = _number(_("By how much"))
    from_on = forms.DateField(label=_("First day"), widget=DayInput)
    until_on = forms.DateField(label=_("Last day; then it expires"), widget=DayInput)
    reason_code = forms.ChoiceField(label=_("Reason"), choices=list(CODES.items()))
    reason = _why()

    def entry(self, sku: str, site: str) -> OverrideEntry:
        """What the action takes."""
        said = self.cleaned_data
        return OverrideEntry(
            sku, site, OverrideKind(said["kind"]), said["value"], said["from_on"], said["until_on"],
            ReasonCode(said["reason_code"]), said["reason"],
        )  # fmt: skip


class EventForm(forms.Form):
    """Something that changes demand for a while; codes are parted by commas."""

    name = forms.CharField(label=_("Name"), max_length=200)
    from_on = forms.DateField(label=_("First day"), widget=DayInput)
    until_on = forms.DateField(label=_("Last day"), widget=DayInput)
    factor = _number(
        _("Demand is so many times the usual"),
        required=False,
        help_text=_("Empty: not known yet; it then changes nothing."),
    )
    skus = forms.CharField(label=_("Items"), required=False, help_text=_("Codes parted by commas; empty: all."))
    categories = forms.CharField(label=_("Categories"), required=False)
    sites = forms.CharField(label=_("Sites"), required=False, help_text=_("Empty: all."))
    reason = _why(required=False)

    def entry(self) -> EventEntry:
        """What the action takes."""
        said = self.cleaned_data
        codes = {name: _codes(said[name]) for name in ("skus", "sites", "categories")}
        return EventEntry(
            said["name"], said["from_on"], said["until_on"], factor=said["factor"], reason=said["reason"], **codes
        )


class LifecycleForm(forms.Form):
    """What becomes of the item of an item-site."""

    kind = forms.ChoiceField(label=_("What becomes of it"), choices=list(STEPS.items()))
    other_sku = forms.CharField(label=_("The other item"), required=False, max_length=60)
    factor = _number(_("Units wanted for each of the other"), initial=1)
    ends_on = forms.DateField(label=_("First day without it"), required=False, widget=DayInput)
    is_here = forms.BooleanField(label=_("At this site alone"), required=False)
    reason = _why()

    def entry(self, sku: str, site: str) -> LifecycleEntry:
        """What the action takes."""
        said = self.cleaned_data
        where = site if said["is_here"] else ""
        return LifecycleEntry(
            LifecycleKind(said["kind"]), sku, where, said["other_sku"], said["factor"], said["ends_on"], said["reason"]
        )


class PolicyForm(forms.Form):
    """Other settings to try; what is left empty stays as it is."""

    shortage_cost = _number(_("One unit short costs"), required=False, min_value=0)
    holding_rate = _number(_("Holding, a year, as a share of cost"), required=False, min_value=0)
    review_period_days = forms.IntegerField(
        label=_("Ordered every so many days"), required=False, min_value=1, max_value=365
    )
    moq = forms.IntegerField(
        label=_("MOQ, if it were another"), required=False, min_value=1,
        help_text=_("The supplier's: it can only be tried."),
    )  # fmt: skip
    order_cost = _number(_("An order costs"), required=False, min_value=0)
    reason = _why(_("Why, to adopt it"), required=False)

    def tried(self) -> dict[str, Any]:
        """The settings that are named."""
        names = ("shortage_cost", "holding_rate", "review_period_days", "moq")
        return {name: value for name in names if (value := self.cleaned_data.get(name)) is not None}


class CommentForm(forms.Form):
    """What somebody says of an item-site."""

    text = forms.CharField(label=_("What you say"), max_length=MOST_CHARACTERS, widget=forms.Textarea({"rows": 3}))


class EndForm(forms.Form):
    """Why something no longer holds."""

    reason = forms.CharField(label=_("Why"), max_length=1_000)


def code_in_words(code: str) -> str:
    """A reason code as people read it."""
    return str(CODES[ReasonCode(code)]) if code in list(ReasonCode) else code


def _codes(text: str) -> list[str]:
    return [code for part in text.split(",") if (code := part.strip())]
