"""The nouns of the catalogue and the constraints they keep, one room a noun."""

from ownstock.catalog.models.agreements import Agreement, Closure, VolumeCommitment
from ownstock.catalog.models.clauses import Clause, ClauseRequirement
from ownstock.catalog.models.company import Company
from ownstock.catalog.models.contacts import SupplierContact
from ownstock.catalog.models.items import Item, ItemSite, ItemUnit
from ownstock.catalog.models.locations import Location
from ownstock.catalog.models.qualifications import Certificate, CertificateRequirement, Qualification
from ownstock.catalog.models.rates import ExchangeRate
from ownstock.catalog.models.suppliers import PriceBreak, Supplier, SupplyTerm

__all__ = [
    "Agreement",
    "Certificate",
    "CertificateRequirement",
    "Clause",
    "ClauseRequirement",
    "Closure",
    "Company",
    "ExchangeRate",
    "Item",
    "ItemSite",
    "ItemUnit",
    "Location",
    "PriceBreak",
    "Qualification",
    "Supplier",
    "SupplierContact",
    "SupplyTerm",
    "VolumeCommitment",
]  # fmt: skip
