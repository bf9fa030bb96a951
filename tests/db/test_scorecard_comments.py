"""Suppliers say what they think of their scorecard, and we answer."""

from __future__ import annotations

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Supplier
from ownstock.journal.models import AuditEvent
from ownstock.journal.queries import fact_models
from ownstock.purchasing.actions.scorecards import answer_comment, comment
from ownstock.purchasing.models import SupplierComment
from ownstock.purchasing.queries.scorecards import comments
from ownstock.purchasing.rules.scorecards import FigureName
from tests.factories import ACTOR, TODAY, small_business
from tests.scorecard_cases import LATER, period

pytestmark = pytest.mark.django_db
THEIRS = "user:sue"


@pytest.fixture
def alpha() -> Supplier:
    small_business()
    return Supplier.objects.get(code="ALPHA")


def said(alpha: Supplier, text: str = "Your dock was closed.") -> SupplierComment:
    return comment(alpha, TODAY, LATER, text=text, actor=THEIRS, figure=FigureName.OTIF_REQUESTED)


def test_a_comment_is_kept_with_its_answer(alpha: Supplier) -> None:
    found = said(alpha)
    answer_comment(found.pk, text="It was, on two days.", actor=ACTOR)
    [told] = comments(period())
    assert (told.figure, told.text, told.actor) == ("otif_requested", "Your dock was closed.", THEIRS)
    assert [(a.text, a.actor) for a in told.answered_by.all()] == [("It was, on two days.", ACTOR)]
    verbs = AuditEvent.objects.filter(subject="supplier:ALPHA").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["purchasing.scorecard_commented", "purchasing.scorecard_answered"]


def test_the_same_words_again_change_nothing(alpha: Supplier) -> None:
    for _ in range(2):
        answer_comment(said(alpha).pk, text="It was.", actor=ACTOR)
    assert SupplierComment.objects.count() == 2


@pytest.mark.parametrize(("text", "code"), [("  ", "no_text"), ("x" * 4_001, "text_too_long")])
def test_nothing_and_too_much_are_refused(alpha: Supplier, text: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        said(alpha, text)
    assert refusal.value.code == code


def test_days_that_end_before_they_begin_are_refused(alpha: Supplier) -> None:
    with pytest.raises(Refused, match="before it begins"):
        comment(alpha, LATER, TODAY, text="It was late.", actor=THEIRS)


def test_an_answer_is_not_answered_nor_another_suppliers_comment(alpha: Supplier) -> None:
    answer = answer_comment(said(alpha).pk, text="It was.", actor=ACTOR)
    beta = Supplier.objects.get(code="BETA")
    for pk, of in ((answer.pk, None), (said(alpha).pk, beta)):
        with pytest.raises(Refused, match="There is no comment"):
            answer_comment(pk, text="No.", actor=ACTOR, supplier=of)


def test_comments_are_sealed_with_the_other_facts() -> None:
    assert SupplierComment in fact_models()
