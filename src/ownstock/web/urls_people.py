"""The addresses of the pages of who may sign in, and of the keys of programs."""

from __future__ import annotations

from django.urls import path

from ownstock.web.views import keys, people

urlpatterns = [
    path("people", people.people, name="people"),
    path("people/roles", people.roles, name="people-roles"),
    path("people/keys", keys.keys, name="keys"),
    path("people/keys/<str:prefix>/revoke", keys.revoke, name="key-revoke"),
    path("people/<int:pk>", people.person, name="person"),
]
