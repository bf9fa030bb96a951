"""Keeping what was said of proposals, as many at once as there are."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection

from ownstock.automation.models import AutomationRun
from ownstock.automation.queries.cases import Judged
from ownstock.automation.queries.standing import LastVerdict
from ownstock.automation.rules.standing import Judgement, VerdictOutcome

COLUMNS = "proposal_id, rule_id, automation_run_id, outcome, sentence, checks, input_hash, actor"


def keep_verdicts(
    run: AutomationRun, group: Sequence[tuple[Judged, Judgement]], outcome: VerdictOutcome, *, because: str = ""
) -> None:
    """Append what was said of some proposals, where it is not what was said last; `because` in place of its own reason."""
    with connection.cursor() as cursor, cursor.copy(f"COPY automation_verdict ({COLUMNS}) FROM STDIN") as copy:
        for one, said in group:
            sentence = said.left_because(because) if because else said.sentence
            verdict = LastVerdict(outcome.value, said.rule.number, sentence, one.input_hash)
            if _is_said(verdict, one.before):
                continue
            checks = [{"limit": check.limit, "is_met": check.is_met, "words": check.words} for check in said.checks]
            copy.write_row((
                one.case.proposal, verdict.rule, run.pk, verdict.outcome, sentence, json.dumps(checks), one.input_hash,
                f"rule:{said.rule.name}",
            ))  # fmt: skip


def _is_said(verdict: LastVerdict, before: LastVerdict | None) -> bool:
    """Whether the same was said last; what a person took back stays the last word until the proposal moves."""
    if before is None or before.input_hash != verdict.input_hash:
        return False
    return verdict == before or before.outcome == VerdictOutcome.UNDONE
