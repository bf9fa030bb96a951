"""The morning's digest on one's own account: of what, when, where to, or not at all."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ownstock.access.models import User
from ownstock.access.rules import Scope
from ownstock.automation.actions.digests import Wish, digest_of, set_digest, tell_now
from ownstock.automation.models import DigestSetting
from ownstock.base.errors import OwnstockError
from ownstock.web.refusals import status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.ways_out import LABELS


class DigestForm(forms.Form):
    """What somebody wants to be told."""

    is_on = forms.BooleanField(label=gettext_lazy("Send me a mail each working morning"), required=False)
    hour = forms.IntegerField(label=gettext_lazy("From which hour on"), min_value=0, max_value=23)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("On the clock of"), choices=[(zone, zone) for zone in sorted(available_timezones())]
    )
    least_money = forms.DecimalField(label=gettext_lazy("Leave out what is worth less than"), min_value=0)
    sites = forms.CharField(label=gettext_lazy("Sites, by code (none: all)"), required=False, max_length=400)
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds (none: all)"), required=False, choices=list(LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def wish(self) -> Wish:
        """What was entered."""
        said = self.cleaned_data
        sites = said["sites"].replace(",", " ").split()
        return Wish(said["is_on"], said["hour"], said["time_zone"], said["groups"], sites, said["least_money"])


@needs(Scope.ALERTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def digest(request: HttpRequest) -> HttpResponse:
    """Show what would be told today, and keep what is wished."""
    assert isinstance(request.user, User)
    setting = DigestSetting.objects.filter(user=request.user).first() or DigestSetting(user=request.user, is_on=False)
    form, refusal = DigestForm(request.POST or None, initial=_initial(setting)), None
    if request.method == "POST" and form.is_valid():
        try:
            kept = set_digest(request.user, form.wish(), actor=actor_of(request))
            if "now" in request.POST:
                sent = tell_now(kept, timezone.now())
                messages.success(request, _("It is on its way.") if sent else _("Today's left, or nothing is to tell."))
            else:
                messages.success(request, _("This is kept."))
            return redirect("web:digest")
        except OwnstockError as found:
            refusal = found
    status = status_of(refusal) if refusal else 422 if form.errors else 200
    context = {"form": form, "refusal": refusal, "digest": digest_of(setting, timezone.now().date())}
    return render(request, "web/account/digest.html", context, status=status)


def _initial(setting: DigestSetting) -> dict[str, object]:
    return {
        "is_on": setting.is_on, "hour": setting.hour, "time_zone": setting.time_zone, "groups": setting.groups,
        "least_money": setting.least_money, "sites": " ".join(setting.sites),
    }  # fmt: skip
