"""Commenting on scorecards: suppliers on their own, we in answer."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import Supplier
from ownstock.journal import actions as journal
from ownstock.purchasing.models import SupplierComment
from ownstock.purchasing.rules.scorecards import FigureName

MAX_COMMENT_LENGTH = 4_000


@transaction.atomic
def comment(
    supplier: Supplier, begins_on: date, ends_on: date, *, text: str, actor: str, figure: FigureName | None = None
) -> SupplierComment:
    """Keep what is said of a supplier's scorecard, or of one of its figures. The same words again change nothing.

    Raises:
        Refused: nothing is said, or more than a page; or of days that end before they begin.
    """
    if ends_on < begins_on:
        raise Refused(f"The comment would end on {ends_on}, before it begins on {begins_on}.", code="ends_before_start")
    said = _checked(text)
    about = {"supplier": supplier, "begins_on": begins_on, "ends_on": ends_on, "figure": figure or "", "text": said}
    before = SupplierComment.objects.filter(**about, actor=actor, answers=None).first()
    return before or _kept(SupplierComment(**about, actor=actor))


@transaction.atomic
def answer_comment(pk: int, *, text: str, actor: str, supplier: Supplier | None = None) -> SupplierComment:
    """Answer a comment (of a supplier, where one is named). The same answer again changes nothing.

    Raises:
        Refused: there is no such comment, nothing is said, or more than a page.
    """
    said = _checked(text)
    rows = SupplierComment.objects.filter(pk=pk, answers=None)
    found = (rows if supplier is None else rows.filter(supplier=supplier)).first()
    if found is None:
        raise Refused(f"There is no comment {pk} to answer.", code="no_comment", comment=pk)
    before = SupplierComment.objects.filter(answers=found, text=said, actor=actor).first()
    if before is not None:
        return before
    about = {"supplier": found.supplier, "begins_on": found.begins_on, "ends_on": found.ends_on, "figure": found.figure}
    return _kept(SupplierComment(**about, answers=found, text=said, actor=actor))


def _checked(text: str) -> str:
    said = text.strip()
    if not said:
        raise Refused("Say something.", code="no_text")
    if len(said) > MAX_COMMENT_LENGTH:
        raise Refused(
            f"That is {len(said):,} characters; say it in {MAX_COMMENT_LENGTH:,}.",
            code="text_too_long",
            length=len(said),
        )
    return said


def _kept(row: SupplierComment) -> SupplierComment:
    row.save()
    about = {"figure": row.figure, "from": row.begins_on.isoformat(), "to": row.ends_on.isoformat()}
    journal.record(
        actor=row.actor, verb="purchasing.scorecard_answered" if row.answers_id else "purchasing.scorecard_commented",
        subject=f"supplier:{row.supplier.code}", new={**about, "comment": row.pk, "text": row.text},
    )  # fmt: skip
    return row
