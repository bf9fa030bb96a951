"""What each group of what is wrong is called, and for each kind what can be done about it, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ownstock.access.models import User
from ownstock.automation.rules.alert_groups import OTHER, group_of
from ownstock.journal.models import Alert
from ownstock.web.security import needed_by

LABELS: Mapping[str, str | Promise] = {
    "stocked_out": _("Stocked out"), "will_stock_out": _("Will stock out"), "surplus_on_order": _("Surplus on order"),
    "excess": _("Excess"), "forecast": _("Forecast"), "new": _("New"), "late": _("Late order"), "no_answer": _("No answer"),
    "blocked": _("Blocked"),
    "data": _("Data"), "system": _("System"), OTHER: _("To see to"),
}  # fmt: skip

# Kinds that are told more clearly by a name of their own than by that of their group.
NAMES: Mapping[str, str | Promise] = {
    "demand_jump": _("Demand jump"), "dead_stock": _("Dead stock"), "forecast_drift": _("Forecast drift"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spec:
    """A way out: what it says, the page (by name) with the facts that its address needs, what its query says.

    One that `sends` does it at once, with these facts as fields.
    """

    label: str | Promise
    page: str
    facts: Sequence[str] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    sends: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A way out as a page shows it: a link, or with `fields` a button that does it."""

    label: str | Promise
    address: str
    fields: Mapping[str, Any] | None


APPROVE = Spec(_("Approve the proposal"), "web:approve", ("proposal",), sends={"proposal": "proposal"})
WHY = Spec(_("Why so much?"), "web:proposal", ("proposal",))
ITEM_SITE = Spec(_("Open the item"), "web:item-site", ("item_site",))
PROPOSALS = Spec(_("See its proposals"), "web:proposals", (), {"supplier": "supplier"})
ORDER = Spec(_("Open the order"), "web:order", ("number",))
CHASE = Spec(_("Chase the supplier"), "web:chase", ("number",), sends={})
ANSWER = Spec(_("Enter a new promise"), "web:answer", ("number",))
CANCEL = Spec(_("Cancel the order"), "web:cancel-order", ("number",))
CHANGE = Spec(_("Change or move a line"), "web:change-order", ("number",))
SUPPLIER = Spec(_("Open the supplier"), "web:supplier", ("supplier",))
SWITCH = Spec(_("Move its items"), "web:switch", ("supplier",))
ORDERS = Spec(_("See its orders"), "web:orders", (), {"filter.supplier": "supplier"})
JOBS = Spec(_("See the jobs"), "web:jobs")
MESSAGES = Spec(_("See the messages"), "web:messages")
SUBSCRIPTION = Spec(_("Open the subscription"), "web:subscription", ("subscription",))
INVOICES = Spec(_("See the invoices"), "web:invoices")
ITEMS_OF_SITE = Spec(_("See the excess"), "web:health-figure", ("figure",), {"site": "site"})
DEAD_OF_SITE = Spec(_("See what is dead"), "web:health-figure", ("dead_figure",), {"site": "site"})
DEMAND = Spec(_("See its demand"), "web:item-site-demand", ("item_site",))
SHORT = (APPROVE, WHY, ITEM_SITE, PROPOSALS)
UNANSWERED = (CHASE, ANSWER, ORDER, CANCEL)
WAYS: Mapping[str, Sequence[Spec]] = {
    "stocked_out": SHORT,
    "will_stock_out": SHORT,
    "demand_jump": SHORT,
    "surplus_on_order": (ORDERS, SUPPLIER),
    "excess": (ITEMS_OF_SITE, Spec(_("Move goods to another site"), "web:transfers")),
    "dead_stock": (DEAD_OF_SITE, Spec(_("Move goods to another site"), "web:transfers")),
    "forecast_drift": (Spec(_("Say what will be wanted"), "web:item-site-known", ("item_site",)), DEMAND, ITEM_SITE),
    "new_items": (Spec(_("Say what they are like"), "web:overrides"), Spec(_("See the items"), "web:item-sites")),
    "unplanned": (Spec(_("See what data lacks"), "web:data-health"), Spec(_("See the items"), "web:item-sites")),
    "late_delivery": (CHASE, ANSWER, CHANGE, CANCEL, ORDER),
    "promise_lowered": (ORDER, PROPOSALS),
    "unread_order": UNANSWERED,
    "unanswered_order": UNANSWERED,
    "no_notice_order": UNANSWERED,
    "approval_waiting": (Spec(_("Approve it on its page"), "web:order", ("number",)), CANCEL),
    "uninvoiced_order": (Spec(_("Enter the invoice"), "web:invoice-enter", ("number",)), ORDER),
    "order_day_missed": (Spec(_("Send it now"), "web:order", ("number",)), CANCEL),
    "price_differs": (Spec(_("Accept or refuse the price"), "web:order", ("number",)),),
    "missing_rate": (Spec(_("Enter the rate"), "web:cash", (), {"currency": "currency", "valid_from": "on"}),),
    "discrepancy": (Spec(_("Settle it"), "web:discrepancies"), ORDER),
    "supplier_blocked": (SWITCH, SUPPLIER),
    "lapse": (SUPPLIER, SWITCH),
    "commitment": (PROPOSALS, SUPPLIER),
    "late_transfer": (
        Spec(_("Receive it"), "web:transfer-receive", ("number",)), Spec(_("Open it"), "web:transfer", ("number",)),
    ),
    "inbound_quarantined": (Spec(_("Replay or discard it"), "web:message", ("message_key",)),),
    "job_dead": (JOBS,),
    "silent_job": (JOBS,),
    "replan_left_over": (JOBS,),
    "outbox_dead": (MESSAGES,),
    "outbox_waiting": (MESSAGES,),
    "poll_failed": (MESSAGES,),
    "subscription_failing": (SUBSCRIPTION,),
    "subscription_refused": (SUBSCRIPTION,),
    "syntax_rejected": (MESSAGES,),
    "syntax_unknown": (MESSAGES,),
    "inbound_conflict": (MESSAGES,),
    "invoice_disputed": (INVOICES,),
    "invoice_unbacked": (INVOICES,),
    "invoice_duplicate": (INVOICES,),
}  # fmt: skip
# What there is where a kind has no ways of its own: the things that its facts name.
OF_FACTS = (ORDER, SUPPLIER, ITEM_SITE)


def label_of(kind: str) -> str | Promise:
    """What a kind is called: by its own name, else as its group."""
    return NAMES.get(kind) or LABELS[group_of(kind)]


def ways_out(alert: Alert, user: User) -> list[Way]:
    """What a person may do about an alert, the best first."""
    facts = _known(alert)
    found = [_way(spec, facts, user) for spec in WAYS.get(alert.kind, OF_FACTS)]
    return [way for way in found if way is not None]


def _known(alert: Alert) -> dict[str, Any]:
    facts = {"number": alert.facts.get("order"), **alert.facts, "figure": "excess", "dead_figure": "dead"}
    if alert.kind == "inbound_quarantined":
        facts["message_key"] = f"in-{alert.facts.get('message')}"
    return facts


def _way(spec: Spec, facts: Mapping[str, Any], user: User) -> Way | None:
    """The way, unless a fact that it needs is not known, there is no such page, or the person may not go there."""
    needed = [*spec.facts, *spec.query.values()]
    if not all(facts.get(name) for name in needed):
        return None
    places = [] if spec.sends is not None and spec.sends else [facts[name] for name in spec.facts]
    with suppress(NoReverseMatch):
        address = reverse(spec.page, args=places)
        if needed_by(resolve(address).func, "GET" if spec.sends is None else "POST") <= user.scopes:
            query = urlencode({name: facts[fact] for name, fact in spec.query.items()})
            fields = None if spec.sends is None else {name: facts[fact] for name, fact in spec.sends.items()}
            return Way(spec.label, f"{address}?{query}" if query else address, fields)
    return None
