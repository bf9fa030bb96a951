"""Signing in: by name and password, by a passkey alone, and the second factor of whoever has one."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpResponse
from django.shortcuts import render

LOCKED = "too_many_login_attempts"


class SignInForm(LoginForm):
    """Name and password."""

    def add_prefix(self, field_name: str) -> str:
        """Call the name `username`, as browsers and their keepers of passwords do."""
        return super().add_prefix("username" if field_name == "login" else field_name)


class SignIn(LoginView):
    """The page on which everybody signs in."""

    template_name = "web/sign_in.html"

    def get_form_class(self) -> type[SignInForm]:
        """Ours."""
        return SignInForm

    def get_context_data(self, **said: Any) -> dict[str, Any]:
        """Beside the form, where to go afterwards and whether somebody tried too often."""
        context = super().get_context_data(**said)
        faults = context["form"].non_field_errors().as_data() if context["form"].is_bound else []
        return {
            **context,
            "is_locked": any(fault.code == LOCKED for fault in faults),
            "next": self.get_next_url() or "",
        }


class PasskeySignIn(LoginWebAuthnView):
    """Signing in by a passkey alone: what the browser is asked for, and its answer."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that the passkey is not known."""
        context = {"form": SignInForm(request=self.request), "is_passkey_unknown": True, "next": ""}
        return render(self.request, "web/sign_in.html", context, status=422)


class SecondFactor(AuthenticateView):
    """After the password: the code of an app, a recovery code, or a passkey."""

    template_name = "web/account/second.html"
