"""People and the keys of programs."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now


class User(AbstractUser):
    """A person who signs in. Their actor key in the journal is `user:<username>`."""

    @property
    def actor(self) -> str:
        """The key under which the journal names this person."""
        return f"user:{self.username}"


class ApiKey(models.Model):
    """A program's key: shown once when made, stored only as a hash, named in the journal by its prefix."""

    prefix = models.CharField(
        max_length=12, unique=True, help_text="The public part of the key; names it in the journal."
    )
    secret_hash = models.BinaryField(help_text="SHA-256 of the whole key.")
    label = models.CharField(max_length=100, help_text="What the key is for.")
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="From then on the key is refused.")

    class Meta:
        db_table = "access_api_key"

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.label})"

    @property
    def actor(self) -> str:
        """The key under which the journal names this program."""
        return f"key:{self.prefix}"
