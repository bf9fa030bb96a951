"""Signing in: our people land on the proposals, a supplier's on their orders."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.http import HttpRequest
from django.urls import reverse

from ownstock.access.models import User


class SignIn(LoginView):
    """The page on which everybody signs in."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The page that was asked for before, unless it is none for whoever has signed in."""
        asked, user = super().get_redirect_url(), self.request.user
        is_theirs = asked.startswith(reverse("web:portal")) is self._is_supplier
        return asked if is_theirs or user.is_anonymous else ""

    def get_default_redirect_url(self) -> str:
        """Where whoever signed in begins."""
        return reverse("web:portal") if self._is_supplier else super().get_default_redirect_url()

    @property
    def _is_supplier(self) -> bool:
        user = self.request.user
        return isinstance(user, User) and user.is_supplier
