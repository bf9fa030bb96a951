"""What people type about automation: a rule, a pause, the company's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ownstock.automation.actions import RuleDraft
from ownstock.automation.models import AutomationPolicy, StandingRule
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits, RuleTerms
from ownstock.catalog.rules import SourceClass
from ownstock.web.forms import QUANTITY_BOX

ACTIONS = [
    (RuleAction.APPROVE.value, _("Draft orders, people send them")),
    (RuleAction.PLACE.value, _("Draft orders and send them on the supplier's order day")),
]
COVERED = ("suppliers", "sites", "categories", "source_classes", "abc_classes", "xyz_classes")
LIMITS = {
    "order_value": "order_value_at_most", "line_value": "line_value_at_most",
    "median_deviation": "median_deviation_percent", "usual_deviation": "usual_deviation_percent",
    "cover_days": "cover_days_at_most", "is_qualified_only": "is_qualified_only", "is_certified_only": "is_certified_only",
}  # fmt: skip


def _codes(label: Any, help_text: Any = "") -> forms.Field:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=4_000)


def _choices(label: Any, values: Sequence[str]) -> forms.Field:
    pairs = [(str(value), str(value).replace("_", " ")) for value in values]
    return forms.MultipleChoiceField(
        label=label, choices=pairs, required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"})
    )


def _amount(label: Any, *, is_needed: bool = False) -> forms.Field:
    box = forms.NumberInput(attrs=QUANTITY_BOX)
    return forms.DecimalField(label=label, required=is_needed, max_digits=18, decimal_places=4, widget=box)


class RuleForm(forms.Form):
    """A standing rule as somebody proposes it; of codes, several are parted by commas."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Small letters, digits, dashes: weekly-basics"))
    action = forms.ChoiceField(label=_("What it does"), choices=ACTIONS)
    suppliers = _codes(_("Suppliers"), _("Codes, parted by commas; empty: all"))
    sites = _codes(_("Sites"))
    categories = _codes(_("Categories of items"))
    source_classes = _choices(_("Suppliers that are to the item"), list(SourceClass))
    abc_classes = _choices(_("ABC classes"), "ABC")
    xyz_classes = _choices(_("XYZ classes"), "XYZ")
    order_value = _amount(_("Value of one order, at most"), is_needed=True)
    line_value = _amount(_("Value of one line, at most"))
    median_deviation = _amount(_("Percent from the median of the last six orders, at most"))
    usual_deviation = _amount(_("Percent from what is forecast between two orders, at most"))
    cover_days = _amount(_("Days that it lasts, at most"))
    is_qualified_only = forms.BooleanField(label=_("Only suppliers that the register approves"), required=False)
    is_certified_only = forms.BooleanField(label=_("Only item-sites that are certified"), required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For whoever is to approve it"),
    )  # fmt: skip

    @property
    def what(self) -> list[forms.BoundField]:
        """The boxes that name the rule."""
        return [self["name"], self["action"]]

    @property
    def coverage_boxes(self) -> list[forms.BoundField]:
        """The boxes of what it covers."""
        return [self[name] for name in COVERED]

    @property
    def limit_boxes(self) -> list[forms.BoundField]:
        """The boxes of how far it goes."""
        return [self[name] for name in LIMITS]

    def draft(self) -> RuleDraft:
        """What `propose_rule` takes."""
        said = self.cleaned_data
        limits = RuleLimits(**{name: said[name] for name in LIMITS})
        return RuleDraft(said["name"], RuleAction(said["action"]), limits, self._coverage(), said["reason"])

    def terms(self) -> RuleTerms:
        """The rule as it would judge."""
        draft = self.draft()
        return RuleTerms(0, draft.name, draft.action, draft.coverage, draft.limits)

    def _coverage(self) -> Coverage:
        said = {name: self.cleaned_data[name] for name in COVERED}
        codes = {n: v.replace(",", " , ").split(",") if isinstance(v, str) else v for n, v in said.items()}
        return Coverage(**{name: frozenset(c.strip() for c in some if c.strip()) for name, some in codes.items()})


def as_typed(row: StandingRule) -> dict[str, Any]:
    """A rule as the form shows it, to propose a newer one of its name."""
    covered = {name: getattr(row, name) for name in COVERED}
    texts = {n: ", ".join(v) if n in ("suppliers", "sites", "categories") else v for n, v in covered.items()}
    limits = {name: _plain(getattr(row, column)) for name, column in LIMITS.items()}
    return {"name": row.name, "action": row.action, "reason": "", **texts, **limits}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else f"{value.normalize():f}"


class PauseForm(forms.Form):
    """What is to stop, until when, and why."""

    supplier = forms.CharField(label=_("Only orders to this supplier"), required=False, max_length=60)
    until_at = forms.DateTimeField(
        label=_("Until"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), max_length=1_000)

    def clean_until_at(self) -> Any:
        """The moment by the company's clock."""
        until = self.cleaned_data["until_at"]
        return until and timezone.make_aware(timezone.make_naive(until, ZoneInfo("UTC")), ZoneInfo(self.zone))

    def __init__(self, *args: Any, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = zone


class SettingsForm(forms.ModelForm):
    """What the company says of its automation."""

    class Meta:
        """Every column."""

        model = AutomationPolicy
        exclude = ("id",)
        labels = {
            "nightly_plan_at_hour": _("Plan each night from this hour on (0 to 23)"),
            "time_zone": _("Time zone of hours and days"),
            "order_cut_off": _("Orders are placed until, where nothing is agreed"),
            "minutes_before_cut_off": _("Minutes before the cut-off from which orders leave"),
            "cycles_to_certify": _("Cycles in a row that certify an item-site"),
            "drift_weeks": _("Weeks over which the forecast is looked at"),
            "bias_percent_at_most": _("Bias of the forecast, percent at most"),
            "wape_percent_at_most": _("WAPE of the forecast, percent at most"),
        }
        help_texts = {"nightly_plan_at_hour": _("Empty: none is made by itself"), **dict.fromkeys(
            ["time_zone", "order_cut_off", "minutes_before_cut_off", "cycles_to_certify", "drift_weeks",
             "bias_percent_at_most", "wape_percent_at_most"], "")}  # fmt: skip

    def said(self) -> dict[str, Any]:
        """What was changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
