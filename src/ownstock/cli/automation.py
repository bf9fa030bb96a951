"""What is ordered without a click: standing rules, pauses, runs, what was said of a proposal, and taking it back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import click
from django.utils import timezone

from ownstock.automation import actions, queries
from ownstock.automation.actions.schedule import plan_and_act
from ownstock.automation.models import AutomationRun, Autonomy, StandingRule
from ownstock.automation.rules.autonomy import AutonomyState
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits
from ownstock.catalog.rules import SourceClass
from ownstock.cli.command import Noun, noun
from ownstock.cli.options import Day, Moment, Number, actor_option, json_option, limit_option
from ownstock.cli.render import counted, first, show, tell
from ownstock.planning.queries import business_day

reason_option = click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
number_argument = click.argument("number", type=click.IntRange(1, 2**63 - 1))


@noun("automation")
def automation() -> None:
    """What is ordered without a click, by rules that two people agreed on."""


@automation.command("status")
@json_option
def status() -> None:
    """Tell what is paused, which rules hold, how many items are trusted, what waits, and what ran last."""
    now = timezone.now()
    last = queries.automation_runs().first()
    waiting = queries.waiting_orders().count()
    pauses = [queries.pause_sentence(row) for row in queries.pauses(now)]
    counts, in_force = queries.autonomy_counts(), len(queries.rules_in_force())
    lines = [
        *(pauses or ["Nothing is paused."]),
        f"{counted(in_force, 'rule')} in force; {counted(waiting, 'draft')} of theirs not sent yet.",
        f"Item-sites: {counts['certified']:,} certified, {counts['watched']:,} watched, {counts['lost']:,} lost.",
        f"Last run: {last.as_of_at:%Y-%m-%d %H:%M} UTC, {last.occasion}. {last.sentence}"
        if last
        else "Nothing ran yet.",
    ]
    facts = {"pauses": pauses, "rules": in_force, "waiting_orders": waiting, "autonomy": counts}
    tell("\n".join(lines), {**facts, "last_run": _run_row(last) if last else None})


@automation.command("run")
@click.option("--plan", "is_planning", is_flag=True, help="Plan first, for the day that it is.")
@actor_option
@json_option
def run(is_planning: bool, actor: str) -> None:
    """Let the rules act now on what is proposed: approve, draft, and send what may leave. The same again does nothing."""
    now = timezone.now()
    act = plan_and_act if is_planning else actions.autopilot
    found = act(now, occasion="by hand", actor=actor)
    tell("\n".join([found.sentence, *found.left]), _run_row(found))


@automation.command("report")
@click.option("--since", type=Day(), help="The first day; else four weeks before the last.")
@click.option("--until", type=Day(), help="The last day; else the one last planned for.")
@json_option
def report(since: date | None, until: date | None) -> None:
    """Tell what came of a span of days: orders, cost, service, overrides, exceptions."""
    last = until or business_day()
    found = queries.report(since or last - timedelta(days=27), last)
    total, service, currency = found.total, found.service, found.currency
    held = ", ".join(f"{count:,} by {limit}" for limit, count in found.held.items()) or "none"
    lines = [
        f"{found.since} to {found.until}: {counted(total.automatic, 'order')} sent by rules "
        f"({total.automatic_value:,.2f} {currency}), {total.by_hand:,} by people ({total.by_hand_value:,.2f} {currency}).",
        f"Proposals left for people: {held}.",
        f"Stock of {_known(service.value_mean)} {currency} on average cost {_known(service.holding_cost)} to hold; "
        f"{counted(service.stocked_out, 'day')} of item-sites without stock.",
        f"Overrides saved {found.saved:,.2f} {currency} in {counted(len(found.overrides), 'override')} of known worth.",
        *(
            f"{each.kind}: {each.raised:,} raised ({each.raised_money:,.2f}), {each.cleared:,} ended, {each.open:,} open."
            for each in found.alerts
        ),
    ]
    tell("\n".join(lines), {**asdict(found), "saved": found.saved})


def _known(value: Decimal | None) -> str:
    return "an unknown value" if value is None else f"{value:,.2f}"


@automation.command("runs")
@limit_option(20)
@json_option
def runs(limit: int) -> None:
    """Show what ran by itself, newest first."""
    show([_run_row(row) for row in first(queries.automation_runs(), limit)], empty="Nothing ran yet.")


def _run_row(row: AutomationRun) -> dict[str, Any]:
    return {
        "run": row.pk, "as_of_at": row.as_of_at, "occasion": row.occasion, "judged": row.judged_count,
        "approved": row.approved_count, "drafted": row.drafted, "placed": row.placed, "left": row.left_count,
        "sentence": row.sentence,
    }  # fmt: skip


@automation.command("pause")
@click.option("--supplier", default="", help="Only what goes to this supplier; else everything.")
@click.option("--until", "until_at", type=Moment(), help="It ends by itself then; else when somebody resumes.")
@reason_option
@actor_option
@json_option
def pause(supplier: str, until_at: datetime | None, reason: str, actor: str) -> None:
    """Stop everything that would be approved or sent by itself."""
    row = actions.pause(actor=actor, reason=reason, supplier=supplier, until_at=until_at)
    tell(queries.pause_sentence(row), {"supplier": supplier or None, "until_at": until_at, "reason": row.reason})


@automation.command("resume")
@click.option("--supplier", default="", help="What goes to this supplier; else everything.")
@actor_option
@json_option
def resume(supplier: str, actor: str) -> None:
    """End a pause."""
    actions.resume(actor=actor, supplier=supplier)
    tell(f"Automatic orders{f' to {supplier}' if supplier else ''} go on.", {"supplier": supplier or None})


@automation.command("undo")
@click.argument("order")
@click.option(
    "--proposal", "only", type=int, multiple=True, help="Only this of its proposals; the rest leaves as before."
)
@reason_option
@actor_option
@json_option
def undo(order: str, only: tuple[int, ...], reason: str, actor: str) -> None:
    """Take a draft of a rule back before it is sent, or proposals off it: they wait for people."""
    again = actions.undo(order, actor=actor, reason=reason, only=only)
    tell(
        f"{'Taken off ' + order if only else order + ' is cancelled'}; {counted(len(again), 'proposal')} wait for people.",
        {"order": order, "proposals": [each.pk for each in again]},
    )


@automation.command("rules")
@limit_option(50)
@json_option
def rules(limit: int) -> None:
    """Show the standing rules, newest first, with who proposed, approved and ended each."""
    in_force = {row.pk for row in queries.rules_in_force()}
    show([rule_row(row, in_force) for row in first(queries.rules(), limit)], empty="No rule was proposed.")


def rule_row(row: StandingRule, in_force: set[int]) -> dict[str, Any]:
    """A rule as programs and people read it."""
    covers = {
        name: getattr(row, name)
        for name in ("suppliers", "sites", "categories", "source_classes", "abc_classes", "xyz_classes")
        if getattr(row, name)
    }
    return {
        "rule": row.pk, "name": row.name, "state": queries.state_of(row, in_force), "action": row.action, "covers": covers,
        "order_value_at_most": row.order_value_at_most, "line_value_at_most": row.line_value_at_most,
        "median_deviation_percent": row.median_deviation_percent, "usual_deviation_percent": row.usual_deviation_percent,
        "cover_days_at_most": row.cover_days_at_most, "is_qualified_only": row.is_qualified_only,
        "is_certified_only": row.is_certified_only, "proposed_by": row.proposed_by, "approved_by": row.approved_by or None,
        "ended_by": row.ended_by or None,
    }  # fmt: skip


@automation.group("rule", cls=Noun)
def rule() -> None:
    """Standing rules: one person proposes, another approves, anyone ends."""


@rule.command("propose")
@click.argument("name")
@click.option("--order-value", type=Number(), required=True, help="Of one order at most, in the company's currency.")
@click.option("--line-value", type=Number(), help="Of one line at most, in the company's currency.")
@click.option("--median-deviation", type=Number(), help="Percent from the median of the last six orders at most.")
@click.option("--usual-deviation", type=Number(), help="Percent from what is forecast between two orders at most.")
@click.option("--cover-days", type=Number(), help="So long may last what is then there and on order.")
@click.option("--supplier", "suppliers", multiple=True, help="What is bought of this supplier; may be repeated.")
@click.option("--site", "sites", multiple=True, help="Of this site; may be repeated.")
@click.option("--category", "categories", multiple=True, help="Items of this category; may be repeated.")
@click.option(
    "--source-class", "source_classes", multiple=True, type=click.Choice([str(c) for c in SourceClass]),
    help="Suppliers that are this to the item; may be repeated.",
)  # fmt: skip
@click.option(
    "--abc", "abc_classes", multiple=True, type=click.Choice(list("ABC")), help="Of this ABC class; may be repeated."
)
@click.option(
    "--xyz", "xyz_classes", multiple=True, type=click.Choice(list("XYZ")), help="Of this XYZ class; may be repeated."
)
@click.option("--qualified-only", is_flag=True, help="Only of suppliers that the register approves.")
@click.option("--certified-only", is_flag=True, help="Only item-sites that have earned it.")
@click.option("--place", "is_placing", is_flag=True, help="Send the orders as well, on their suppliers' order days.")
@click.option("--reason", default="", help="Why, for whoever is to approve it.")
@actor_option
@json_option
def propose(
    name: str, order_value: Decimal, line_value: Decimal | None, median_deviation: Decimal | None,
    usual_deviation: Decimal | None, cover_days: Decimal | None, suppliers: tuple[str, ...], sites: tuple[str, ...],
    categories: tuple[str, ...], source_classes: tuple[str, ...], abc_classes: tuple[str, ...],
    xyz_classes: tuple[str, ...], qualified_only: bool, certified_only: bool,
    is_placing: bool, reason: str, actor: str,
) -> None:  # fmt: skip
    """Propose a standing rule, or a new version of one of this NAME; it holds once another person approves it."""
    limits = RuleLimits(
        order_value, line_value, median_deviation, usual_deviation, cover_days, qualified_only, certified_only
    )
    covered = (suppliers, sites, categories, source_classes, abc_classes, xyz_classes)
    coverage = Coverage(*map(frozenset, covered))
    action = RuleAction.PLACE if is_placing else RuleAction.APPROVE
    row = actions.propose_rule(actions.RuleDraft(name, action, limits, coverage, reason), actor=actor)
    tell(f"R{row.pk} {name} is proposed; somebody else approves it.", rule_row(row, set()))


@rule.command("approve")
@number_argument
@actor_option
@json_option
def approve(number: int, actor: str) -> None:
    """Agree to a rule that somebody else proposed: from now on it holds."""
    row = actions.approve_rule(number, actor=actor)
    tell(f"R{number} {row.name} holds from now on.", rule_row(row, {number}))


@rule.command("end")
@number_argument
@reason_option
@actor_option
@json_option
def end(number: int, reason: str, actor: str) -> None:
    """End a rule at once."""
    row = actions.end_rule(number, actor=actor, reason=reason)
    tell(f"R{number} {row.name} no longer holds.", rule_row(row, set()))


@automation.command("verdicts")
@click.argument("proposal", type=click.IntRange(1, 2**63 - 1))
@json_option
def verdicts(proposal: int) -> None:
    """Show what the rules said of a proposal, newest first."""
    rows = [
        {"recorded_at": row.recorded_at, "outcome": row.outcome, "actor": row.actor, "sentence": row.sentence}
        for row in first(queries.verdicts_of(proposal), 50)
    ]
    show(rows, empty="No rule judged it.")


@automation.command("items")
@click.option("--state", type=click.Choice([str(s) for s in AutonomyState]), default=None, help="Only in this state.")
@limit_option(50)
@json_option
def items(state: str | None, limit: int) -> None:
    """Show how far item-sites are trusted, and why."""
    rows = [_item_row(row) for row in first(queries.autonomies(state or ""), limit)]
    show(rows, empty="Nothing is known of any item-site yet: all are watched.")


def _item_row(row: Autonomy) -> dict[str, Any]:
    return {
        "sku": row.item_site.item.sku, "site": row.item_site.site.code, "state": row.state, "cycles": row.cycles,
        "since_at": row.since_at, "sentence": row.sentence,
    }  # fmt: skip


@automation.command("set")
@click.argument("settings", metavar="SETTING=VALUE ...", nargs=-1, required=True)
@actor_option
@json_option
def set_policy(settings: tuple[str, ...], actor: str) -> None:
    """Say when plans are made and what an item must show, such as nightly_plan_at_hour=2 cycles_to_certify=8.

    SETTING is nightly_plan_at_hour, time_zone, order_cut_off, minutes_before_cut_off, cycles_to_certify, drift_weeks,
    bias_percent_at_most or wape_percent_at_most. An empty VALUE of nightly_plan_at_hour plans no more at night.
    """
    said: dict[str, Any] = {}
    for pair in settings:
        name, sign, value = pair.partition("=")
        if not sign:
            raise click.UsageError(f"{pair!r} is not of the form SETTING=VALUE.")
        said[name] = value or None
    row = actions.set_policy(said, actor=actor)
    shown = {f.name: getattr(row, f.name) for f in row._meta.concrete_fields if f.name != "id"}
    tell(f"Set: {', '.join(settings)}.", shown)
