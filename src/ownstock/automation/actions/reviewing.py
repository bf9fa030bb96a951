"""Looking at what people decided and at what drifted: item-sites earn that they are ordered by themselves, and lose it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ownstock.automation.models import AutomationPolicy, Autonomy, AutonomyEvent
from ownstock.automation.queries import autonomy as queries
from ownstock.automation.queries.policy import drift_limits, policy
from ownstock.automation.rules.autonomy import (
    AutonomyStanding,
    AutonomyState,
    Economics,
    Evidence,
    advantage_of_proposal,
    forecast_drift,
    stock_out_drift,
    terms_drift,
    weigh,
)
from ownstock.base.text import plain
from ownstock.catalog.models import ItemSite
from ownstock.journal import actions as journal
from ownstock.journal.models import Alert
from ownstock.ledger.queries import usable
from ownstock.planning.inputs.history import closings_of
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState

ACTOR = "job:autonomy"
FORESEEN_WITHIN = timedelta(days=14)
Spoken = tuple[ItemSite, Proposal | None, Evidence, str]


@transaction.atomic
def review_autonomy(today: date) -> Counter[str]:
    """Weigh every cycle that was decided since, then every drift; returns how many item-sites came into which state.

    Each proposal speaks once, so the same review again changes nothing.
    """
    said = policy()
    entered = _weigh_all(_cycles(today), said, today)
    return entered + _weigh_all(_drifts(said, today), said, today)


def lose(item_site: ItemSite, words: str, *, evidence: Evidence, today: date, proposal: Proposal | None = None) -> None:
    """Let something speak against one item-site at once."""
    _weigh_all([(item_site, proposal, evidence, words)], policy(), today)


def _weigh_all(spoken: Iterable[Spoken], said: AutomationPolicy, today: date) -> Counter[str]:
    """Write what each piece of evidence makes of its item-site, in turn."""
    pieces = list(spoken)
    ids = {item_site.pk for item_site, *_ in pieces}
    rows = {
        row.item_site_id: row for row in Autonomy.objects.select_for_update().filter(item_site__in=ids).order_by("pk")
    }
    entered: Counter[str] = Counter()
    newly_certified: list[ItemSite] = []
    events = []
    for item_site, proposal, evidence, words in pieces:
        row = rows.setdefault(item_site.pk, Autonomy(item_site=item_site, state=AutonomyState.WATCHED))
        before = AutonomyStanding(AutonomyState(row.state), row.cycles)
        step = weigh(before, evidence, words, needed=said.cycles_to_certify)
        after = step.after
        if proposal is None and after == before:
            continue
        if after.state is not before.state:
            entered[after.state] += 1
            row.since_at = timezone.now()
            _tell(item_site, before, after, step.sentence)
            if after.state is AutonomyState.CERTIFIED:
                newly_certified.append(item_site)
        row.state, row.cycles, row.sentence = after.state, after.cycles, step.sentence
        events.append(_event(item_site, proposal, evidence, before, after, step.sentence))
    _keep_terms(rows, newly_certified, today)
    _save(rows.values())
    AutonomyEvent.objects.bulk_create(events, batch_size=1_000)
    return entered


def _tell(item_site: ItemSite, before: AutonomyStanding, after: AutonomyStanding, sentence: str) -> None:
    journal.record(
        actor=ACTOR, verb=f"automation.{after.state}", subject=f"item_site:{item_site.item.sku}/{item_site.site.code}",
        old={"state": before.state, "cycles": before.cycles}, new={"state": after.state, "cycles": after.cycles},
        reason=sentence,
    )  # fmt: skip


def _event(
    item_site: ItemSite, proposal: Proposal | None, evidence: Evidence, before: AutonomyStanding,
    after: AutonomyStanding, sentence: str,
) -> AutonomyEvent:  # fmt: skip
    return AutonomyEvent(
        item_site=item_site, proposal=proposal, evidence=evidence, state_before=before.state, state_after=after.state,
        cycles=after.cycles, sentence=sentence,
    )  # fmt: skip


def _keep_terms(rows: Mapping[int, Autonomy], certified: list[ItemSite], today: date) -> None:
    for pk, terms in queries.terms_now(certified, today).items() if certified else ():
        rows[pk].terms = terms


def _save(rows: Iterable[Autonomy]) -> None:
    kept = list(rows)
    Autonomy.objects.bulk_create([row for row in kept if row.pk is None], batch_size=1_000)
    names = ["state", "cycles", "since_at", "sentence", "terms"]
    Autonomy.objects.bulk_update([row for row in kept if row.pk is not None], names, batch_size=1_000)


def _cycles(today: date) -> Iterator[Spoken]:
    """What people decided: each proposal that can be judged by now."""
    waiting = list(queries.undecided_cycles(today))
    ordered = queries.ordered(waiting)
    for proposal in waiting:
        found = _cycle(proposal, ordered.get(proposal.pk), today)
        if found is not None:
            yield proposal.item_site, proposal, *found


def _cycle(proposal: Proposal, ordered: queries.Ordered | None, today: date) -> tuple[Evidence, str] | None:
    """What one decision says; None: it cannot be told yet."""
    if proposal.state == ProposalState.REJECTED:
        return Evidence.REJECTED, f"{proposal.decided_by} turned it down: {proposal.decided_because.rstrip('.')}."
    if ordered is None or ordered.quantity is None:
        return None
    proposed = Decimal(str(proposal.proposed))  # type: ignore[attr-defined]
    if ordered.quantity == proposed:
        return Evidence.ACCEPTED, f"{proposal.decided_by} ordered the {plain(proposed)} that were proposed."
    return _change(proposal, proposed, ordered, today)


def _change(
    proposal: Proposal, proposed: Decimal, ordered: queries.Ordered, today: date
) -> tuple[Evidence, str] | None:
    """Whether the proposal would have been as good as what a person ordered instead, once that can be measured."""
    item_site, instead = proposal.item_site, ordered.quantity
    assert instead is not None
    until_on = proposal.requested_on + timedelta(days=item_site.review_period_days)
    if today <= until_on or not ordered.is_received:
        return None
    closings = _daily(item_site.pk, proposal.requested_on, until_on)
    economics = Economics(item_site.item.unit_cost, item_site.holding_rate, item_site.shortage_cost)
    used = queries.used_by_week([item_site.pk], proposal.requested_on, until_on + timedelta(days=1))
    a_day = sum(used.get(item_site.pk, {}).values(), Decimal(0)) / max(len(closings), 1)
    advantage = advantage_of_proposal(closings, instead - proposed, economics, used_a_day=a_day)
    evidence = Evidence.AS_GOOD if advantage >= 0 else Evidence.OVERRIDDEN
    better = "the proposal" if advantage >= 0 else "the change"
    words = (
        f"{plain(instead)} were ordered instead of {plain(proposed)}: {better} was better by "
        f"{plain(abs(round(advantage, 2)), decimals=2)} until {until_on}."
    )
    return evidence, words


def _daily(item_site: int, first_on: date, last_on: date) -> list[Decimal]:
    """What was on hand at the close of each day from one day to another, both included."""
    closes = dict(closings_of(item_site, first_on, last_on))
    there = Decimal(str(closes.get(first_on - timedelta(days=1), 0)))
    found = []
    for ahead in range((last_on - first_on).days + 1):
        day = first_on + timedelta(days=ahead)
        there = Decimal(str(closes[day])) if day in closes else there
        found.append(there)
    return found


def _drifts(said: AutomationPolicy, today: date) -> Iterator[Spoken]:
    """What drifted of certified item-sites: the source's terms, stock that ran out untold, the forecast."""
    trusted = {row.item_site_id: row for row in queries.autonomies(AutonomyState.CERTIFIED)}
    if not trusted:
        return
    item_sites = {pk: row.item_site for pk, row in trusted.items()}
    sentences: dict[int, str] = {}
    for found in (_terms(trusted, today), _stock_outs(item_sites, today), _forecasts(item_sites, said, today)):
        for pk, sentence in found:
            if sentence:
                sentences.setdefault(pk, sentence)
    for pk, sentence in sentences.items():
        yield item_sites[pk], None, Evidence.DRIFT, sentence


def _terms(trusted: Mapping[int, Autonomy], today: date) -> Iterator[tuple[int, str]]:
    now = queries.terms_now([row.item_site for row in trusted.values()], today)
    for pk, row in trusted.items():
        yield pk, terms_drift(row.terms, now.get(pk, {"supplier": "none"}))


def _stock_outs(item_sites: Mapping[int, ItemSite], today: date) -> Iterator[tuple[int, str]]:
    there = usable([row.item_id for row in item_sites.values()], on=today)
    for pk, row in item_sites.items():
        if there.get((row.item_id, row.site_id), Decimal(0)) <= 0:
            told = Alert.objects.filter(facts__sku=row.item.sku, raised_at__gte=timezone.now() - FORESEEN_WITHIN)
            yield pk, stock_out_drift(today, is_foreseen=told.exists())


def _forecasts(item_sites: Mapping[int, ItemSite], said: AutomationPolicy, today: date) -> Iterator[tuple[int, str]]:
    monday = today - timedelta(days=today.weekday())
    used = queries.used_by_week(item_sites, monday - timedelta(weeks=said.drift_weeks), monday)
    for pk, first_on, expected in queries.forecasts_of(item_sites, weeks=said.drift_weeks, today=today):
        weeks = [used.get(pk, {}).get(first_on + timedelta(weeks=n), Decimal(0)) for n in range(len(expected))]
        yield pk, forecast_drift(expected, weeks, drift_limits(said))
