"""A month of a shop whose orders leave by themselves, lived through day by day by our own actions, each told its moment.

The month ends with last week: what is dated by the clock of the database, as alerts are, lies in a period until today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
from django.db.models import F
from django.utils import timezone

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.automation.actions import dispatch_due, run_due, set_policy
from ownstock.automation.models import AutomationRun
from ownstock.catalog.actions import keep_agreement
from ownstock.catalog.models import ItemSite, Supplier, SupplyTerm
from ownstock.demand import actions as demand
from ownstock.demand.rules import EnteredLine, Part
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning import actions as planning
from ownstock.planning.actions.valuing import value_overrides
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Delivery, PurchaseOrder
from tests.automation_cases import ANNA
from tests.factories import ACTOR, opening, small_business
from tests.web_cases import PASSWORD

DAYS, WEEKS_BEFORE = 28, 20
PRICE = Decimal("2.4000")
# By supplier: on which weekdays it takes orders, after how many days its goods come, what is bought there.
SUPPLIERS: Mapping[str, tuple[list[int], int, tuple[str, ...]]] = {
    "ALPHA": ([1], 7, ("CUP", "PLATE", "BOWL")),
    "BETA": ([2, 4], 5, ("FORK", "KNIFE", "SPOON")),
    "GAMMA": ([3], 4, ("TRAY", "MAT")),
    "DELTA": ([5], 6, ("JUG", "LAMP")),
    "EPSILON": ([1, 2, 3, 4, 5], 2, ("GLASS",)),
}
# Its customers' orders are kept as lines, and it is ordered by itself only once it has earned that.
EARNING = "GLASS"
CYCLES = 3
# Units a day that are wanted on average.
WANTED = {
    "CUP": 4, "PLATE": 6, "BOWL": 3, "FORK": 8, "KNIFE": 5, "SPOON": 6, "TRAY": 5, "MAT": 4, "JUG": 3, "LAMP": 60,
    "GLASS": 20,
}  # fmt: skip
NIGHT, CUT_OFF = time(2, 10), time(14, 10)


@dataclass
class Month:
    """What a test sees of the month, and what it lets happen in it."""

    first: date
    rng: np.random.Generator
    # What each item's customers wanted and got, by day: the test's own books.
    wanted: dict[str, dict[date, int]] = field(default_factory=lambda: defaultdict(dict))
    sold: dict[str, dict[date, int]] = field(default_factory=lambda: defaultdict(dict))
    on_hand: dict[str, int] = field(default_factory=dict)
    rush: dict[tuple[str, date], int] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    runs: list[AutomationRun] = field(default_factory=list)
    left_on: dict[str, date] = field(default_factory=dict)
    # What customers of the earning item want is drawn by itself.
    glasses: np.random.Generator = field(default_factory=lambda: np.random.default_rng(8))
    # Whether Anna orders what is proposed of it, as it is proposed.
    is_taught: bool = True
    arrived: set[str] = field(default_factory=set)
    # What is on hand at the close of each day, in units by item.
    closes: list[dict[str, int]] = field(default_factory=list)

    def day(self, number: int) -> date:
        """A day of the month, the first is 0."""
        return self.first + timedelta(days=number)

    def live(self, first: int, last: int) -> None:
        """Live through days, the first and the last among them."""
        for number in range(first, last + 1):
            on = self.day(number)
            self._goods_come(on)
            self.run(datetime.combine(on, NIGHT, UTC))
            self._sell(on)
            self.closes.append(dict(self.on_hand))
            self.run(datetime.combine(on, CUT_OFF, UTC))
            if self.is_taught:
                self._teach(on)
            dispatch_due(100)
            purchasing.watch_orders(timezone.now(), today=on)
            planning.measure(on)
            value_overrides(on)

    def run(self, now: datetime) -> None:
        """What the worker does every quarter of an hour, at one of them."""
        found = run_due(now)
        if found is not None:
            self.runs.append(found)
            self.left_on |= dict.fromkeys(found.placed, now.date())

    def _teach(self, on: date) -> None:
        """Anna orders what is proposed of the earning item, as it is proposed."""
        waiting = Proposal.objects.filter(item_site__item__sku=EARNING, state="pending")
        for order in planning.approve([row.pk for row in waiting], actor=ANNA) if waiting else ():
            self.send(order.number, on)

    def wanted_of(self, sku: str, mean: int) -> int:
        """So many are wanted on a day."""
        return int((self.glasses if sku == EARNING else self.rng).poisson(mean))

    def send(self, number: str, on: date) -> None:
        """A person sends an order."""
        purchasing.place(number, actor=ANNA, on=on)
        self.left_on[number] = on

    def _goods_come(self, on: date) -> None:
        for number, left_on in self.left_on.items():
            if number in self.arrived:
                continue
            order = PurchaseOrder.objects.select_related("supplier").get(number=number)
            code = order.supplier.code
            if code in self.silent or on < left_on + timedelta(days=SUPPLIERS[code][1]):
                continue
            self.receive(order, on)

    def receive(self, order: PurchaseOrder, on: date) -> None:
        """All that is open of an order comes."""
        self.arrived.add(order.number)
        rows = Delivery.objects.filter(line__revision__purchase_order=order).select_related("line__item")
        lines: dict[int, Decimal] = defaultdict(Decimal)
        for row in rows.filter(line__revision__number=F("line__revision__purchase_order__sent_revision")):
            lines[row.line.line] += row.quantity - row.received_quantity - row.cancelled_quantity
            self.on_hand[row.line.item.sku] += int(row.quantity - row.received_quantity - row.cancelled_quantity)
        came = [purchasing.ReceiptLine(line, quantity) for line, quantity in lines.items() if quantity > 0]
        if came:
            purchasing.receive(
                order.number, came, key=f"{order.number}:{on}", received_on=on, actor=ACTOR,
                moved_at=datetime.combine(on, time(1), UTC),
            )  # fmt: skip

    def _sell(self, on: date) -> None:
        requests = []
        for sku, mean in WANTED.items():
            wanted = self.wanted_of(sku, mean) + self.rush.get((sku, on), 0)
            sold = min(wanted, self.on_hand[sku])
            self.wanted[sku][on], self.sold[sku][on] = wanted, sold
            self.on_hand[sku] -= sold
            moved_at = datetime.combine(on, time(11), UTC)
            if sku == EARNING:
                self._serve(wanted, sold, moved_at)
            elif sold:
                line = Line(sku, "SHOP", "CUSTOMERS", Decimal(sold), moved_at=moved_at)
                requests.append(PostingRequest(f"sale:{sku}:{on}", Kind.ISSUE, [line]))
        ledger.post(requests, actor=ACTOR)

    def _serve(self, wanted: int, sold: int, moved_at: datetime) -> None:
        """Customers order so many of the earning item for a day, and get what is there; they do not wait for the rest."""
        asked = EnteredLine(f"line:{moved_at}", "SHOPPERS", EARNING, "SHOP", Decimal(wanted), moved_at.date(), "")
        [line] = demand.enter([asked], actor=ACTOR)
        if sold:
            demand.ship([Part(line.number, Decimal(sold))], key=f"shipment:{moved_at}", actor=ACTOR, moved_at=moved_at)
        if wanted > sold:
            demand.cut(line.number, actor=ACTOR, reason="They do not wait.")


def company() -> Month:
    """Eleven items of five suppliers with twenty weeks behind them; Anna plans, Dora is of finance, both of age to agree."""
    today = timezone.localdate()
    month = Month(today - timedelta(days=today.weekday() + DAYS), np.random.default_rng(7))
    shop = small_business(skus=tuple(WANTED), lead_time_days=7)
    for code in ("GAMMA", "DELTA", "EPSILON"):
        shop.suppliers.append(Supplier.objects.create(code=code, name=f"Supplier {code}", email="", currency="EUR"))
    for supplier in shop.suppliers:
        weekdays, lead_time_days, skus = SUPPLIERS[supplier.code]
        SupplyTerm.objects.filter(item__sku__in=skus).update(supplier=supplier, lead_time_days=lead_time_days)
        terms = {
            "valid_from": date(2020, 1, 1), "order_weekdays": weekdays, "order_cut_off": time(15),
            "order_time_zone": "UTC",
        }  # fmt: skip
        keep_agreement(supplier.code, "A1", terms, actor=ACTOR)
    for name, role in (("anna", Role.PLANNER), ("dora", Role.FINANCE)):
        create_user(name, PASSWORD, actor=ACTOR, roles=[role])
    set_policy({"nightly_plan_at_hour": "2", "cycles_to_certify": str(CYCLES)}, actor=ANNA)
    ItemSite.objects.filter(item__sku=EARNING).update(review_period_days=1)
    demand.set_customer("SHOPPERS", "Whoever comes in", actor=ACTOR)
    _years_past(month)
    return month


def _years_past(month: Month) -> None:
    """Twenty weeks of sales, and stock for two weeks more, of forks for a month, of what earns its orders for three days."""
    began = month.first - timedelta(weeks=WEEKS_BEFORE)
    requests = []
    for sku, mean in WANTED.items():
        days = [(began + timedelta(days=n), month.wanted_of(sku, mean)) for n in range(7 * WEEKS_BEFORE)]
        month.on_hand[sku] = {"FORK": 32, EARNING: 3}.get(sku, 14) * mean
        stock = sum(sold for _, sold in days) + month.on_hand[sku]
        opening(sku, stock, moved_at=datetime.combine(began - timedelta(days=1), time(8), UTC))
        for on, sold in days:
            month.wanted[sku][on] = month.sold[sku][on] = sold
            if sold:
                line = Line(sku, "SHOP", "CUSTOMERS", Decimal(sold), moved_at=datetime.combine(on, time(11), UTC))
                requests.append(PostingRequest(f"sale:{sku}:{on}", Kind.ISSUE, [line]))
    ledger.post(requests, actor=ACTOR)
