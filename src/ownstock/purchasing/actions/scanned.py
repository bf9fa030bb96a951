"""Receiving by scan: each scan is a receipt of its own, once, however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.ledger.models import Posting
from ownstock.purchasing.actions.receipts import receive
from ownstock.purchasing.queries.scan_meanings import Choice, meaning_of
from ownstock.purchasing.rules.scans import package_of

PREFIXES = ("scan:", "package:")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan came to: goods were received under `key`, or with `choices` a person is asked, or an order was named."""

    order: str
    sentence: str
    key: str = ""
    choices: tuple[Choice, ...] = ()


@transaction.atomic
def receive_scan(
    text: str, *, key: str, received_on: date, actor: str, order: str = "", count: Decimal | None = None,
    choice: str = "", moved_at: datetime | None = None,
) -> Scanned:  # fmt: skip
    """Receive what a scan means, or say what is to be chosen before. The same key again changes nothing.

    Raises:
        Refused: as `meaning_of` and `receive`.
    """
    package = package_of(text)
    under = f"package:{package}:{key}" if package else f"scan:{key}"
    if (posted := Posting.objects.filter(key=under).first()) is not None:
        return Scanned(posted.reference, f"Received before for {posted.reference}", under)
    meaning = meaning_of(text, number=order, count=count, choice=choice, on=received_on)
    if meaning.choices or not (meaning.receipts or meaning.wrong):
        return Scanned(meaning.order, meaning.sentence, choices=tuple(meaning.choices))
    receive(
        meaning.order, meaning.receipts, key=under, received_on=received_on, actor=actor, moved_at=moved_at,
        wrong=meaning.wrong,
    )  # fmt: skip
    return Scanned(meaning.order, meaning.sentence, under)


def check_scanned(key: str) -> None:
    """Refuse to take back by its scan what was not received by one.

    Raises:
        Refused: it was not.
    """
    if not key.startswith(PREFIXES):
        raise Refused("This was not received by a scan: take it back on its order's page.", code="not_scanned")
