"""What an administrator types of a program that is told of events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.exchange.models import Subscription
from ownstock.exchange.subscriptions.kinds import FAMILIES
from ownstock.exchange.subscriptions.rules import EVERYTHING, SubscriptionDraft

WHOLE = [f"{family}.*" for family in FAMILIES]


class SubscriptionForm(forms.Form):
    """Where a program is told, and of what."""

    name = forms.CharField(label=_("Name"), max_length=40, help_text=_("Small letters, digits, dashes: erp"))
    url = forms.CharField(
        label=_("Address"), max_length=2_000, help_text=_("Where events are posted: https://…"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )  # fmt: skip
    families = forms.MultipleChoiceField(
        label=_("Of what it is told"), choices=[(f"{family}.*", _(label)) for family, label in FAMILIES.items()],
        required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
    )  # fmt: skip
    kinds = forms.CharField(
        label=_("And of these kinds"), max_length=4_000, required=False,
        help_text=_("Parted by commas: purchasing.placed, alert.raised; * is everything"),
    )  # fmt: skip

    @staticmethod
    def of(found: Subscription) -> dict[str, Any]:
        """The boxes as a subscription fills them."""
        single = [kind for kind in found.kinds if kind not in WHOLE]
        return {"name": found.name, "url": found.url, "families": found.kinds, "kinds": ", ".join(single)}

    def clean(self) -> dict[str, Any]:
        """Refuse one that is told of nothing."""
        said = super().clean() or {}
        if not self.errors and not (said["families"] or said["kinds"].replace(",", " ").strip()):
            raise forms.ValidationError(
                _("Tick of what it is told, or name kinds; %(all)s is everything.") % {"all": EVERYTHING}
            )
        return said

    def draft(self) -> SubscriptionDraft:
        """What `set_subscription` takes."""
        said = self.cleaned_data
        kinds = [*said["families"], *said["kinds"].replace(",", " ").split()]
        return SubscriptionDraft(said["name"], said["url"].strip(), kinds)
