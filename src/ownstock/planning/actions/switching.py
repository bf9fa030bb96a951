"""Moving items from a supplier that may no longer be ordered from to others, in one step; and telling people of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog import actions as catalog
from ownstock.catalog.models import CertificateRequirement, Qualification, Supplier, SupplyTerm
from ownstock.catalog.queries import supplier as find_supplier
from ownstock.catalog.rules import QualificationState
from ownstock.journal import actions as journal
from ownstock.journal.queries import open_alerts
from ownstock.planning.models import Proposal, SupplierSwitch
from ownstock.planning.queries import business_day
from ownstock.planning.queries.switching import (
    OpenLine,
    SwitchOption,
    SwitchOptions,
    WhatHangs,
    switch_options,
    what_hangs,
)
from ownstock.planning.queries.switching_costs import NewSource
from ownstock.planning.rules import ProposalState
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.orderable import shortfall_of
from ownstock.purchasing.queries import open_deliveries
from ownstock.purchasing.rules import OPEN_STATES, LineChange

KIND = "supplier_blocked"
Place = tuple[str, str]
Chosen = list[tuple[SwitchOption, NewSource]]


@transaction.atomic
def switch(
    code: str, choices: Mapping[Place, str | None], *, inputs_hash: str, actor: str, reason: str
) -> SupplierSwitch:
    """Move item-sites of a supplier to other sources: cancel what is open of them, draft it there, withdraw what is proposed.

    `choices` names for (sku, site) the code of the new supplier; None leaves the item-site as it is, one that is not named
    goes where planning would take it. Goods on their way stay ordered. Drafts need the approvals that any order needs. The
    same decision again changes nothing.

    Raises:
        Refused: as a whole, with nothing done: anything moved since `inputs_hash` was read, a choice names what is not there,
            nothing is left to switch, or no reason is given.
    """
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    found = find_supplier(code)
    Supplier.objects.select_for_update().get(pk=found.pk)
    told = {"/".join(place): source for place, source in sorted(choices.items())}
    earlier = SupplierSwitch.objects.filter(supplier=found, inputs_hash=inputs_hash).first()
    if earlier is not None and earlier.choices == told:
        return earlier
    rows = PurchaseOrder.objects.filter(supplier=found, state__in=OPEN_STATES)
    list(rows.select_for_update().order_by("number").values_list("pk"))
    options = switch_options(found, business_day())
    if options.inputs_hash != inputs_hash:
        raise Refused(
            f"What is ordered from {code}, or its other sources, moved meanwhile. Nothing was done; look again.",
            code="switch_moved",
            supplier=code,
        )
    chosen = _chosen(options, choices)
    outcome = _carry_out(options, chosen, actor, f"Switched from {code}: {reason}")
    row = SupplierSwitch.objects.create(
        supplier=found, inputs_hash=inputs_hash, choices=told, outcome=outcome, actor=actor, reason=reason
    )
    journal.record(actor=actor, verb="planning.switched", subject=f"supplier:{code}", new=outcome, reason=reason)
    tell_of_blocked(found, options.on)
    return row


def _chosen(options: SwitchOptions, choices: Mapping[Place, str | None]) -> Chosen:
    """The item-sites to move, each with its new source.

    Raises:
        Refused: a choice names what is not there, or nothing is to be moved.
    """
    known = {(item.item_site.item.sku, item.item_site.site.code): item for item in options.items}
    if unknown := sorted(choices.keys() - known.keys()):
        sku, site = unknown[0]
        raise Refused(
            f"{sku} at {site} does not hang on {options.supplier.code}.", code="not_affected", sku=sku, site=site
        )
    chosen = []
    for place, item in known.items():
        wanted = choices.get(place, item.sources[0].term.supplier.code if item.sources else None)
        if wanted is not None and (item.to_replace or item.proposals):
            chosen.append((item, _source(item, place, wanted)))
    if not chosen:
        raise Refused(f"Nothing of {options.supplier.code} is left to be moved.", code="nothing_to_switch")
    return chosen


def _source(item: SwitchOption, place: Place, wanted: str) -> NewSource:
    for source in item.sources:
        if source.term.supplier.code == wanted:
            return source
    raise Refused(
        f"{wanted} cannot deliver {place[0]} to {place[1]} now: it has no term that holds, or may not be ordered from.",
        code="no_such_source",
        sku=place[0],
        site=place[1],
        supplier=wanted,
    )


def _carry_out(options: SwitchOptions, chosen: Chosen, actor: str, reason: str) -> dict[str, Any]:
    """Do it, and say what was done."""
    lines = [line for item, _ in chosen for line in item.lines]
    ended = [_end(number, some, actor, reason) for number, some in sorted(_by_order(lines).items())]
    proposals = [pk for item, _ in chosen for pk in item.proposals]
    withdrawn = Proposal.objects.filter(pk__in=proposals, state=ProposalState.PENDING).update(
        state=ProposalState.WITHDRAWN, decided_at=timezone.now(), decided_by=actor, decided_because=reason
    )
    drafts = _draft(chosen, options.on, actor)
    return {
        "cancelled": [number for number, how in ended if how == "cancelled"],
        "changed": [number for number, how in ended if how == "changed"],
        "withdrawn_proposals": withdrawn,
        "drafted": [order.number for order in drafts],
        "lacking": {order.number: lacks for order in drafts if (lacks := shortfall_of(order))},
    }


def _by_order(lines: Iterable[OpenLine]) -> Mapping[str, list[OpenLine]]:
    found: dict[str, list[OpenLine]] = defaultdict(list)
    for line in lines:
        if line.can_cancel:
            found[line.number].append(line)
    return found


def _end(number: str, lines: Sequence[OpenLine], actor: str, reason: str) -> tuple[str, str]:
    """Take back what is open of some lines of an order: the order itself where that is all that is open of it."""
    others = _open_elsewhere(number, {line.line for line in lines})
    if not others and not any(line.on_the_way for line in lines):
        purchasing.cancel(number, reason=reason, actor=actor)
        return number, "cancelled"
    changes = [LineChange(line.line, quantity=line.received + line.on_the_way) for line in lines]
    purchasing.change(number, changes, reason=reason, actor=actor)
    return number, "changed"


def _open_elsewhere(number: str, lines: set[int]) -> bool:
    return any(d.number == number and d.line not in lines for d in open_deliveries())


def _draft(chosen: Chosen, on: date, actor: str) -> list[PurchaseOrder]:
    """One draft for each new supplier, site and currency."""
    groups: dict[tuple[str, str, str], list[tuple[SwitchOption, NewSource]]] = defaultdict(list)
    for item, source in chosen:
        if source.quantity:
            groups[source.term.supplier.code, item.item_site.site.code, source.term.currency].append((item, source))
    return [
        purchasing.draft(
            supplier=group[0][1].term.supplier, site=group[0][0].item_site.site, ordered_on=on, actor=actor,
            lines=[
                DraftLine(source.term, source.quantity, source.requested_on, is_day_reckoned=True)
                for _, source in group
            ],
        )
        for _, group in sorted(groups.items())
    ]  # fmt: skip


@transaction.atomic
def tell_of_blocked(found: Supplier, on: date) -> bool:
    """Tell people what still hangs on a supplier that may not be ordered from; clear it when nothing is left."""
    hanging, key = what_hangs(found, on), f"{KIND}:{found.code}"
    if hanging.is_settled:
        journal.clear_alert(key, because="nothing is left of it")
        return False
    sentence = _sentence(hanging)
    if not open_alerts().filter(key=key, sentence=sentence).exists():
        journal.raise_alert(key, kind=KIND, sentence=sentence, facts=_facts(hanging))
    return True


@transaction.atomic
def qualify(supplier: str, state: QualificationState, **said: Any) -> Qualification:
    """Decide on a supplier as the register does, and tell people at once what hangs on it."""
    decided = catalog.qualify(supplier, state, **said)
    tell_of_blocked(decided.supplier, business_day())
    return decided


def watch_blocked(on: date) -> int:
    """The same of every supplier that the register may speak against; returns on how many something still hangs."""
    told = {key.partition(":")[2] for key in open_alerts().filter(kind=KIND).values_list("key", flat=True)}
    decided = Q(pk__in=Qualification.objects.values("supplier")) | Q(pk__in=_needing_certificates()) | Q(code__in=told)
    return sum(tell_of_blocked(found, on) for found in Supplier.objects.filter(decided).order_by("code"))


def _needing_certificates() -> set[int]:
    named = set(CertificateRequirement.objects.values_list("supplier_id", flat=True))
    if None in named:
        return set(SupplyTerm.objects.values_list("supplier_id", flat=True))
    return {pk for pk in named if pk is not None}


def _facts(hanging: WhatHangs) -> dict[str, Any]:
    amounts = {currency: str(amount) for currency, amount in hanging.open_amounts.items()}
    alone = [item.item_site.item.sku for item in hanging.items if not item.terms]
    return {
        "supplier": hanging.supplier.code, "items": len(hanging.items), "orders": hanging.orders, "open": amounts,
        "without_other_source": alone,
    }  # fmt: skip


def _sentence(hanging: WhatHangs) -> str:
    facts, code = _facts(hanging), hanging.supplier.code
    sites, orders = _counted(facts["items"], "item-site"), _counted(len(facts["orders"]), "order")
    money = ", ".join(f"{plain(Decimal(a), decimals=2)} {c}" for c, a in facts["open"].items()) or "nothing"
    without = len(facts["without_other_source"])
    alone = f" Without another source: {without:,}." * bool(without)
    return (
        f"{code} may not be ordered from, and {sites} hang{'s' * (facts['items'] == 1)} on it: {money} is open in "
        f"{orders}.{alone} Move them: see the supplier's page, or ownstock supplier switch {code}."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
