"""Django's registration of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates and static files."""

    name = "ownstock.web"
    label = "web"
