"""The verbs of the catalogue beside its imports, one room a noun."""

from ownstock.catalog.actions.company import set_company
from ownstock.catalog.actions.contacts import add_contact, remove_contact

__all__ = ["add_contact", "remove_contact", "set_company"]
