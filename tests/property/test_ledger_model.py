"""The ledger does what a plain model of it does, whatever is asked in whatever order: every verb, step by step.

Each run begins with an empty ledger. After each step all balances are the model's; a refusal comes exactly when the model
says so, and changes nothing. OWNSTOCK_MODEL_RUNS says how many runs, OWNSTOCK_MODEL_SEED which ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, ItemUnit, Location
from ownstock.ledger import actions, queries
from ownstock.ledger.actions import Posted, valuation
from ownstock.ledger.models import Balance, Movement, ValuationEntry
from ownstock.ledger.rules import Kind, Line, PostingRequest, Status
from ownstock.ledger.rules.late_costs import LateCost
from ownstock.ledger.rules.picking import Pick
from ownstock.site.embedded.client import Server
from ownstock.site.embedded.databases import Credentials
from tests.property.ledger_model import STEPS, LedgerModel, ModelItem, ModelPlace, decimal

pytestmark = pytest.mark.slow

IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
RUNS = int(os.environ.get("OWNSTOCK_MODEL_RUNS", "2000" if IS_NIGHTLY else "14"))
RUN_SEED = int(os.environ.get("OWNSTOCK_MODEL_SEED", "1"))
STEPS_OF_A_RUN = 60 if IS_NIGHTLY else 35
PATIENCE_SECONDS = 60.0
# A failure is made small where there is time for it: minutes, as each attempt is a run of its own.
PHASES = (Phase.generate, Phase.shrink) if IS_NIGHTLY else (Phase.generate,)
ITEMS = (
    ModelItem("AVERAGE", 25_000, units={"each": Fraction(1), "BOX": Fraction(12), "PART": Fraction(1, 3)}),
    ModelItem("FIRST", 33_333, method="fifo"),
    ModelItem("FIXED", 19_999, method="standard"),
    ModelItem("BATCH", 70_001, method="fifo", tracking="lot", receiving="quarantine"),
    ModelItem("FRESH", 11_111, tracking="lot"),
    ModelItem("PIECE", 1_000_000, method="fifo", tracking="serial"),
)
PLACES = (
    ModelPlace("LONDON", "site", "LONDON", "Europe/London"),
    ModelPlace("SHELF", "bin", "LONDON", "Europe/London"),
    ModelPlace("TOKYO", "site", "TOKYO", "Asia/Tokyo"),
    ModelPlace("ROAD", "in_transit"),
    ModelPlace("SUPPLIER", "supplier"),
    ModelPlace("CUSTOMER", "customer"),
    ModelPlace("SCRAP", "scrap"),
)
HELD = ("LONDON", "SHELF", "TOKYO", "ROAD")
SKUS = tuple(item.sku for item in ITEMS)
LOTS = {"BATCH": ("A", "B", "C"), "FRESH": ("A", "B", "C"), "PIECE": ("1", "2"), "FIRST": ("", "", "", "L")}
ACTORS = ("rita", "tom")
OPENING = (
    ("AVERAGE", "", "LONDON"),
    ("AVERAGE", "", "TOKYO"),
    ("FIRST", "", "LONDON"),
    ("FIRST", "", "LONDON"),
    ("FIRST", "", "ROAD"),
    ("FIXED", "", "SHELF"),
    ("BATCH", "A", "LONDON"),
    ("BATCH", "B", "LONDON"),
    ("FRESH", "A", "LONDON"),
    ("FRESH", "B", "SHELF"),
    ("FRESH", "C", "LONDON"),
    ("PIECE", "1", "TOKYO"),
)
COUNTS = """
    SELECT (SELECT count(*) FROM ledger_posting), (SELECT count(*) FROM ledger_movement), (SELECT count(*) FROM ledger_lot),
        (SELECT count(*) FROM ledger_valuation_entry), (SELECT count(*) FROM ledger_closing),
        (SELECT count(*) FROM journal_audit_event), (SELECT count(*) FROM journal_idempotent_answer)
"""
TABLES = """
    SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
indices = st.integers(0, 1_000)
hours_ago = st.none() | st.integers(1, 960)
few = st.sampled_from(["1", "2", "3", "5", "8", "0.3333", "2.5", "7.0001"]).map(Decimal)
many = st.sampled_from(["4", "10", "12", "20", "0.5", "33.3333"]).map(Decimal)
costs = st.none() | st.sampled_from(["0", "1", "2.3457", "9.9999", "0.0001"]).map(Decimal)
ends = st.sampled_from([(end, end) for end in HELD] + [("SUPPLIER", "LONDON")] * 2 + [(e, "CUSTOMER") for e in HELD])


@st.composite
def lines(draw: st.DrawFn, comes: bool | None = None) -> tuple[Line, int | None]:
    """A line that makes sense, mostly, with how many hours ago it moved."""
    sku = draw(st.sampled_from(SKUS))
    if draw(st.booleans()) if comes is None else comes:
        source, target = (
            draw(st.sampled_from(["SUPPLIER", "SUPPLIER", "CUSTOMER", "SCRAP"])),
            draw(st.sampled_from(HELD)),
        )
        quantity = draw(many)
    else:
        source, target = draw(st.sampled_from(HELD)), draw(st.sampled_from([*HELD, "CUSTOMER", "CUSTOMER", "SCRAP"]))
        quantity = draw(few)
    arrives = Status.QUARANTINE if sku == "BATCH" and source == "SUPPLIER" else Status.RELEASED
    line = Line(
        sku,
        source,
        target,
        Decimal(1) if sku == "PIECE" else quantity,
        lot=draw(st.sampled_from(LOTS.get(sku, ("",)))),
        target_status=arrives,
        unit_cost=draw(costs),
        unit=draw(st.sampled_from(["", "BOX", "each"])) if sku == "AVERAGE" else "",
    )
    return line, draw(hours_ago)


@st.composite
def odd_lines(draw: st.DrawFn) -> tuple[Line, int | None]:
    """A line with something that may be wrong with it."""
    line, hours = draw(lines())
    odd: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"quantity": Decimal(0)},
                {"quantity": Decimal("0.00001")},
                {"quantity": Decimal(-1)},
                {"sku": "NONE"},
                {"source": "NOWHERE"},
                {"target": line.source, "target_status": line.source_status},
                {"unit": "PART"},
                {"unit": "PALLET"},
                {"lot": ""},
                {"lot": "A"},
                {"source_status": "on_hold"},
                {"target_status": "released"},
                {"source_status": "quarantine"},
                {"source": "SUPPLIER", "target": "CUSTOMER"},
                {"target_status": "rejected"},
            ]
        )
    )
    return replace(line, **odd), draw(st.sampled_from([hours, -50, -20]))


class Ledger(RuleBasedStateMachine):
    """Every verb of the ledger, asked of the real one and of the model."""

    empty_ledger: ClassVar[Callable[[], None]]
    owner: ClassVar[Credentials]

    def __init__(self) -> None:
        super().__init__()
        type(self).empty_ledger()
        self.model = LedgerModel(ITEMS, PLACES)
        self.began_at = datetime.now(UTC).replace(microsecond=0)
        self.calls: list[tuple[list[PostingRequest], str]] = []
        self.keys_made = 0
        self.kept_values: list[tuple[datetime, Decimal]] = []
        self.open_with_stock()

    def open_with_stock(self) -> None:
        """Goods of every item, so that most of what follows finds some."""
        for number, (sku, lot, place) in enumerate(OPENING):
            status = Status.QUARANTINE if sku == "BATCH" else Status.RELEASED
            quantity, cost = Decimal(1 if sku == "PIECE" else 12 + number), Decimal(number) / 3
            line = Line(
                sku,
                "SUPPLIER",
                place,
                quantity,
                lot=lot,
                target_status=status,
                unit_cost=cost.quantize(Decimal("0.0001")),
            )
            line = replace(line, moved_at=self.began_at - timedelta(hours=700 - 40 * number))
            self.post([PostingRequest(self.new_key(), Kind.RECEIPT, [line])], "tom")
        for sku, lot, days in (("FRESH", "A", 90), ("FRESH", "B", 30), ("BATCH", "A", 200)):
            self.describe(sku, lot, (self.began_at.date() + timedelta(days=days), None), "")
        self.change("release", "BATCH", "LONDON", "A", Decimal(9), "quarantine", "quinn", "assay")

    def new_key(self) -> str:
        self.keys_made += 1
        return f"k{self.keys_made}"

    def line(self, drawn: tuple[Line, int | None]) -> Line:
        line, hours = drawn
        return line if hours is None else replace(line, moved_at=self.began_at - timedelta(hours=hours))

    def posted_key(self, index: int) -> str:
        keys = sorted(self.model.documents, key=lambda key: int(key[1:]))
        return keys[index % len(keys)]

    def asked(self, act: Callable[[], Any], faults: set[str], what: object) -> Any:
        """What a call gives; refused exactly where the model says so, and then nothing has changed."""
        before = counts()
        refusal: Refused | None = None
        try:
            answer = act()
        except Refused as refused:
            refusal = refused
        if refusal is not None:
            assert refusal.code in faults, f"{what}: refused ({refusal}); the model: {faults or 'posted'}"
            assert counts() == before, f"{what}: refused, and yet something changed"
            return None
        assert not faults, f"{what}: not refused; the model: {faults}"
        return answer

    def post(self, requests: Sequence[PostingRequest], actor: str) -> None:
        faults = self.model.post_faults(requests, datetime.now(UTC))
        answer = self.asked(lambda: actions.post(requests, actor=actor), faults, requests)
        if answer is not None:
            assert [posted.is_new for posted in answer] == self.model.post(requests, actor)
            self.learn_moments()
        self.calls.append((list(requests), actor))

    def learn_moments(self) -> None:
        """Take over the moments that the database gave: they are its clock's."""
        waiting = {(m.key, m.line): m for m in self.model.moves if m.recorded_at is None}
        keys = {key for key, _ in waiting}
        rows = Movement.objects.filter(posting__key__in=keys).values_list(
            "posting__key", "line", "moved_at", "recorded_at"
        )
        for key, line, moved_at, recorded_at in rows:
            move = waiting[key, line]
            assert move.moved_at in (None, moved_at)
            move.moved_at, move.recorded_at = moved_at, recorded_at

    @rule(drawn=lines(comes=True), actor=st.sampled_from(ACTORS))
    def receive(self, drawn: tuple[Line, int | None], actor: str) -> None:
        self.post([PostingRequest(self.new_key(), Kind.RECEIPT, [self.line(drawn)])], actor)

    @rule(drawn=lines(comes=False), actor=st.sampled_from(ACTORS))
    def issue(self, drawn: tuple[Line, int | None], actor: str) -> None:
        self.post([PostingRequest(self.new_key(), Kind.ISSUE, [self.line(drawn)])], actor)

    @rule(drawn=odd_lines())
    def post_something_odd(self, drawn: tuple[Line, int | None]) -> None:
        self.post([PostingRequest(self.new_key(), Kind.ADJUSTMENT, [self.line(drawn)])], "rita")

    @rule(drawn=st.lists(lines(), min_size=2, max_size=6), kind=st.sampled_from(list(Kind)))
    def post_a_document(self, drawn: list[tuple[Line, int | None]], kind: Kind) -> None:
        self.post([PostingRequest(self.new_key(), kind, [self.line(d) for d in drawn], reference="DN 1")], "tom")

    @rule(
        drawn=st.lists(lines(), min_size=2, max_size=4), again=indices, is_doubled=st.sampled_from([False] * 5 + [True])
    )
    def post_several(self, drawn: list[tuple[Line, int | None]], again: int, is_doubled: bool) -> None:
        """Documents of one call, one of them perhaps asked before, or twice in it."""
        requests = [PostingRequest(self.new_key(), Kind.ADJUSTMENT, [self.line(d)]) for d in drawn]
        if is_doubled:
            requests.append(requests[0])
        elif self.calls and again % 2:
            requests.append(self.calls[again % len(self.calls)][0][0])
        self.post(requests, "tom")

    @precondition(lambda self: self.calls)
    @rule(index=indices)
    def ask_again(self, index: int) -> None:
        requests, actor = self.calls[index % len(self.calls)]
        self.post(requests, actor)

    @precondition(lambda self: self.calls)
    @rule(index=indices, drawn=lines())
    def ask_with_other_content(self, index: int, drawn: tuple[Line, int | None]) -> None:
        [request, *_], actor = self.calls[index % len(self.calls)]
        self.post([replace(request, lines=[self.line(drawn)])], actor)

    @precondition(lambda self: self.model.documents)
    @rule(index=indices, is_again=st.booleans())
    def reverse(self, index: int, is_again: bool) -> None:
        key = self.posted_key(index)
        new_key = self.model.documents[key].reversed_by if is_again else ""
        self.reverse_by(key, new_key or self.new_key())

    @precondition(lambda self: self.model.documents)
    @rule(index=indices, other=indices)
    def reverse_under_a_used_key(self, index: int, other: int) -> None:
        self.reverse_by(self.posted_key(index), self.posted_key(other))

    @rule()
    def reverse_what_is_not_there(self) -> None:
        self.reverse_by("nothing", self.new_key())

    def reverse_by(self, key: str, new_key: str) -> None:
        faults = self.model.reverse_faults(key, new_key)
        answer = self.asked(
            lambda: actions.reverse(key, new_key=new_key, actor="rita", reason="wrong"),
            faults,
            ("reverse", key, new_key),
        )
        if answer is not None:
            assert answer.is_new == self.model.reverse(key, new_key, "rita")
            self.learn_moments()

    @rule(
        verb=st.sampled_from(["release", "release", "hold", "reject"]),
        sku=st.sampled_from(["BATCH", "BATCH", "FRESH", "FIXED"]),
        location=st.sampled_from(HELD),
        lot=st.sampled_from(["A", "B", "C", ""]),
        quantity=st.none() | few,
        source_status=st.sampled_from(["quarantine", "quarantine", *Status]),
        actor=st.sampled_from(["quinn", "quinn", "rita"]),
        reason=st.sampled_from(["fine"] * 5 + [" "]),
    )
    def change_status(
        self,
        verb: str,
        sku: str,
        location: str,
        lot: str,
        quantity: Decimal | None,
        source_status: str,
        actor: str,
        reason: str,
    ) -> None:
        self.change(verb, sku, location, lot, quantity, source_status, actor, reason)

    def change(
        self,
        verb: str,
        sku: str,
        location: str,
        lot: str,
        quantity: Decimal | None,
        source_status: str,
        actor: str,
        reason: str,
    ) -> None:
        target = {"release": "released", "hold": "on_hold", "reject": "rejected"}[verb]
        there = decimal(self.model.on_hand[sku, location, lot, source_status])
        line = Line(
            sku,
            location,
            location,
            there if quantity is None else quantity,
            lot=lot,
            source_status=source_status,
            target_status=target,
        )
        faults = self.status_faults(line, target, actor, reason)
        faults |= {"nothing_there"} if quantity is None and not there else set()
        said = {"lot": lot, "source_status": source_status, "key": self.new_key(), "reason": reason, "actor": actor}

        def act(amount: Decimal | None = quantity) -> Posted:
            posted: Posted = getattr(actions, verb)(sku, location, quantity=amount, **said)
            return posted

        if (answer := self.asked(act, faults, (verb, line, actor))) is not None:
            assert (answer.is_new, act(line.quantity).is_new) == (True, False)
            self.model.post([PostingRequest(said["key"], Kind.TRANSFER, [line], reason)], actor)
            self.learn_moments()

    def status_faults(self, line: Line, target: str, actor: str, reason: str) -> set[str]:
        item = self.model.items[line.sku]
        faults = set() if reason.strip() else {"no_reason"}
        if line.lot and (line.sku, line.lot) not in self.model.lots:
            return faults | {"no_lot"}
        is_final = item.receiving == "quarantine" and line.source_status == "rejected"
        if line.source_status == target or is_final:
            faults.add("bad_status")
        if (
            target == "released"
            and item.receiving == "quarantine"
            and actor in self.model.receivers(line.sku, line.lot)
        ):
            faults.add("receiver_releases")
        request = PostingRequest("k0", Kind.TRANSFER, [line])
        return faults | self.model.post_faults([request], datetime.now(UTC), is_release=target == "released")

    @rule(
        sku=st.sampled_from(["BATCH", "FRESH", "FRESH"]),
        lot=st.sampled_from("ABC"),
        expires=st.sampled_from([None, -10, 30, 90, 200]),
        retest=st.sampled_from([None, None, -10, 30, 90]),
        reason=st.sampled_from(["", "study"]),
    )
    def describe_lot(self, sku: str, lot: str, expires: int | None, retest: int | None, reason: str) -> None:
        today = self.began_at.date()
        ends = (expires and today + timedelta(days=expires), retest and today + timedelta(days=retest))
        self.describe(sku, lot, (ends[0] or None, ends[1] or None), reason)

    def describe(self, sku: str, lot: str, days: tuple[date | None, date | None], reason: str) -> None:
        known = self.model.lots.get((sku, lot))
        changes_what_was_said = known is not None and any(known) and known != days
        faults = {"no_lot"} if known is None else {"no_reason"} if changes_what_was_said and not reason else set()
        answer = self.asked(
            lambda: actions.describe_lot(sku, lot, expires_on=days[0], retest_on=days[1], reason=reason, actor="quinn"),
            faults,
            ("describe", sku, lot, days),
        )
        if answer is not None:
            self.model.lots[sku, lot] = days

    @rule(
        sku=st.sampled_from(["FRESH", "FRESH", "BATCH", "AVERAGE", "FIRST"]),
        place=st.sampled_from(HELD),
        quantity=few,
        min_days=st.sampled_from([0, 0, 60]),
    )
    def pick(self, sku: str, place: str, quantity: Decimal, min_days: int) -> None:
        key = self.new_key()
        picks = self.model.first_to_expire(sku, place, int(quantity * STEPS), min_days)
        found = sum(q for _, _, q in picks)
        faults = {"not_enough_usable"} if found < quantity * STEPS else set()
        self.picked(sku, place, quantity, min_days, key, picks, faults, [], "")
        if not faults:
            self.pick_again(sku, place, quantity, min_days, key, picks)

    def pick_again(
        self, sku: str, place: str, quantity: Decimal, min_days: int, key: str, picks: list[tuple[str, str, int]]
    ) -> None:
        """The same key takes the same goods; for another quantity it is another request."""
        self.picked(sku, place, quantity, min_days, key, picks, set(), [], "")
        self.picked(sku, place, quantity + 1, min_days, key, picks, {"key_reused"}, [], "")

    @rule(
        sku=st.sampled_from(["FRESH", "BATCH"]),
        place=st.sampled_from(["LONDON", "TOKYO"]),
        quantity=few,
        lot=st.sampled_from("ABC"),
        reason=st.sampled_from(["", "asked for"]),
    )
    def pick_a_certain_lot(self, sku: str, place: str, quantity: Decimal, lot: str, reason: str) -> None:
        key, picks = self.new_key(), [(place, lot, int(quantity * STEPS))]
        first = self.model.first_to_expire(sku, place, picks[0][2], 0)
        is_deviation = {code: q for _, code, q in picks} != by_lot(first)
        faults = {"fefo_deviation"} if is_deviation and not reason else set()
        faults |= self.model.post_faults([pick_request(key, sku, picks)], datetime.now(UTC))
        self.picked(sku, place, quantity, 0, key, picks, faults, [Pick(place, lot, quantity)], reason)

    def picked(
        self,
        sku: str,
        place: str,
        quantity: Decimal,
        min_days: int,
        key: str,
        picks: list[tuple[str, str, int]],
        faults: set[str],
        lots: list[Pick],
        reason: str,
    ) -> None:
        answer = self.asked(
            lambda: actions.pick(
                sku,
                place,
                quantity,
                target="CUSTOMER",
                key=key,
                actor="tom",
                min_remaining_days=min_days,
                lots=lots,
                reason=reason,
            ),
            faults,
            ("pick", sku, place, quantity, min_days, lots),
        )
        if answer is not None:
            posted, taken = answer
            assert [(p.location, p.lot, int(p.quantity * STEPS)) for p in taken] == picks
            assert [posted.is_new] == self.model.post([pick_request(key, sku, picks)], "tom")
            self.learn_moments()

    @rule(days=st.sampled_from([39, 30, 25, 20, 10, 5, 1, -1]))
    def close(self, days: int) -> None:
        until_on = self.began_at.date() - timedelta(days=days)
        untils = {
            site: datetime.combine(until_on, time(), ZoneInfo(zone))
            for site, zone in (("LONDON", "Europe/London"), ("TOKYO", "Asia/Tokyo"), (None, "UTC"))
        }
        faults = {"not_past"} if days < 0 else set()
        if any(until_on < latest for latest, _ in self.model.closed.values()):
            faults.add("closed_further")
        closed = self.asked(lambda: actions.close(until_on, actor="rita"), faults, ("close", until_on))
        if closed is not None:
            self.model.closed.update({site: (until_on, until_at) for site, until_at in untils.items()})
            end = min(untils.values()) - timedelta(microseconds=1)
            self.kept_values.append((end, queries.value_at(end)))

    @precondition(lambda self: self.model.documents)
    @rule(
        index=indices,
        line=st.integers(1, 3),
        amount=st.sampled_from(["5", "-0.3333", "0.0001", "17.25", "0", "0.00001", "NaN"]),
        reason=st.sampled_from(list(LateCost)),
        earlier=indices,
    )
    def add_late_cost(self, index: int, line: int, amount: str, reason: LateCost, earlier: int) -> None:
        known = list(self.model.cost_keys)
        key = known[earlier % len(known)] if known and earlier % 3 == 0 else self.new_key()
        content = (self.posted_key(index), line, amount, reason)
        faults = self.cost_faults(*content[:3])
        if key in self.model.cost_keys and self.model.cost_keys[key] != content:
            faults.add("key_reused")
        before = counts()
        self.asked(
            lambda: actions.add_late_cost(
                *content[:2], Decimal(amount), reason=reason, reference="", key=key, actor="rita"
            ),
            faults,
            ("late cost", content, key),
        )
        if not faults:
            is_new = key not in self.model.cost_keys
            assert (counts() != before) == is_new
            self.model.late[content[:2]] += int(Decimal(amount) * STEPS) if is_new else 0
            self.model.cost_keys[key] = content

    def cost_faults(self, posting: str, line: int, amount: str) -> set[str]:
        faults = {"bad_amount"} if amount in ("0", "0.00001", "NaN") else set()
        moves = [m for m in self.model.documents[posting].moves if m.line == line]
        if not moves:
            return faults | {"no_posting"}
        source, target = self.model.places[moves[0].source], self.model.places[moves[0].target]
        return faults | (set() if target.holds and not source.holds else {"no_receipt"})

    @rule()
    def value(self) -> None:
        actions.value(patience_seconds=PATIENCE_SECONDS)
        rows = ValuationEntry.objects.values_list("posting__key", "line").annotate(Sum("amount")).order_by()
        found = {(key, line): int(amount * STEPS) for key, line, amount in rows}
        for key, back in self.model.cancelled_pairs():
            for move in self.model.documents[key].moves:
                assert found.pop((key, move.line), 0) + found.pop((back, move.line), 0) == 0, (
                    f"{key} and {back} leave value"
                )
        assert found == self.model.values()
        assert actions.value(patience_seconds=PATIENCE_SECONDS) == 0
        for moment, worth in self.kept_values:
            assert queries.value_at(moment) == worth, f"a closed period changed its value at {moment}"

    @rule(hours=st.integers(-1, 1_000), believed=st.none() | indices, sku=st.sampled_from(["", "", *SKUS]))
    def as_of(self, hours: int, believed: int | None, sku: str) -> None:
        moment = self.began_at - timedelta(hours=hours)
        believed_at = None
        if believed is not None and self.model.moves:
            believed_at = self.model.moves[believed % len(self.model.moves)].recorded_at
        rows = queries.as_of(moment, sku=sku, believed_at=believed_at)
        found = {(r.sku, r.location, r.lot, str(r.status)): int(r.on_hand * STEPS) for r in rows}
        assert found == self.model.as_of(moment, believed_at, sku)

    @rule()
    def rebuild(self) -> None:
        assert actions.rebuild(actor="rita") == []

    @rule(index=indices)
    def rebuild_what_was_spoilt(self, index: int) -> None:
        ids = list(Balance.objects.order_by("id").values_list("id", flat=True))
        if ids:
            with psycopg.connect(self.owner.owner.conninfo) as owner:
                owner.execute("UPDATE ledger_balance SET on_hand = on_hand + 1 WHERE id = %s", [ids[index % len(ids)]])
            assert len(queries.verify()) == 1
            assert len(actions.rebuild(actor="rita")) == 1

    @rule()
    def verify(self) -> None:
        assert queries.verify() == []

    @invariant()
    def balances_are_the_models(self) -> None:
        rows = Balance.objects.exclude(on_hand=0).values_list(
            "item__sku", "location__code", "lot__code", "status", "on_hand"
        )
        found = {(sku, place, lot or "", status): int(on_hand * STEPS) for sku, place, lot, status, on_hand in rows}
        assert found == {place: quantity for place, quantity in self.model.on_hand.items() if quantity}

    def teardown(self) -> None:
        self.value()
        self.verify()


def counts() -> tuple[int, ...]:
    """How many rows there are of what a refusal must not add to."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return tuple(cursor.fetchone())


def by_lot(picks: Sequence[tuple[str, str, int]]) -> dict[str, int]:
    taken: dict[str, int] = {}
    for _, lot, quantity in picks:
        taken[lot] = taken.get(lot, 0) + quantity
    return taken


def pick_request(key: str, sku: str, picks: Sequence[tuple[str, str, int]]) -> PostingRequest:
    """The posting that a pick makes."""
    taken = [Line(sku, location, "CUSTOMER", decimal(quantity), lot=lot) for location, lot, quantity in picks]
    return PostingRequest(key, Kind.ISSUE, taken)


def make_catalogue() -> None:
    """The model's items and places."""
    made: dict[str, Location] = {}
    for place in PLACES:
        made[place.code] = Location.objects.create(
            code=place.code, name=place.code, kind=place.kind, time_zone=place.zone, site=made.get(place.site or "")
        )
        if place.kind == "site":
            Location.objects.filter(pk=made[place.code].pk).update(site=made[place.code])
    for item in ITEMS:
        row = Item.objects.create(
            sku=item.sku,
            description=item.sku,
            unit_cost=decimal(item.cost),
            valuation_method=item.method,
            tracking=item.tracking,
            receiving_status=item.receiving,
        )
        for unit, factor in item.units.items():
            if unit != "each":
                ItemUnit.objects.create(
                    item=row, unit=unit, units_numerator=factor.numerator, units_denominator=factor.denominator
                )


@pytest.fixture
def empty_ledger(committed_db: Credentials, server: Server) -> Iterator[Callable[[], None]]:
    """Takes back what a run wrote beside the catalogue: a copy of the database for each run took half of its time."""
    make_catalogue()
    with psycopg.connect(server.conninfo(committed_db.owner.dbname), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        tables = [table for (table,) in superuser.execute(TABLES)]
        empty = [table for table in tables if not superuser.execute(f"SELECT FROM {table} LIMIT 1").rowcount]

        def make_empty() -> None:
            written = [table for table in empty if superuser.execute(f"DELETE FROM {table}").rowcount]
            if written:
                superuser.execute(f"VACUUM {', '.join(written)}")

        yield make_empty


def test_the_ledger_does_what_a_plain_model_of_it_does(
    committed_db: Credentials, empty_ledger: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "empty_ledger", empty_ledger, raising=False)
    monkeypatch.setattr(Ledger, "owner", committed_db, raising=False)
    # What lies there is kept often, so that most replays begin from what was kept.
    monkeypatch.setattr(valuation, "KEPT_EVERY", 3)
    chosen = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS_OF_A_RUN,
        deadline=None,
        derandomize=False,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=PHASES,
    )
    run_state_machine_as_test(seed(RUN_SEED)(Ledger), settings=chosen)
