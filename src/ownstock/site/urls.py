"""Which address leads where."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from ownstock.api.health import health
from ownstock.api.urls import urls as api
from ownstock.site.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ownstock.web.urls")),
    path("", include("ownstock.web.accounts.urls")),
    path("api/", api),
    path("health", health),
    path("metrics", metrics),
]
