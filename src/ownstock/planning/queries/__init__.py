"""Reading what stands: runs, proposals, the outlook of one item-site, what a switch of suppliers would mean."""

from ownstock.planning.queries.baskets import Basket, BasketDetail, BasketLine, basket, supplier_baskets
from ownstock.planning.queries.edits import StandingEdit, last_edits, versions
from ownstock.planning.queries.fan import Fan, fan
from ownstock.planning.queries.proposals import (
    latest_proposal,
    proposal,
    proposals,
    standing,
    suppliers_of_proposals,
    unproposed,
)
from ownstock.planning.queries.reprojections import DayBand, Reprojection, reproject, reproject_many
from ownstock.planning.queries.runs import business_day, last_pool, last_run, run_hash
from ownstock.planning.queries.standings import ItemSitePosition, position_of

__all__ = [
    "Basket", "BasketDetail", "BasketLine", "DayBand", "Fan", "ItemSitePosition",
    "Reprojection", "StandingEdit", "basket", "business_day", "fan", "last_edits", "last_pool",
    "last_run", "latest_proposal", "position_of", "proposal", "proposals", "reproject", "reproject_many", "run_hash",
    "standing", "supplier_baskets", "suppliers_of_proposals", "unproposed", "versions",
]  # fmt: skip
