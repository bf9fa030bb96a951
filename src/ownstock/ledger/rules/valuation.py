"""What goods are worth when they leave: standard cost, moving average, first in first out.

The value is replayed: an item's movements in the order in which the goods moved, each with what it brought, say what every
issue took with it. Whatever comes late (a receipt dated back, an invoice that differs) is put in its place and the item is
replayed from there; only the differences are entered. Quantities and amounts are whole numbers of 0.0001, so that nothing
is ever lost by rounding: what is rounded on one side stays on the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ownstock.catalog.rules import ValuationMethod

STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Flow:
    """A movement as the value sees it: units that come (above zero) or leave (below), in steps of 0.0001.

    `unit_cost` is what one unit was said to be worth, in steps. `added` is what late costs have added to it since. `returns`
    says that the goods come back: they are worth what lies there, whatever they were said to be worth.
    """

    quantity: int
    unit_cost: int
    added: int = 0
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What a movement changes in the value of the stock, in steps: what it brings or takes, and what it sets right.

    A receipt sets right what had left before it came: goods that were issued while none were there, at a cost that turned
    out to be another.
    """

    amount: int
    corrected: int = 0

    @property
    def total(self) -> int:
        """The change as a whole."""
        return self.amount + self.corrected


@dataclass(slots=True)
class Layers:
    """What lies there, oldest first, as pairs of quantity and amount; below zero: what was issued before it came.

    `quantity` and `amount` are their sums.
    """

    left: deque[tuple[int, int]] = field(default_factory=deque)
    quantity: int = 0
    amount: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Layers:
        """Layers as they were kept."""
        layers = cls()
        for quantity, amount in pairs:
            layers.put(quantity, amount)
        return layers

    @property
    def is_short(self) -> bool:
        """Whether more was issued than came."""
        return self.quantity < 0

    def put(self, quantity: int, amount: int) -> None:
        """Lay something upon the newest."""
        self.left.append((quantity, amount))
        self._count(quantity, amount)

    def put_back(self, quantity: int, amount: int) -> None:
        """Leave something of the oldest."""
        self.left.appendleft((quantity, amount))
        self._count(quantity, amount)

    def oldest(self) -> tuple[int, int]:
        """Take the oldest layer away."""
        quantity, amount = self.left.popleft()
        self._count(-quantity, -amount)
        return quantity, amount

    def _count(self, quantity: int, amount: int) -> None:
        self.quantity += quantity
        self.amount += amount


def effects(flows: Iterable[Flow], layers: Layers, method: str) -> Iterator[Effect]:
    """What each movement changes in the value, in the order in which the goods moved; `layers` follows along.

    Moving average: one layer, into which every receipt melts. First in, first out: a layer for each receipt, the oldest
    leaves first. Standard cost: what each movement was said to be worth, and nothing else.
    """
    if method == ValuationMethod.STANDARD:
        yield from (Effect(_rounded(flow.quantity * flow.unit_cost, STEPS)) for flow in flows)
        return
    melts = method == ValuationMethod.MOVING_AVERAGE
    for flow in flows:
        if flow.quantity > 0:
            yield _come(flow, layers, melts=melts)
        else:
            yield Effect(-_leave(-flow.quantity, flow.unit_cost, layers))


def _come(flow: Flow, layers: Layers, *, melts: bool) -> Effect:
    worth, before, was_short = _worth(flow, layers), layers.amount, layers.is_short
    quantity, amount = _cover(flow.quantity, worth, layers)
    if quantity:
        there, value = layers.oldest() if melts and layers.left else (0, 0)
        layers.put(there + quantity, value + amount)
    return Effect(worth, layers.amount - before - worth if was_short else 0)


def _worth(flow: Flow, layers: Layers) -> int:
    """What goods that come are worth in all: what they were said to be, or, coming back, what lies there."""
    if flow.returns and layers.quantity > 0:
        return _rounded(flow.quantity * layers.amount, layers.quantity) + flow.added
    return _rounded(flow.quantity * flow.unit_cost, STEPS) + flow.added


def _cover(quantity: int, amount: int, layers: Layers) -> tuple[int, int]:
    """Make up for what was issued before it came; what is left of the goods, and of their worth."""
    while quantity and layers.is_short:
        short, owed = layers.oldest()
        if -short > quantity:
            layers.put_back(short + quantity, owed - _rounded(owed * quantity, -short))
            return 0, 0
        part = _rounded(amount * -short, quantity)
        quantity, amount = quantity + short, amount - part
    return quantity, amount


def _leave(quantity: int, unit_cost: int, layers: Layers) -> int:
    """Take so much away, the oldest first; what it was worth. What is not there is taken at its last known cost."""
    before = layers.amount
    if layers.is_short:
        there, value = layers.left[-1]
        unit_cost = _rounded(-value * STEPS, -there)
    while quantity and layers.quantity > 0:
        there, value = layers.oldest()
        if there > quantity:
            layers.put_back(there - quantity, value - _rounded(value * quantity, there))
            return before - layers.amount
        unit_cost = _rounded(value * STEPS, there)
        quantity -= there
    if quantity:
        layers.put(-quantity, -_rounded(quantity * unit_cost, STEPS))
    return before - layers.amount


def _rounded(numerator: int, denominator: int) -> int:
    """Half up, away from zero, so that taking back gives the same with the other sign."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)
