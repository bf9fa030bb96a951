"""Django's settings for one installation, read from the environment.

What the environment leaves open, `installation.connect` fills in before anything is served: it makes the secret key once,
and starts the embedded database where `DATABASE_URL` is not set.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ownstock.site.addresses import hosts_of, is_secure, origins_of, public_url
from ownstock.site.installation import database, home
from ownstock.site.logs import logging_settings

HOME = home()
SECRET_KEY = os.environ.get("OWNSTOCK_SECRET_KEY", "only for tools that load the settings without serving anything")
DEBUG = False
# Under which suppliers reach the pages; without it no message carries a link.
PUBLIC_URL = public_url(os.environ.get("OWNSTOCK_URL", ""))
ALLOWED_HOSTS = os.environ.get("OWNSTOCK_HOSTS", "localhost,127.0.0.1,[::1]").split(",") + hosts_of(PUBLIC_URL)
# Where something in front of us speaks https, the browser names another origin than we see.
CSRF_TRUSTED_ORIGINS = origins_of(PUBLIC_URL)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "ownstock.journal",
    "ownstock.access",
    "ownstock.catalog",
    "ownstock.ledger",
    "ownstock.demand",
    "ownstock.purchasing",
    "ownstock.planning",
    "ownstock.exchange",
    "ownstock.automation",
    "ownstock.web",
]

MIDDLEWARE = [
    "ownstock.site.requests.measured",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "ownstock.web.security.each_to_their_own",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ownstock.web.security.strict_pages",
]

ROOT_URLCONF = "ownstock.site.urls"
ASGI_APPLICATION = "ownstock.site.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql:///ownstock")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", DATABASE_URL)
# Two roles on one database: `default` appends, `owner` migrates, rebuilds and restores.
DATABASES = {"default": database(DATABASE_URL), "owner": database(DATABASE_OWNER_URL)}

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:today"
LOGOUT_REDIRECT_URL = "web:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Accounts are made by administrators, have names and no addresses; the rest is as django-allauth has it.
ACCOUNT_ADAPTER, MFA_ADAPTER = (
    "ownstock.web.accounts.adapters.SignInAdapter",
    "ownstock.web.accounts.adapters.FactorAdapter",
)
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
# Everybody of a company may come from one address; under one name five wrong passwords are enough for five minutes.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "60/m/ip,5/5m/key"}
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = MFA_ALLOW_UNVERIFIED_EMAIL = True
# One step of a clock that is off.
MFA_TOTP_TOLERANCE = 1
# People of these roles see no page before they have a second factor.
SECOND_FACTOR_ROLES = frozenset(filter(None, os.environ.get("OWNSTOCK_SECOND_FACTOR", "").split(",")))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A sign-in then works by https, and on this machine itself, which browsers trust without.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = is_secure(PUBLIC_URL)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
# A supplier's answer to 200 lines, each in twelve deliveries.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000

# Lines for people, or `json`: an object a line for programs.
LOGGING = logging_settings(os.environ.get("OWNSTOCK_LOG", "text"))

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-gb"
# Each in its own words; what has no catalogue is English.
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_SECURE = True, "Lax", is_secure(PUBLIC_URL)
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Built files are named by what is in them: a browser need never ask again.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/web/built/assets/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# How purchase orders leave: to a server where one is set, else as files in the outbox folder.
ORDERS_FROM = os.environ.get("OWNSTOCK_ORDERS_FROM", "orders@localhost.localdomain")
SMTP_URL = os.environ.get("OWNSTOCK_SMTP_URL", "")
OUTBOX_FOLDER = Path(os.environ.get("OWNSTOCK_OUTBOX", HOME / "outbox")).absolute()
# Where the folders of channels lie, to which files are written and in which they are looked for.
CHANNELS_FOLDER = Path(os.environ.get("OWNSTOCK_CHANNELS", HOME / "channels")).absolute()
# Servers of our own network that channels may reach by SFTP, by name; all others must be of the public internet.
INTERNAL_HOSTS = frozenset(filter(None, os.environ.get("OWNSTOCK_INTERNAL_HOSTS", "").split(",")))
# For tests alone: channels may reach this machine itself, also by http.
LOOPBACK_ALLOWED = os.environ.get("OWNSTOCK_LOOPBACK_ALLOWED", "") == "yes"
# How long one attempt to send may take before the message is given to somebody else.
OUTBOX_LEASE_SECONDS = int(os.environ.get("OWNSTOCK_OUTBOX_LEASE_SECONDS", "120"))
# Orders of one person to one supplier within so many days are judged together where amounts need approval.
SPLIT_ORDER_DAYS = int(os.environ.get("OWNSTOCK_SPLIT_ORDER_DAYS", "3"))
# People are told of an order that nobody has approved within so many working days.
APPROVAL_WORKING_DAYS = int(os.environ.get("OWNSTOCK_APPROVAL_WORKING_DAYS", "1"))

# Where demand history is kept ready for planning; it can be deleted at any time.
HISTORY_FOLDER = Path(os.environ.get("OWNSTOCK_HISTORY", HOME / "history")).absolute()
# Where files that people bring in a set-up lie until they are imported; it can be deleted when no set-up is open.
UPLOADS_FOLDER = Path(os.environ.get("OWNSTOCK_UPLOADS", HOME / "uploads")).absolute()
# Jobs of packages that are no apps of Django.
PROCRASTINATE_IMPORT_PATHS = ["ownstock.lab.tasks"]
