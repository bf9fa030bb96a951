"""Django's registration of the demand app."""

from django.apps import AppConfig


class DemandConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.demand"
    label = "demand"
    default_auto_field = "django.db.models.BigAutoField"
