"""Django, set up before anything is imported that needs it, and who the benchmark is in the journal."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ownstock.site.settings")
django.setup()

ACTOR = "job:bench"
