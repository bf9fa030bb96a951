"""The nouns of the catalogue and the constraints they keep, one room a noun."""

from ownstock.catalog.models.company import Company
from ownstock.catalog.models.contacts import SupplierContact
from ownstock.catalog.models.items import Item, ItemSite, ItemUnit
from ownstock.catalog.models.locations import Location
from ownstock.catalog.models.suppliers import Supplier, SupplyTerm

__all__ = ["Company", "Item", "ItemSite", "ItemUnit", "Location", "Supplier", "SupplierContact", "SupplyTerm"]
