"""Signing in: our people land on the proposals, a supplier's on their orders."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.urls import reverse

from ownstock.access.models import User


class SignIn(LoginView):
    """The page on which everybody signs in."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Where whoever signed in begins."""
        user = self.request.user
        is_supplier = isinstance(user, User) and user.is_supplier
        return reverse("web:portal") if is_supplier else super().get_default_redirect_url()
