"""Django's registration of the ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
