"""The addresses of the pages of who may sign in, of the keys of programs, and of programs that are told of events."""

from __future__ import annotations

from django.urls import path

from ownstock.web.views import keys, people, subscriptions

urlpatterns = [
    path("people", people.people, name="people"),
    path("people/roles", people.roles, name="people-roles"),
    path("people/keys", keys.keys, name="keys"),
    path("people/keys/<str:prefix>/revoke", keys.revoke, name="key-revoke"),
    path("people/subscriptions", subscriptions.subscriptions, name="subscriptions"),
    path("people/subscriptions/<str:name>", subscriptions.subscription, name="subscription"),
    path("people/subscriptions/<str:name>/<str:deed>", subscriptions.do, name="subscription-do"),
    path("people/<int:pk>", people.person, name="person"),
]
