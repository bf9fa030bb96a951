"""Who of a supplier may sign in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from ownstock.catalog.models.suppliers import Supplier


class SupplierContact(models.Model):
    """A person of a supplier who may sign in, and sees what is the supplier's own, nothing else."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="contacts")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="supplier_contact")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "catalog_supplier_contact"

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.user_id}"
