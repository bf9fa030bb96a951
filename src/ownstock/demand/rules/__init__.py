"""Pure decisions about demand, one room a noun: lines, goods, promises."""

from ownstock.demand.rules.goods import Claim, Goods, Pick, Shelf, fefo, keeps
from ownstock.demand.rules.lines import (
    OPEN_STATES,
    DemandState,
    EnteredLine,
    EntryKind,
    Part,
    check_entered,
    content_of,
    state_of,
)
from ownstock.demand.rules.promises import Commitment, Promise, Supply, promise

__all__ = [
    "OPEN_STATES", "Claim", "Commitment", "DemandState", "EnteredLine", "EntryKind", "Goods", "Part", "Pick", "Promise",
    "Shelf", "Supply", "check_entered", "content_of", "fefo", "keeps", "promise", "state_of",
]  # fmt: skip
