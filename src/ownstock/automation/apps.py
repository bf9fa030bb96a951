"""Django's registration of the automation app."""

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.automation"
    label = "automation"
    default_auto_field = "django.db.models.BigAutoField"
