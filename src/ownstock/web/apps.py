"""Django's registration of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates and static files."""

    name = "ownstock.web"
    label = "web"

    def ready(self) -> None:
        """Write down what is told of signing in."""
        from ownstock.web.accounts import events

        events.connect()
