"""One's own account: password, authenticator app, recovery codes, passkeys; each change asks anew who is there."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.urls import reverse_lazy

from ownstock.access.queries import lacks_second_factor
from ownstock.web.security import for_everybody

ACCOUNT = reverse_lazy("mfa_index")


class Overview(IndexView):
    """What an account has."""

    def get_context_data(self, **said: Any) -> dict[str, Any]:
        """Beside the factors, whether one must be set up before anything else."""
        return {**super().get_context_data(**said), "must_add": lacks_second_factor(self.request.user)}


class Password(PasswordChangeView):
    """Changing the password, which ends every other session."""

    success_url = ACCOUNT

    def get_default_success_url(self) -> str:
        """Back to the account."""
        return str(ACCOUNT)


overview = for_everybody(Overview.as_view(template_name="web/account/overview.html"))
password = for_everybody(Password.as_view(template_name="web/account/password.html"))
again_by_password = for_everybody(ReauthenticateView.as_view(template_name="web/account/again.html"))
again_by_code = for_everybody(CodeView.as_view(template_name="web/account/again.html"))
again_by_passkey = for_everybody(ReauthenticateWebAuthnView.as_view(template_name="web/account/again_passkey.html"))
add_app = for_everybody(ActivateTOTPView.as_view(template_name="web/account/app.html"))
remove_app = for_everybody(DeactivateTOTPView.as_view(template_name="web/account/remove.html"))
codes = for_everybody(ViewRecoveryCodesView.as_view(template_name="web/account/codes.html"))
new_codes = for_everybody(GenerateRecoveryCodesView.as_view(template_name="web/account/new_codes.html"))
add_passkey = for_everybody(AddWebAuthnView.as_view(template_name="web/account/passkey.html"))
remove_passkey = for_everybody(RemoveWebAuthnView.as_view(template_name="web/account/remove.html", success_url=ACCOUNT))
