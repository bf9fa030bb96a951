"""An order as its supplier sees it while answering: what is asked, what was answered, whether an answer is still taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from ownstock.catalog.models import Supplier
from ownstock.exchange import queries
from ownstock.exchange.confirmations.rules import AskedLine, Counting, RejectReason, closed_because
from ownstock.exchange.models import AnswerRemark
from ownstock.exchange.papers import order_csv
from ownstock.exchange.rules import WrittenOrder
from ownstock.purchasing.models import Acknowledgement, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.rules import OPEN_STATES, AnswerOutcome, OrderState, Promise

MAX_SHEET_ORDERS = 500


@dataclass(frozen=True, slots=True)
class LineRemark:
    """What a supplier said of a line beside its promises; a price only where it is not the ordered one."""

    reason: str = ""
    comment: str = ""
    price: Decimal | None = None

    @property
    def reason_in_words(self) -> str:
        """The reason as a sentence; one of another channel's as it came."""
        return next((reason.meaning for reason in RejectReason if reason == self.reason), self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOrder:
    """A revision as its supplier reads and answers it; `closed_because` is empty while an answer is taken."""

    written: WrittenOrder
    state: OrderState
    lines: tuple[AskedLine, ...]
    remarks: dict[int, LineRemark]
    comment: str
    answered_at: datetime | None
    closed_because: str

    @property
    def is_as_asked(self) -> bool:
        """Whether all of it is promised as it was asked, and nothing was said beside that."""
        return not self.remarks and all(line.is_as_asked for line in self.lines)


def orders_of(supplier: Supplier) -> QuerySet[PurchaseOrder]:
    """The orders that were sent to a supplier, newest first, each with `is_answered` and `line_count` as it was sent last."""
    answers = Acknowledgement.objects.filter(
        purchase_order=OuterRef("pk"), revision=OuterRef("sent_revision"), outcome=AnswerOutcome.APPLIED
    )
    lines = OrderLine.objects.filter(
        revision__purchase_order=OuterRef("pk"), revision__number=OuterRef("sent_revision")
    )
    count = lines.order_by().values("revision").annotate(n=Count("pk")).values("n")
    sent = PurchaseOrder.objects.filter(supplier=supplier, sent_revision__isnull=False).select_related("site")
    return sent.annotate(is_answered=Exists(answers), line_count=Subquery(count)).order_by("-id")


def open_orders_of(supplier: Supplier) -> QuerySet[PurchaseOrder]:
    """Of these, those of which something is still to come."""
    return orders_of(supplier).filter(state__in=OPEN_STATES)


def sheet_of(orders: Iterable[PurchaseOrder]) -> bytes:
    """Orders as one CSV with columns to fill in, as they were sent last."""
    revisions = [sent_revision_of(order) for order in orders]
    return order_csv.render_all([queries.written_order(r, written_at=r.created_at) for r in revisions])


def sent_revision_of(order: PurchaseOrder) -> OrderRevision:
    """What the supplier was sent last."""
    assert order.sent_revision is not None, "a supplier sees an order that was sent"
    return order.revisions.select_related("purchase_order__supplier", "purchase_order__site").get(
        number=order.sent_revision
    )


def asked_order(revision: OrderRevision) -> AskedOrder:
    """A revision with what the supplier has answered to it so far, by whichever way the answers came."""
    order = revision.purchase_order
    answers = _answers_to(revision)
    said: dict[int, dict[str, Any]] = {entry["line"]: entry for answer in answers for entry in answer.answer}
    rows = OrderLine.objects.filter(revision=revision).select_related("item").order_by("line")
    lines = tuple(_asked_line(row, said.get(row.line)) for row in rows)
    remarks = {line.line: _line_remark(line, said[line.line]) for line in lines if line.line in said}
    whole = AnswerRemark.objects.filter(acknowledgement=answers[-1]).first() if answers else None
    return AskedOrder(
        written=queries.written_order(revision, written_at=revision.created_at),
        state=OrderState(order.state),
        lines=lines,
        remarks={line: remark for line, remark in remarks.items() if remark != LineRemark()},
        comment=whole.comment if whole else "",
        answered_at=answers[-1].received_at if answers else None,
        closed_because=closed_because(
            OrderState(order.state), revision=revision.number, sent_revision=order.sent_revision or 0
        ),
    )


def _answers_to(revision: OrderRevision) -> list[Acknowledgement]:
    found = Acknowledgement.objects.filter(
        purchase_order=revision.purchase_order, revision=revision.number, outcome=AnswerOutcome.APPLIED
    )
    return list(found.order_by("id"))


def _asked_line(row: OrderLine, said: dict[str, Any] | None) -> AskedLine:
    promises = tuple(
        Promise(Decimal(part["quantity"]), date.fromisoformat(part["promised_on"]))
        for part in (said or {}).get("promises", [])
    )
    return AskedLine(
        line=row.line, sku=row.item.sku, supplier_sku=row.supplier_sku, description=row.item.description,
        ordered=row.quantity, unit=row.item.unit,
        purchase=Counting(row.purchase_unit, row.units_numerator, row.units_denominator),
        price=row.price, requested_on=row.requested_on, promises=promises,
        refused=row.quantity - sum((p.quantity for p in promises), Decimal(0)) if said else Decimal(0),
    )  # fmt: skip


def _line_remark(line: AskedLine, entry: dict[str, Any]) -> LineRemark:
    price = Decimal(entry["price"]) if entry.get("price") else None
    return LineRemark(entry.get("reason", ""), entry.get("comment", ""), None if price == line.price else price)
