"""Django's registration of the journal app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
