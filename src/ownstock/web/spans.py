"""The days and groups that a page of figures asks for by its address; what cannot be read is as if it were not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ownstock.planning.queries.kpis import GROUPS
from ownstock.web.forms import DayInput

YEAR_DAYS = 364
GROUP_NAMES: Mapping[str, str | Promise] = {
    "site": _("Site"), "supplier": _("Supplier"), "category": _("Category"), "abc_class": _("ABC class"),
    "xyz_class": _("XYZ class"),
}  # fmt: skip
# So many days, beside as many that begin so many days before.
PRESETS: Mapping[str, tuple[str | Promise, int, int]] = {
    "4w": (_("4 weeks, and the 4 before"), 28, 28),
    "4w-year": (_("4 weeks, and a year ago"), 28, YEAR_DAYS),
    "13w": (_("13 weeks, and the 13 before"), 91, 91),
    "13w-year": (_("13 weeks, and a year ago"), 91, YEAR_DAYS),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Two spans of as many days: `since` to `until`, beside those from `against` on."""

    since: date
    until: date
    against: date
    preset: str = ""

    @property
    def days(self) -> int:
        """So many days each."""
        return (self.until - self.since).days + 1

    @property
    def against_until(self) -> date:
        """The last day of the other span."""
        return self.against + timedelta(days=self.days - 1)


class SpanForm(forms.Form):
    """Days to look at, and from which day on others beside them."""

    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)
    against = forms.DateField(label=_("Beside as many days from"), required=False, widget=DayInput)


def span_of(asked: QueryDict, last: date) -> Span:
    """The days asked for: a preset up to the last day measured, or any; else 4 weeks and the 4 before."""
    form = SpanForm(asked)
    form.is_valid()
    said: dict[str, Any] = form.cleaned_data
    preset = asked.get("preset", "")
    since, until = said.get("since"), said.get("until") or last
    if since is None or since > until or preset in PRESETS:
        preset = preset if preset in PRESETS else "4w"
        _label, days, back = PRESETS[preset]
        since = last - timedelta(days=days - 1)
        return Span(since, last, since - timedelta(days=back), preset)
    since = max(since, until - timedelta(days=YEAR_DAYS))
    return Span(since, until, said.get("against") or since - timedelta(days=(until - since).days + 1))


def only_of(asked: QueryDict) -> dict[str, str]:
    """The groups that the address narrows to: a site, and one of the other kinds."""
    found = {name: str(asked[name])[:60] for name in GROUPS if name in asked and (asked[name] or name != "site")}
    others = [name for name in found if name != "site"]
    return {name: value for name, value in found.items() if name == "site" or name == others[0]}


def all_only_of(asked: QueryDict) -> dict[str, str]:
    """The same, where groups may be crossed: lists of item-sites."""
    return {name: str(asked[name])[:60] for name in GROUPS if name in asked and (asked[name] or name != "site")}


def by_of(asked: QueryDict, otherwise: str = "site") -> str:
    """The kind of group that the address asks for."""
    by = asked.get("by", "")
    return by if by in GROUPS else otherwise


NOTHING = "\u2013"


def named(only: Mapping[str, str]) -> list[tuple[str | Promise, str]]:
    """The groups that are looked at, as people read them."""
    return [(GROUP_NAMES[name], value or NOTHING) for name, value in only.items()]


def address(path: str, *parts: Mapping[str, Any]) -> str:
    """An address with what each part asks for; what is None is not asked for."""
    asked = {name: value for part in parts for name, value in part.items() if value is not None}
    return f"{path}?{urlencode(asked)}" if asked else path
