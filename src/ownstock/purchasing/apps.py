"""Django's registration of the purchasing app."""

from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.purchasing"
    label = "purchasing"
    default_auto_field = "django.db.models.BigAutoField"
