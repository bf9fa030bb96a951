"""Django's registration of the ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the catalogue ask the ledger before it changes items."""
        from ownstock.catalog.item_changes import object_to_item_changes
        from ownstock.ledger.item_changes import objections

        object_to_item_changes(objections)
