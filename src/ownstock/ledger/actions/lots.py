"""What quality does to goods (release, hold, reject), what is known of a lot, and picking by expiry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.rules import ReceivingStatus
from ownstock.journal import actions as journal
from ownstock.ledger import names
from ownstock.ledger.actions.posting import Posted, post, post_lines
from ownstock.ledger.models import Balance, Lot
from ownstock.ledger.queries import lots as queries
from ownstock.ledger.release_checks import Release, lock_releases, refuse_release
from ownstock.ledger.rules.materials import status_change_fault
from ownstock.ledger.rules.picking import Pick, deviates, fefo
from ownstock.ledger.rules.posting import Kind, Line, PostingRequest, Status, check

PICKING_ATTEMPTS = 3


def release(
    sku: str, location: str, *, lot: str = "", quantity: Decimal | None = None, source_status: str = Status.QUARANTINE,
    key: str, reason: str, actor: str,
) -> Posted:  # fmt: skip
    """Make goods usable: quality says so. Whoever received the lot cannot be the one, where it came into quarantine.

    Without a quantity, all that lies there in that status.

    Raises:
        Refused: no reason, not so much there, the goods were rejected, the actor received them, or a room above has
            something against it (see `release_checks`).
    """
    return _change(sku, location, lot, quantity, source_status, Status.RELEASED, key, reason, actor)


def hold(
    sku: str, location: str, *, lot: str = "", quantity: Decimal | None = None, source_status: str = Status.RELEASED,
    key: str, reason: str, actor: str,
) -> Posted:  # fmt: skip
    """Keep goods from being used until somebody decides. Refusals as `release`."""
    return _change(sku, location, lot, quantity, source_status, Status.ON_HOLD, key, reason, actor)


def reject(
    sku: str, location: str, *, lot: str = "", quantity: Decimal | None = None, source_status: str = Status.QUARANTINE,
    key: str, reason: str, actor: str,
) -> Posted:  # fmt: skip
    """Say that goods must not be used; they go back or to scrap. Refusals as `release`."""
    return _change(sku, location, lot, quantity, source_status, Status.REJECTED, key, reason, actor)


@transaction.atomic
def _change(
    sku: str, location: str, lot: str, quantity: Decimal | None, source_status: str, target_status: Status, key: str,
    reason: str, actor: str,
) -> Posted:  # fmt: skip
    if not reason.strip():
        raise Refused(f"Say why {sku} becomes {target_status}.", code="no_reason")
    item = names.items_named({sku})[sku]
    batch = queries.lot(sku, lot) if lot else None
    called = _called(sku, lot)
    if fault := status_change_fault(item, source_status, target_status):
        raise Refused(f"{called} at {location}: {fault}", code="bad_status", sku=sku, lot=lot)
    is_asked_again = queries.moved_by(key) is not None
    is_strict = target_status == Status.RELEASED and item.receiving_status == ReceivingStatus.QUARANTINE
    if is_strict and not is_asked_again:
        _refuse_receiver(sku, lot, item.id, batch, actor)
        lock_releases(item.id, lot)
    everything = quantity if quantity is not None else _there(called, item.id, location, batch, source_status, key)
    line = Line(
        sku=sku, source=location, target=location, quantity=everything, lot=lot, source_status=source_status,
        target_status=target_status,
    )  # fmt: skip
    if is_strict and not is_asked_again:
        refuse_release(Release(item.id, sku, lot, everything, queries.released_of(item.id, batch)))
    request = PostingRequest(key, Kind.TRANSFER, [line], reference=reason[:200])
    now = timezone.now()
    check(request, now=now)
    [posted] = post_lines([request], actors=[actor], now=now, is_release=target_status == Status.RELEASED)
    if posted.is_new:
        journal.record(
            actor=actor, verb=f"ledger.{target_status}", subject=_subject(sku, lot), old={"status": source_status},
            new={"status": str(target_status), "location": location, "quantity": str(everything), "posting": key},
            reason=reason,
        )  # fmt: skip
    return posted


def _refuse_receiver(sku: str, lot: str, item_id: int, batch: Lot | None, actor: str) -> None:
    if actor in queries.receivers(item_id, batch):
        raise Refused(
            f"{_called(sku, lot)} was received by {actor}; somebody else must release it.",
            code="receiver_releases",
            sku=sku,
            lot=lot,
        )


def _there(called: str, item_id: int, location: str, batch: Lot | None, status: str, key: str) -> Decimal:
    """All that lies there in a status, or what an earlier call with the same key moved, whatever has come since."""
    moved = queries.moved_by(key)
    if moved is not None:
        return moved
    rows = Balance.objects.filter(item_id=item_id, location__code=location, lot=batch, status=status, on_hand__gt=0)
    found = rows.values_list("on_hand", flat=True).first()
    if found is None:
        raise Refused(f"Nothing of {called} at {location} is {status}.", code="nothing_there", location=location)
    return found


@transaction.atomic
def describe_lot(
    sku: str, code: str, *, expires_on: date | None, retest_on: date | None = None, reason: str = "", actor: str
) -> Lot:
    """Say until when a lot may be used. What was said before is changed only with a reason, and stays in the journal.

    Raises:
        Refused: no such lot, or a change without a reason.
    """
    lot = Lot.objects.select_for_update().get(pk=queries.lot(sku, code).pk)
    old = {"expires_on": _text(lot.expires_on), "retest_on": _text(lot.retest_on)}
    new = {"expires_on": _text(expires_on), "retest_on": _text(retest_on)}
    if old == new:
        return lot
    if any(old.values()) and not reason.strip():
        raise Refused(f"Say why what is known of lot {code} changes.", code="no_reason")
    lot.expires_on, lot.retest_on = expires_on, retest_on
    lot.save(update_fields=["expires_on", "retest_on"])
    journal.record(
        actor=actor, verb="ledger.lot_described", subject=_subject(sku, code), old=old, new=new, reason=reason
    )
    return lot


def pick(
    sku: str, place: str, quantity: Decimal, *, target: str, key: str, actor: str, reference: str = "",
    min_remaining_days: int = 0, lots: Sequence[Pick] = (), lot: str = "", reason: str = "",
) -> tuple[Posted, list[Pick]]:  # fmt: skip
    """Issue goods to a customer, first expired first out, in one posting; returns it and what was taken.

    `lots` takes these instead, `lot` that one alone. Where that leaves behind what expires earlier, it is a deviation, and
    needs a reason.

    Raises:
        Refused: not enough that may be used (and still may after `min_remaining_days`), a deviation without a reason, or the
            key was used for something else.
    """
    for attempt in range(1, PICKING_ATTEMPTS + 1):
        earlier = queries.picked_by(key)
        if earlier and not _is_same(earlier, quantity, lots, lot):
            raise Refused(
                f"The key {key} was already used for another pick; use a new key.", code="key_reused", keys=[key]
            )
        picks = (
            earlier
            or list(lots)
            or first_to_expire(sku, place, quantity, min_remaining_days=min_remaining_days, lot=lot)
        )
        try:
            return _issue(sku, place, picks, target, key, actor, reference, min_remaining_days, reason), picks
        except Refused as refusal:
            # Somebody took of it between the look and the posting: look again.
            if refusal.code != "not_enough_on_hand" or attempt == PICKING_ATTEMPTS or lots:
                raise
    raise AssertionError("the last attempt returns or raises")


def _is_same(earlier: Sequence[Pick], quantity: Decimal, lots: Sequence[Pick], lot: str) -> bool:
    if lots:
        return list(lots) == earlier
    is_of_lot = not lot or all(pick.lot == lot for pick in earlier)
    return is_of_lot and sum((pick.quantity for pick in earlier), Decimal(0)) == quantity


def first_to_expire(
    sku: str, place: str, quantity: Decimal, *, min_remaining_days: int = 0, lot: str = ""
) -> list[Pick]:
    """What is to be taken of an item, or of one of its lots: what expires first.

    Raises:
        Refused: there is not so much that may be used, and still may after `min_remaining_days`.
    """
    there = [goods for goods in queries.pickable(sku, place) if not lot or goods.lot == lot]
    picks = fefo(there, quantity, on=_today(place), min_remaining_days=min_remaining_days)
    found = sum((pick.quantity for pick in picks), Decimal(0))
    if found < quantity:
        when = f"still be used in {min_remaining_days} days" if min_remaining_days else "be used"
        raise Refused(
            f"Only {plain(found)} of {_called(sku, lot)} at {place} may {when}; {plain(quantity)} was wanted.",
            code="not_enough_usable",
            sku=sku,
            usable=found,
            wanted=quantity,
        )
    return picks


@transaction.atomic
def _issue(
    sku: str, place: str, picks: Sequence[Pick], target: str, key: str, actor: str, reference: str,
    min_remaining_days: int, reason: str,
) -> Posted:  # fmt: skip
    is_deviation = deviates(
        picks, queries.pickable(sku, place), on=_today(place), min_remaining_days=min_remaining_days
    )
    if is_deviation and not reason.strip() and not queries.picked_by(key):
        raise Refused(
            f"Other lots of {sku} expire earlier than these; say why they are left behind.",
            code="fefo_deviation",
            sku=sku,
        )
    lines = [Line(sku=sku, source=p.location, target=target, quantity=p.quantity, lot=p.lot) for p in picks]
    [posted] = post([PostingRequest(key, Kind.ISSUE, lines, reference)], actor=actor)
    if posted.is_new and is_deviation:
        taken: dict[str, Any] = {"posting": key, "lots": _lots(picks)}
        journal.record(actor=actor, verb="ledger.fefo_deviated", subject=f"item:{sku}", new=taken, reason=reason)
    return posted


def _lots(picks: Iterable[Pick]) -> list[dict[str, str]]:
    return [{"lot": pick.lot, "location": pick.location, "quantity": str(pick.quantity)} for pick in picks]


def _today(place: str) -> date:
    time_zone = names.locations_named({place})[place].time_zone
    return datetime.now(ZoneInfo(time_zone)).date()


def _called(sku: str, lot: str) -> str:
    return f"{sku} lot {lot}" if lot else sku


def _subject(sku: str, lot: str) -> str:
    return f"lot:{sku}/{lot}" if lot else f"item:{sku}"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
