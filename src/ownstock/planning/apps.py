"""Django's registration of the planning app."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.planning"
    label = "planning"
    default_auto_field = "django.db.models.BigAutoField"
