"""What each person is told of in the morning, and the mails that told it."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.journal.fields import QuantityField


class DigestSetting(models.Model):
    """When and of what a person wants to be told by mail; without one, of nothing."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest")
    is_on = models.BooleanField(default=True, help_text="Whether mails leave.")
    groups = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, help_text="Groups of kinds; none: all of them."
    )
    sites = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Codes of sites; none: all of them."
    )
    hour = models.PositiveSmallIntegerField(default=7, help_text="The hour of the clock from which it may leave.")
    time_zone = models.CharField(max_length=60, default="UTC", help_text="On whose clock.")
    least_money = QuantityField(default=Decimal(0), help_text="What is worth less is left out.")

    class Meta:
        db_table = "automation_digest_setting"
        constraints = [models.CheckConstraint(name="digest_hour_of_a_day", condition=Q(hour__lt=24))]

    def __str__(self) -> str:
        return f"digest of {self.user_id}"


class DigestMail(models.Model):
    """A digest as it leaves: its bytes are fixed before the first attempt and the same in every later one."""

    outbox_key = models.CharField(max_length=200, unique=True, help_text="The outbox row that it fulfils.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests", help_text="For whom.")
    recipient = models.CharField(max_length=320, help_text="The address it goes to.")
    message_id = models.CharField(max_length=200, unique=True, help_text="The identity a receiver can tell repeats by.")
    content = models.BinaryField(help_text="The whole message, byte for byte.")
    written_at = models.DateTimeField(db_default=Now(), help_text="When its bytes were fixed.")

    class Meta:
        db_table = "automation_digest_mail"

    def __str__(self) -> str:
        return self.message_id
