"""Django's registration of the exchange app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
