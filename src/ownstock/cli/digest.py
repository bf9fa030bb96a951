"""The morning's digest of what costs money if nobody acts."""

from __future__ import annotations

import click
from django.utils import timezone

from ownstock.access.queries import user
from ownstock.automation.actions.digests import digest_of, tell_now
from ownstock.automation.models import DigestSetting
from ownstock.automation.rules.digests import text_of
from ownstock.base.errors import Refused
from ownstock.cli.command import command
from ownstock.cli.options import json_option
from ownstock.cli.render import tell


@command()
@click.argument("name")
@click.option("--send", is_flag=True, help="Let it leave now, whatever the hour; once a day.")
@json_option
def digest(name: str, send: bool) -> None:
    """Show what the person NAME would be told this morning; with --send, let the mail leave."""
    person = user(name)
    setting = DigestSetting.objects.filter(user=person).first() or DigestSetting(user=person)
    if not send:
        found = digest_of(setting, timezone.now().date())
        items = [
            {"sentence": one.sentence, "money": one.money, "deadline_on": one.deadline_on, "address": one.address}
            for one in found.items
        ]
        tell(text_of(found), {"user": name, "count": found.count, "items": items})
        return
    if setting.pk is None:
        raise Refused(f"{name} has not asked for a digest: it is set on the person's page.", code="no_digest")
    mail = tell_now(setting, timezone.now())
    sentence = f"On its way to {mail.recipient}." if mail else "It left today already, or nothing is to be told."
    tell(sentence, {"user": name, "sent": mail is not None})
