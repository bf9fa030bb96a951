"""The verbs of the catalogue beside its imports, one room a noun."""

from ownstock.catalog.actions.agreements import close_supplier, keep_agreement, reopen_supplier
from ownstock.catalog.actions.certificates import (
    Document,
    add_certificate,
    require_certificate,
    waive_certificate,
    withdraw_certificate,
)
from ownstock.catalog.actions.company import set_company, set_supplier_rules
from ownstock.catalog.actions.contacts import add_contact, create_contact, link_contact, remove_contact
from ownstock.catalog.actions.lapses import warn_of_lapses
from ownstock.catalog.actions.qualifications import qualify
from ownstock.catalog.actions.rates import set_exchange_rate

__all__ = [
    "Document", "add_certificate", "add_contact", "close_supplier", "create_contact", "keep_agreement",
    "link_contact", "qualify", "remove_contact", "reopen_supplier", "require_certificate", "set_company", "set_exchange_rate",
    "set_supplier_rules", "waive_certificate", "warn_of_lapses", "withdraw_certificate",
]  # fmt: skip
