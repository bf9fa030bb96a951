"""Lots and serial numbers: quarantine until quality releases, first expired first out, one piece once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.journal.queries import trail
from ownstock.ledger import actions, queries
from ownstock.ledger.models import Balance
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.ledger.rules.picking import Pick
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.django_db
TODAY = date.today()  # noqa: DTZ011 - the site's day, to within one; lots here last for weeks


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["PILL", "DRILL"])
    Item.objects.filter(sku="PILL").update(tracking="lot", receiving_status="quarantine")
    Item.objects.filter(sku="DRILL").update(tracking="serial")


def receive(
    sku: str, lot: str, quantity: int = 10, *, status: str = "quarantine", key: str = "", actor: str = "rita"
) -> None:
    line = Line(sku, "SUPPLIERS", "SHOP", Decimal(quantity), lot=lot, target_status=status)
    actions.post([PostingRequest(key or f"r:{lot}", Kind.RECEIPT, [line])], actor=actor)


def released(lot: str, *, expires_in: int | None = None, quantity: int = 10) -> None:
    receive("PILL", lot, quantity)
    if expires_in is not None:
        actions.describe_lot("PILL", lot, expires_on=TODAY + timedelta(days=expires_in), actor="rita")
    actions.release("PILL", "SHOP", lot=lot, key=f"ok:{lot}", reason="assay 99.1 %", actor="quinn")


def ship(lot: str, quantity: int = 1, *, key: str = "s1") -> None:
    line = Line("PILL", "SHOP", "CUSTOMERS", Decimal(quantity), lot=lot)
    actions.post([PostingRequest(key, Kind.ISSUE, [line])], actor=ACTOR)


def test_goods_that_must_be_released_come_into_quarantine_and_nowhere_else() -> None:
    with pytest.raises(Refused, match="its goods come into quarantine"):
        receive("PILL", "A", status="released")
    receive("PILL", "A")
    assert queries.on_hand("PILL", "SHOP", status="quarantine") == 10


def test_nothing_leaves_to_a_customer_before_its_release() -> None:
    receive("PILL", "A")
    line = Line("PILL", "SHOP", "CUSTOMERS", Decimal(1), lot="A", source_status="quarantine")
    with pytest.raises(Refused, match="only released goods go to customers; these are quarantine"):
        actions.post([PostingRequest("s1", Kind.ISSUE, [line])], actor=ACTOR)


def test_only_a_release_makes_goods_usable() -> None:
    receive("PILL", "A")
    line = Line("PILL", "SHOP", "SHOP", Decimal(1), lot="A", source_status="quarantine")
    with pytest.raises(Refused, match="only a release by quality"):
        actions.post([PostingRequest("t1", Kind.TRANSFER, [line])], actor=ACTOR)
    actions.release("PILL", "SHOP", lot="A", key="ok", reason="assay 99.1 %", actor="quinn")
    assert queries.on_hand("PILL", "SHOP", status="released") == 10
    event = trail("lot:PILL/A").get(verb="ledger.released")
    assert (event.actor, event.reason, event.new["quantity"]) == ("quinn", "assay 99.1 %", "10.0000")


def test_whoever_received_a_lot_cannot_release_it() -> None:
    receive("PILL", "A")
    with pytest.raises(Refused, match="PILL lot A was received by rita; somebody else must release it"):
        actions.release("PILL", "SHOP", lot="A", key="ok", reason="fine", actor="rita")


def test_a_release_needs_a_reason_and_goods_and_happens_once() -> None:
    receive("PILL", "A")
    with pytest.raises(Refused, match="Say why"):
        actions.release("PILL", "SHOP", lot="A", key="ok", reason=" ", actor="quinn")
    with pytest.raises(Refused, match="has no lot B"):
        actions.release("PILL", "SHOP", lot="B", key="ok", reason="fine", actor="quinn")
    first, again = (
        actions.release("PILL", "SHOP", lot="A", key="ok", reason="fine", actor="quinn").is_new for _ in range(2)
    )
    assert (first, again) == (True, False)
    receive("PILL", "A", key="more", actor="rob")
    assert actions.release("PILL", "SHOP", lot="A", key="ok", reason="fine", actor="quinn").is_new is False
    actions.release("PILL", "SHOP", lot="A", key="rest", reason="fine", actor="quinn")
    with pytest.raises(Refused, match="Nothing of PILL lot A at SHOP is quarantine"):
        actions.release("PILL", "SHOP", lot="A", key="other", reason="fine", actor="quinn")


def test_rejected_goods_stay_rejected_and_go_back() -> None:
    receive("PILL", "A")
    actions.reject("PILL", "SHOP", lot="A", quantity=Decimal(4), key="no", reason="broken seal", actor="quinn")
    with pytest.raises(Refused, match="what was rejected stays so"):
        actions.release("PILL", "SHOP", lot="A", source_status="rejected", key="ok", reason="after all", actor="quinn")
    back = Line("PILL", "SHOP", "SUPPLIERS", Decimal(4), lot="A", source_status="rejected")
    actions.post([PostingRequest("back", Kind.RETURN, [back])], actor=ACTOR)
    assert queries.on_hand("PILL", "SHOP") == 6


def test_rejected_goods_become_usable_by_no_detour() -> None:
    receive("PILL", "A")
    actions.reject("PILL", "SHOP", lot="A", key="no", reason="broken seal", actor="quinn")
    for status in ("quarantine", "on_hold", "released"):
        line = Line("PILL", "SHOP", "SHOP", Decimal(1), lot="A", source_status="rejected", target_status=status)
        with pytest.raises(Refused, match="what was rejected stays so"):
            actions.post([PostingRequest(f"to {status}", Kind.TRANSFER, [line])], actor=ACTOR)
    with pytest.raises(Refused, match="what was rejected stays so"):
        actions.reverse("no", new_key="after all", actor=ACTOR, reason="after all")
    assert queries.on_hand("PILL", "SHOP", status="rejected") == 10


def test_a_hold_is_not_taken_back_but_released() -> None:
    released("A")
    actions.hold("PILL", "SHOP", lot="A", key="h", reason="complaint 7", actor="quinn")
    with pytest.raises(Refused, match="only a release by quality"):
        actions.reverse("h", new_key="h:reversed", actor="rita", reason="no complaint")
    assert queries.on_hand("PILL", "SHOP", status="on_hold") == 10


def test_a_hold_keeps_a_part_of_a_lot_until_it_is_released_again() -> None:
    released("A")
    actions.hold("PILL", "SHOP", lot="A", quantity=Decimal(3), key="h", reason="complaint 7", actor="quinn")
    assert queries.on_hand("PILL", "SHOP", status="released") == 7
    actions.release("PILL", "SHOP", lot="A", source_status="on_hold", key="ok2", reason="unfounded", actor="quinn")
    assert queries.on_hand("PILL", "SHOP", status="released") == 10


def test_a_named_lot_is_picked_alone_and_with_a_reason_where_another_expires_earlier() -> None:
    released("EARLY", expires_in=30)
    released("LATE", expires_in=90)
    with pytest.raises(Refused, match="Other lots of PILL expire earlier"):
        actions.pick("PILL", "SHOP", Decimal(2), target="CUSTOMERS", key="p", lot="LATE", actor=ACTOR)
    for is_new in (True, False):
        posted, picks = actions.pick(
            "PILL", "SHOP", Decimal(2), target="CUSTOMERS", key="p", lot="LATE", reason="customer asked", actor=ACTOR
        )
        assert (posted.is_new, picks) == (is_new, [Pick("SHOP", "LATE", Decimal(2))])
    with pytest.raises(Refused, match="already used for another pick"):
        actions.pick("PILL", "SHOP", Decimal(2), target="CUSTOMERS", key="p", lot="EARLY", actor=ACTOR)
    with pytest.raises(Refused, match="Only 8 of PILL lot LATE at SHOP may be used; 9 was wanted"):
        actions.first_to_expire("PILL", "SHOP", Decimal(9), lot="LATE")
    assert trail("item:PILL").get(verb="ledger.fefo_deviated").reason == "customer asked"


def test_an_expired_lot_is_never_shipped_nor_one_that_must_be_tested_again() -> None:
    released("A", expires_in=-1)
    with pytest.raises(Refused, match="lot A expired on"):
        ship("A")
    actions.describe_lot(
        "PILL",
        "A",
        expires_on=TODAY + timedelta(days=90),
        retest_on=TODAY - timedelta(days=1),
        reason="typo",
        actor="q",
    )
    with pytest.raises(Refused, match="lot A was to be tested again by"):
        ship("A")
    assert queries.usable([Item.objects.get(sku="PILL").pk], on=TODAY) == {}


def test_what_is_known_of_a_lot_changes_with_a_reason_and_stays_in_the_journal() -> None:
    receive("PILL", "A")
    actions.describe_lot("PILL", "A", expires_on=date(2027, 1, 1), actor="rita")
    with pytest.raises(Refused, match="Say why"):
        actions.describe_lot("PILL", "A", expires_on=date(2028, 1, 1), actor="rita")
    actions.describe_lot("PILL", "A", expires_on=date(2028, 1, 1), reason="stability study 4", actor="quinn")
    event = trail("lot:PILL/A").last()
    assert (event.old["expires_on"], event.new["expires_on"]) == ("2027-01-01", "2028-01-01")


def test_the_first_to_expire_leaves_first() -> None:
    released("LATE", expires_in=200)
    released("SOON", expires_in=50, quantity=4)
    released("GONE", expires_in=-2)
    _, picks = actions.pick("PILL", "SHOP", Decimal(6), target="CUSTOMERS", key="p1", actor=ACTOR)
    assert picks == [Pick("SHOP", "SOON", Decimal(4)), Pick("SHOP", "LATE", Decimal(2))]
    posted, again = actions.pick("PILL", "SHOP", Decimal(6), target="CUSTOMERS", key="p1", actor=ACTOR)
    assert (posted.is_new, again) == (False, picks)
    assert queries.on_hand("PILL", "SHOP", status="released") == 18


def test_a_customer_may_ask_for_remaining_life() -> None:
    released("LATE", expires_in=200, quantity=3)
    released("SOON", expires_in=50)
    asked = {"target": "CUSTOMERS", "key": "p1", "actor": ACTOR, "min_remaining_days": 90}
    with pytest.raises(Refused, match="Only 3 of PILL at SHOP may still be used in 90 days; 5 was wanted"):
        actions.pick("PILL", "SHOP", Decimal(5), **asked)  # type: ignore[arg-type]
    _, picks = actions.pick("PILL", "SHOP", Decimal(2), **asked)  # type: ignore[arg-type]
    assert [pick.lot for pick in picks] == ["LATE"]


def test_leaving_an_earlier_lot_behind_needs_a_reason_which_is_kept() -> None:
    released("LATE", expires_in=200)
    released("SOON", expires_in=50)
    asked = {"target": "CUSTOMERS", "key": "p1", "actor": ACTOR, "lots": [Pick("SHOP", "LATE", Decimal(2))]}
    with pytest.raises(Refused, match="expire earlier than these"):
        actions.pick("PILL", "SHOP", Decimal(2), **asked)  # type: ignore[arg-type]
    actions.pick("PILL", "SHOP", Decimal(2), reason="customer tested this lot", **asked)  # type: ignore[arg-type]
    assert trail("item:PILL").get().reason == "customer tested this lot"


def test_a_lot_must_be_named_and_a_serial_number_is_one_piece() -> None:
    with pytest.raises(Refused, match="told apart by lot: name it"):
        receive("PILL", "", key="r0")
    with pytest.raises(Refused, match="told apart by serial number: name it"):
        receive("DRILL", "", 1, status="released", key="r0")
    with pytest.raises(Refused, match="a serial number is one piece; 2 was asked for"):
        receive("DRILL", "SN1", 2, status="released")


def test_a_serial_number_is_on_hand_once_wherever_it_is() -> None:
    receive("DRILL", "SN1", 1, status="released")
    with pytest.raises(Refused, match="A serial number would be on hand twice"):
        receive("DRILL", "SN1", 1, status="released", key="again")
    with pytest.raises(Refused, match="A serial number would be on hand twice"):
        receive("DRILL", "SN1", 1, status="on_hold", key="elsewhere")
    hold = Line("DRILL", "SHOP", "SHOP", Decimal(1), lot="SN1", target_status="on_hold")
    actions.post([PostingRequest("h", Kind.TRANSFER, [hold])], actor=ACTOR)
    assert Balance.objects.get(on_hand=1).status == "on_hold"


def test_what_was_posted_is_answered_as_it_was_after_its_lot_expired() -> None:
    released("A", expires_in=9)
    ship("A")
    actions.describe_lot("PILL", "A", expires_on=TODAY - timedelta(days=9), reason="typo", actor="quinn")
    ship("A")
    assert queries.on_hand("PILL", "SHOP") == 9
    with pytest.raises(Refused, match="lot A expired on"):
        ship("A", 2)


def test_a_pick_under_a_used_key_for_another_quantity_is_refused() -> None:
    released("A")
    actions.pick("PILL", "SHOP", Decimal(2), target="CUSTOMERS", key="p1", actor=ACTOR)
    with pytest.raises(Refused, match="key p1 was already used for another pick"):
        actions.pick("PILL", "SHOP", Decimal(3), target="CUSTOMERS", key="p1", actor=ACTOR)


def test_a_release_is_answered_as_it_was_after_its_releaser_received_more() -> None:
    receive("PILL", "A")
    asked = {"lot": "A", "quantity": Decimal(4), "key": "ok", "reason": "fine", "actor": "quinn"}
    actions.release("PILL", "SHOP", **asked)  # type: ignore[arg-type]
    receive("PILL", "A", key="more", actor="quinn")
    assert actions.release("PILL", "SHOP", **asked).is_new is False  # type: ignore[arg-type]
