"""Django's registration of the catalog app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
