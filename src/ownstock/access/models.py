"""People, the keys of programs, and the seals over the facts."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from ownstock.access.rules import Role, Scope, scopes_of
from ownstock.journal.fields import TransactionNumberField


class User(AbstractUser):
    """A person who signs in. Their actor key in the journal is `user:<username>`."""

    roles = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, help_text="What the person is here for (`Role`)."
    )

    @property
    def actor(self) -> str:
        """The key under which the journal names this person."""
        return f"user:{self.username}"

    @property
    def is_supplier(self) -> bool:
        """Whether the person works for a supplier, and is confined to what is that supplier's."""
        return Role.SUPPLIER in self.roles

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the person may do, by the roles."""
        return scopes_of(self.roles)


class ApiKey(models.Model):
    """A program's key: shown once when made, stored only as a hash, named in the journal by its prefix."""

    prefix = models.CharField(
        max_length=12, unique=True, help_text="The public part of the key; names it in the journal."
    )
    secret_hash = models.BinaryField(help_text="SHA-256 of the whole key.")
    label = models.CharField(max_length=100, help_text="What the key is for.")
    scopes = ArrayField(models.CharField(max_length=30), default=list, help_text="What its holder may do.")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on the key is refused; empty in keys of before there was an end."
    )
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="From then on the key is refused.")

    class Meta:
        db_table = "access_api_key"
        constraints = [models.CheckConstraint(name="key_has_scopes", condition=models.Q(scopes__len__gt=0))]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.label})"

    @property
    def actor(self) -> str:
        """The key under which the journal names this program."""
        return f"key:{self.prefix}"


class Seal(models.Model):
    """A link of the chain over committed facts: the hashes of so many rows of one table, and the hash of the link before.

    It covers the rows whose (transaction id, id) lies after the first pair and not after the second. The hashes are made
    by the database (`access_row_hashes`, `access_seal_hash`).
    """

    number = models.BigIntegerField(primary_key=True, help_text="Its number in the chain, counted from 1.")
    previous_hash = models.BinaryField(help_text="The hash of the seal before; zeros before the first.")
    hash = models.BinaryField(help_text="SHA-256 of everything else in this row.")
    table_name = models.CharField(max_length=63, help_text="Whose rows it covers.")
    columns = ArrayField(
        models.CharField(max_length=63), help_text="Which columns were hashed: a later one breaks no older seal."
    )
    since_transaction_id = TransactionNumberField(help_text="It covers what lies after this transaction id …")
    since_id = models.BigIntegerField(help_text="… and this id.")
    until_transaction_id = TransactionNumberField(help_text="It covers what lies up to this transaction id …")
    until_id = models.BigIntegerField(help_text="… and this id; 0 where all below the watermark was covered.")
    ids = ArrayField(models.BigIntegerField(), help_text="The rows, in the order of transaction id and id.")
    row_hashes = ArrayField(models.BinaryField(), help_text="SHA-256 of each of these rows.")
    rows_so_far = models.BigIntegerField(help_text="How many rows the chain covers up to here.")
    sealed_at = models.DateTimeField(help_text="When the seal was made.")

    append_only = True

    class Meta:
        db_table = "access_seal"
        indexes = [models.Index(fields=["table_name", "number"], name="seal_by_table")]

    def __str__(self) -> str:
        return f"seal {self.number}"
