"""Django's registration of the purchasing app."""

from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    """See the package's docstring."""

    name = "ownstock.purchasing"
    label = "purchasing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the ledger ask for certificates of conformity before it releases goods."""
        from ownstock.ledger.release_checks import object_to_releases
        from ownstock.purchasing.queries.conformity import refuse_uncovered

        object_to_releases(refuse_uncovered)
