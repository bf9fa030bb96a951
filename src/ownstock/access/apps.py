"""Django's registration of the access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People and keys."""

    name = "ownstock.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
