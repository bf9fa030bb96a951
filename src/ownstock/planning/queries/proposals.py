"""Proposals as they stand."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite, Supplier
from ownstock.planning.models import Proposal
from ownstock.planning.rules import (
    Basis,
    ProposalState,
    Standing,
)

BASIS = ("input_hash", "outlook_hash", "position_after")


def standing(item_sites: Collection[int] | None = None) -> dict[int, tuple[int, Standing]]:
    """The last proposal of each item-site that has one: its id, state and fingerprint, keyed by item-site id.

    Of all item-sites, or of some.
    """
    rows = Proposal.objects.all() if item_sites is None else Proposal.objects.filter(item_site_id__in=list(item_sites))
    newest = rows.order_by("item_site_id", "-id").distinct("item_site_id")
    approved = _approved(rows)
    return {
        key: (pk, Standing(ProposalState(state), _basis(*basis), approved.get(key), asked_for_on))
        for key, pk, state, asked_for_on, *basis in newest.values_list(
            "item_site_id", "id", "state", "requested_on", *BASIS
        )
    }


def _approved(rows: QuerySet[Proposal]) -> dict[int, Basis]:
    """What the last approved proposal of each item-site was decided on, where a later one waits or was withdrawn."""
    later = Proposal.objects.filter(item_site=OuterRef("item_site"), id__gt=OuterRef("id"))
    undecided = later.filter(state__in=[ProposalState.PENDING, ProposalState.WITHDRAWN])
    last = rows.filter(Exists(undecided), state=ProposalState.APPROVED).order_by("item_site_id", "-id")
    return {key: _basis(*basis) for key, *basis in last.distinct("item_site_id").values_list("item_site_id", *BASIS)}


def _basis(inputs: bytes, outlook: bytes, position: Decimal) -> Basis:
    return Basis(bytes(inputs), bytes(outlook), int(position))


def proposals(state: str = ProposalState.PENDING, *, supplier: str = "", text: str = "") -> QuerySet[Proposal]:
    """Proposals in a state, the most valuable first; of one supplier (code) or with a text in item code or description."""
    rows = Proposal.objects.filter(state=state).select_related("item_site__item", "item_site__site", "supplier", "run")
    if supplier:
        rows = rows.filter(supplier__code=supplier)
    if text:
        rows = rows.filter(Q(item_site__item__sku__icontains=text) | Q(item_site__item__description__icontains=text))
    return rows.order_by("-value", "-id")


def proposal(pk: int) -> Proposal:
    """One proposal with its item, site, supplier, run and, once approved, its order.

    Raises:
        Refused: there is none of this number.
    """
    rows = Proposal.objects.select_related(
        "item_site__item", "item_site__site", "supplier", "run", "order_line__revision__purchase_order"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no proposal {pk}.", code="no_proposal", proposals=[pk])
    return found


def unproposed(places: Collection[tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """The ids of those of these item-sites, each an item and a site, of which no proposal waits."""
    if not places:
        return {}
    waits = Proposal.objects.filter(item_site=OuterRef("pk"), state=ProposalState.PENDING)
    skus = {sku for sku, _ in places}
    rows = ItemSite.objects.filter(~Exists(waits), item__sku__in=skus).values_list("pk", "item__sku", "site__code")
    return {pk: (sku, site) for pk, sku, site in rows if (sku, site) in places}


def suppliers_of_proposals() -> QuerySet[Supplier]:
    """Every supplier with a pending proposal, by code."""
    pending = Proposal.objects.filter(state=ProposalState.PENDING)
    return Supplier.objects.filter(pk__in=pending.values("supplier")).order_by("code")


def latest_proposal(item_site: ItemSite) -> Proposal | None:
    """The last proposal made for an item-site, whatever became of it."""
    return Proposal.objects.filter(item_site=item_site).select_related("supplier").order_by("-id").first()
