"""What a location, an item and its demand can be, each in a closed list."""

from __future__ import annotations

from enum import StrEnum


class LocationKind(StrEnum):
    """What a location is. Sites, bins and goods in transit hold stock; the rest is the world outside."""

    SITE = "site"
    BIN = "bin"
    IN_TRANSIT = "in_transit"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    SCRAP = "scrap"
    COUNT_DIFFERENCE = "count_difference"


class UnservedDemand(StrEnum):
    """What becomes of demand that finds no stock."""

    LOST = "lost"
    BACKORDER = "backorder"


class Tracking(StrEnum):
    """How finely an item's goods are told apart. Where it is `none`, a lot may be named and need not be."""

    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


class ReceivingStatus(StrEnum):
    """What goods are when they come from a supplier: ready for use, or waiting for quality to release them."""

    RELEASED = "released"
    QUARANTINE = "quarantine"


class ReleaseNeeds(StrEnum):
    """What must be there before quality releases an item's goods: nothing, or certificates of conformity for them."""

    NOTHING = "nothing"
    CONFORMITY = "conformity"


class ValuationMethod(StrEnum):
    """What an item's goods are worth when they leave: their standard cost, their average, or that of the oldest."""

    STANDARD = "standard"
    MOVING_AVERAGE = "moving_average"
    FIFO = "fifo"


STOCK_KINDS = frozenset({LocationKind.SITE, LocationKind.BIN, LocationKind.IN_TRANSIT})
