"""Where our ways differ from django-allauth's: nobody signs up, secrets are sealed, the code to scan is an SVG of our own."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from ownstock.access.models import User
from ownstock.exchange.channels.secrets import seal, unseal

PLACE = "second-factor"


class SignInAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; whoever signed in begins where their work is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The orders of a supplier's people, today's worklist of ours."""
        return reverse("web:portal" if _is_supplier(request.user) else "web:today")

    def post_login(self, request: HttpRequest, user: Any, **said: Any) -> Any:
        """Lead to the page that was asked for, unless it is none for whoever signed in."""
        asked = said.get("redirect_url") or ""
        if asked.startswith(reverse("web:portal")) is not _is_supplier(user):
            said["redirect_url"] = self.get_login_redirect_url(request)
        return super().post_login(request, user, **said)

    def add_message(self, *_: Any, **__: Any) -> None:
        """Say nothing: the page that follows says it."""


class FactorAdapter(DefaultMFAAdapter):
    """Second factors and passkeys."""

    def encrypt(self, text: str) -> str:
        """Seal a secret with the installation's key."""
        return base64.b64encode(seal(text, place=PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again."""
        try:
            return unseal(base64.b64decode(encrypted_text, validate=True), place=PLACE)
        except binascii.Error:
            return ""

    def get_totp_issuer(self) -> str:
        """The name under which an authenticator app lists the account."""
        return "Ownstock"

    def build_totp_svg(self, url: str) -> str:
        """The code that an authenticator app scans, one path, dark on light, without a style of its own."""
        import qrcode

        code = qrcode.QRCode(border=3)
        code.add_data(url)
        rows = code.get_matrix()
        drawn = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
        size = len(rows)
        return (
            f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{gettext("Code to scan")}">'
            f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{drawn}" fill="#000"/></svg>'
        )

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """What a passkey is called when nobody names it."""
        return gettext("Passkey")


def _is_supplier(user: Any) -> bool:
    return isinstance(user, User) and user.is_supplier
