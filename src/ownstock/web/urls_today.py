"""The addresses of today's worklist."""

from __future__ import annotations

from django.urls import path

from ownstock.web.views import digest, today

urlpatterns = [
    path("", today.today, name="today"),
    path("today/list", today.today_list, name="today-list"),
    path("today/<int:pk>", today.alert, name="alert"),
    path("today/<int:pk>/item-sites", today.alert_rows, name="alert-rows"),
    path("today/<int:pk>/assign", today.assign, name="alert-assign"),
    path("today/<int:pk>/snooze", today.snooze, name="alert-snooze"),
    path("today/<int:pk>/comment", today.comment, name="alert-comment"),
    path("account/digest", digest.digest, name="digest"),
    path("alerts/<int:pk>/close", today.close, name="alert-close"),
]
