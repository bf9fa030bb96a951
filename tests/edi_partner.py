"""A supplier who speaks X12, for tests: mock-edi in this process, spoken with over HTTP, and bridged to folders for SFTP.

It sells what `CATALOGUE` lists and behaves as it is told: short-ship, over-ship, reject-line, and so on. What it sends waits
until it is collected, oldest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from mockedi.testing import Mock

from ownstock.exchange.partners import PartnerProfile, profile_of
from ownstock.exchange.rules import WrittenLine, WrittenOrder

OUR_ID, THEIR_ID = "ACME", "MOCKEDI"
SETTINGS: dict[str, object] = {
    "our_id": f"ZZ:{OUR_ID}", "their_id": f"ZZ:{THEIR_ID}", "test": True, "item_codes": "supplier_sku", "transit_days": "2",
}  # fmt: skip
STARTS_AT = "2026-03-02T09:30:00Z"
ORDERED_ON = date(2026, 3, 2)
# What it has of each item: code, price of one, how many.
CATALOGUE = {"WIDGET-001": ("12.50", 4200), "BRKT-050": ("4.15", 9500), "PANEL-A3": ("124.50", 35)}
SELLER_BEHAVIOURS = (
    "accept", "short-ship", "over-ship", "reject-line", "reject-all", "no-ack", "duplicate-invoice", "strict", "out-of-order",
    "late", "corrupt", "reject-ack", "no-invoice",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as the partner sent it: its kind, its bytes, what file it is called where it becomes one."""

    kind: str
    raw: bytes
    name: str


class EdiPartner:
    """The supplier: takes interchanges and has others waiting."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    @property
    def address(self) -> str:
        """Where it takes what is posted."""
        return f"{self.mock.base}/edi"

    def begin_anew(self) -> None:
        """Forget everything, and stand at the beginning again."""
        self.mock.reset()

    def behave(self, behaviour: str) -> None:
        """Behave so from now on."""
        self.mock.behaviour(OUR_ID, behaviour)

    def take(self, raw: bytes) -> dict[str, Any]:
        """Take an interchange, and say what it makes of it."""
        said: dict[str, Any] = self.mock.send(raw.decode())
        return said

    def take_again(self, raw: bytes) -> dict[str, Any]:
        """Take an interchange that came before, and say what it makes of it; nothing is done."""
        said: dict[str, Any] = self.mock.post("/edi", raw, headers={"Content-Type": "application/edi-x12"}).body
        return said

    def pass_time(self, seconds: float | None = None) -> None:
        """Let so much time pass for it, or until nothing is left to be done."""
        self.mock.advance(seconds=seconds, everything=seconds is None)

    def collect(self) -> list[Sent]:
        """What is waiting, in the order in which it was sent; it waits no longer."""
        rows = self.mock.mailbox(partner=OUR_ID, leave=False)
        return [
            Sent(row["code"], row["payload"].encode(), f"{n:03}-{row['code']}.edi") for n, row in enumerate(rows, 1)
        ]

    @property
    def unanswered(self) -> list[str]:
        """The kinds of what it sent and got no 997 for."""
        return [row["code"] for row in self.mock.unacknowledged()]


@contextmanager
def edi_partner(**changes: Any) -> Iterator[EdiPartner]:
    """Run the supplier on a port of this machine; its clock stands until time is let pass."""
    with Mock.start(as2_id=THEIR_ID, **{"start_at": STARTS_AT, **changes}) as mock:
        yield EdiPartner(mock)


def exchange_folders(partner: EdiPartner, into: Path, out_of: Path) -> None:
    """Do what a partner's server does with two folders: take what lies in one, put what it sends into the other."""
    for file in sorted(path for path in into.iterdir() if path.suffix != ".tmp"):
        partner.take(file.read_bytes())
        file.unlink()
    for sent in partner.collect():
        (out_of / f"{len(list(out_of.iterdir())):04}-{sent.name}").write_bytes(sent.raw)


def profile(**changes: object) -> PartnerProfile:
    """How we speak with it."""
    return profile_of({**SETTINGS, **changes})


def written_line(line: int, item: str, quantity: str, **changes: Any) -> WrittenLine:
    """A line of an order to it: pieces, at its own price, for the middle of the month."""
    facts: dict[str, Any] = {
        "line": line, "sku": f"OUR-{item}", "supplier_sku": item, "description": item.title(), "quantity": Decimal(quantity),
        "unit": "piece", "purchase_quantity": "", "purchase_unit": "piece", "price": Decimal(CATALOGUE[item][0]),
        "requested_on": date(2026, 3, 16),
    }  # fmt: skip
    return WrittenLine(**{**facts, **changes})


def written_order(*lines: WrittenLine, **changes: Any) -> WrittenOrder:
    """An order to it."""
    facts: dict[str, Any] = {
        "buyer": "Retail Company", "number": "PO-000012", "revision": 1, "supplier_code": "S-1", "supplier_name": "Mock EDI",
        "supplier_email": "", "site_code": "MAIN", "site_name": "Main warehouse", "currency": "USD",
        "ordered_on": ORDERED_ON, "written_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    }  # fmt: skip
    return WrittenOrder(**{**facts, **changes}, lines=lines)
