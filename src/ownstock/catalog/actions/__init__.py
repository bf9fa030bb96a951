"""The verbs of the catalogue beside its imports."""

from ownstock.catalog.actions.company import set_company

__all__ = ["set_company"]
