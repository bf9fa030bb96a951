"""The addresses of signing in and of one's own account, by the names that django-allauth knows them."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from ownstock.web.security import for_everybody
from ownstock.web.views import account, sign_in

urlpatterns = [
    path("sign-in", sign_in.SignIn.as_view(), name="account_login"),
    path("sign-in/passkey", sign_in.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/second", sign_in.SecondFactor.as_view(), name="mfa_authenticate"),
    path("account", account.overview, name="mfa_index"),
    path("account/password", account.password, name="account_change_password"),
    path("account/again", account.again_by_password, name="account_reauthenticate"),
    path("account/again/code", account.again_by_code, name="mfa_reauthenticate"),
    path("account/again/passkey", account.again_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("account/app", account.add_app, name="mfa_activate_totp"),
    path("account/app/remove", account.remove_app, name="mfa_deactivate_totp"),
    path("account/codes", account.codes, name="mfa_view_recovery_codes"),
    path("account/codes/new", account.new_codes, name="mfa_generate_recovery_codes"),
    path("account/passkeys", for_everybody(RedirectView.as_view(pattern_name="mfa_index")), name="mfa_list_webauthn"),
    path("account/passkeys/add", account.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove", account.remove_passkey, name="mfa_remove_webauthn"),
]
