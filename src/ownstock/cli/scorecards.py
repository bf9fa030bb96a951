"""Scorecards of suppliers, what is said of them, and moving items to other suppliers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import click

from ownstock.catalog import queries as catalog
from ownstock.cli.command import command, is_json_wanted
from ownstock.cli.options import Day, Number, actor_option, json_option
from ownstock.cli.render import print_json, show, table, tell, text
from ownstock.cli.supplier_commitments import commitment_row, rebate_rows
from ownstock.planning.actions.switching import switch as switch_supplier
from ownstock.planning.queries import business_day
from ownstock.planning.queries.switching import SwitchOption, SwitchOptions, switch_options
from ownstock.purchasing.actions import scorecards as actions
from ownstock.purchasing.queries import scorecards as queries
from ownstock.purchasing.queries.scorecards import CountedRow, Period, Scorecard
from ownstock.purchasing.rules.scorecards import Figure, FigureName

Face = TypeVar("Face", bound=Callable[..., Any])
FIGURES = click.Choice([str(name) for name in FigureName])
MAX_COUNTED = 10_000


def period_options(face: Face) -> Face:
    """From which day to which; the last year where neither is named."""
    begin = click.option("--from", "begins_on", type=Day(), show_default="a year before the end", help="The first day.")
    end = click.option("--to", "ends_on", type=Day(), show_default="yesterday", help="The last day.")
    return begin(end(face))


@command()
@click.argument("code")
@period_options
@click.option("--sku", default="", help="Only this item.")
@click.option("--agreement", default="", help="Only orders placed while this agreement held.")
@click.option("--figure", type=FIGURES, help="Show the rows that this figure counted.")
@click.option(
    "--limit", type=click.IntRange(1, MAX_COUNTED), default=50, show_default=True, help="So many rows at most."
)
@json_option
@click.pass_context
def scorecard(
    ctx: click.Context, code: str, begins_on: date | None, ends_on: date | None, sku: str, agreement: str,
    figure: str | None, limit: int,
) -> None:  # fmt: skip
    """Show how a supplier did: every figure with numerator, denominator, n and formula; or the rows behind one."""
    found, as_of = catalog.supplier(code), business_day()
    period = queries.period_of(found, begins_on, ends_on, as_of=as_of, sku=sku, agreement=agreement)
    if figure is not None:
        counted = queries.counted_rows(period, FigureName(figure), limit=limit)
        if counted.count > limit:
            click.echo(f"The first {limit:,} of {counted.count:,}; --limit shows more.", err=True)
        show([_counted(row) for row in counted.rows], empty="Nothing was counted.")
        return
    card = queries.scorecard(period)
    if is_json_wanted(ctx):
        print_json(told(card))
        return
    click.echo(f"{code} from {period.begins_on} to {period.ends_on}, as of {as_of}")
    click.echo("\n".join(table([_figure(one) for one in card.figures])))
    for one in card.figures:
        click.echo(f"\n{one.name}: {one.formula}.")


def _figure(one: Figure) -> dict[str, Any]:
    value = "nothing to judge" if one.value is None else f"{text(one.value)} {one.unit}"
    return {"figure": one.name, "value": value, "numerator": one.numerator, "denominator": one.denominator, "n": one.n,
            "left_out": one.left_out, "target": one.target, "currency": one.currency}  # fmt: skip


def told(card: Scorecard) -> dict[str, Any]:
    """A scorecard for programs."""
    period = card.period
    return {
        "supplier": period.supplier.code, "from": period.begins_on, "to": period.ends_on, "as_of": period.as_of,
        "figures": [{**_figure(one), "value": one.value, "unit": one.unit, "formula": one.formula, "facts": _facts(one)}
                    for one in card.figures],
        "rebate": rebate_rows(card.rebate), "volume_commitments": [commitment_row(one) for one in card.commitments],
        "comments": [{"comment": one.pk, "figure": one.figure, "text": one.text, "by": one.actor,
                      "answers": [{"text": a.text, "by": a.actor} for a in one.answered_by.all()]}
                     for one in card.comments],
    }  # fmt: skip


def _facts(one: Figure) -> dict[str, Any]:
    bins = [{"first": b.first, "last": b.last, "count": b.count} for b in one.facts.get("bins", [])]
    return {**one.facts, "bins": bins} if bins else dict(one.facts)


def _counted(row: CountedRow) -> dict[str, Any]:
    receipts = ", ".join(f"{r.key}: {text(r.quantity)} on {r.received_on}" for r in row.receipts)
    return {"order": row.order, "line": row.line, "sku": row.sku, "day": row.day, "quantity": row.quantity,
            "counted": row.counted, "of": row.weight, "verdict": row.verdict, "receipts": receipts}  # fmt: skip


@command()
@click.argument("code")
@click.argument("words", metavar="TEXT")
@period_options
@click.option("--figure", type=FIGURES, help="Of this figure alone.")
@click.option("--answers", type=int, help="The number of the comment that it answers.")
@actor_option
@json_option
def comment(
    code: str, words: str, begins_on: date | None, ends_on: date | None, figure: str | None, answers: int | None,
    actor: str,
) -> None:  # fmt: skip
    """Say something of a supplier's scorecard, or answer what the supplier said."""
    found = catalog.supplier(code)
    if answers is not None:
        kept = actions.answer_comment(answers, text=words, actor=actor, supplier=found)
    else:
        period: Period = queries.period_of(found, begins_on, ends_on, as_of=business_day())
        name = FigureName(figure) if figure else None
        kept = actions.comment(found, period.begins_on, period.ends_on, text=words, actor=actor, figure=name)
    tell(f"Comment {kept.pk} on {code} is kept.", {"comment": kept.pk, "supplier": code, "answers": answers})


def _named(_: click.Context, __: click.Parameter, pairs: Sequence[str]) -> dict[tuple[str, str], str | None]:
    """Read SKU@SITE=SUPPLIER; nothing after the sign leaves the item where it is."""
    found: dict[tuple[str, str], str | None] = {}
    for pair in pairs:
        place, sign, source = pair.rpartition("=")
        sku, at, site = place.rpartition("@")
        if not (sign and at):
            raise click.BadParameter(f"{pair!r} is not like CUP@SHOP=BETA.")
        found[sku, site] = source or None
    return found


def _no_less_than_nothing(_: click.Context, __: click.Parameter, cost: Decimal | None) -> Decimal | None:
    if cost is not None and cost < 0:
        raise click.BadParameter(f"{text(cost)} is less than nothing.")
    return cost


@command()
@click.argument("code")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--to", "choices", multiple=True, callback=_named, metavar="SKU@SITE=SUPPLIER",
              help="Another source than the next one; nothing after = leaves the item. Again for each.")  # fmt: skip
@click.option("--one-off-cost", type=Number(), callback=_no_less_than_nothing, help="What moving one item costs once.")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def switch(
    code: str, dry_run: bool, choices: dict[tuple[str, str], str | None], one_off_cost: Decimal | None, reason: str,
    actor: str,
) -> None:  # fmt: skip
    """Move what hangs on a supplier that may no longer be ordered from to others, in one step or not at all.

    What is open of its orders is cancelled, what it was to deliver is drafted at the next best source of each item, and its
    proposals are withdrawn. Drafts are approved and placed as any other.
    """
    options = switch_options(catalog.supplier(code), business_day())
    if dry_run or not options.items:
        rows = [row for item in options.items for row in _preview(item, options, one_off_cost)]
        show(rows, empty=f"Nothing hangs on {code}.")
        return
    done = switch_supplier(code, choices, inputs_hash=options.inputs_hash, actor=actor, reason=reason)
    tell(outcome_told(code, done.outcome), {"supplier": code, **done.outcome})


def outcome_told(code: str, outcome: dict[str, Any]) -> str:
    """What a switch did, in sentences."""
    parts = [
        f"{word}: {', '.join(outcome[name])}."
        for name, word in (("cancelled", "Cancelled"), ("changed", "Changed"), ("drafted", "Drafted"))
        if outcome[name]
    ]
    parts.append(f"Proposals withdrawn: {outcome['withdrawn_proposals']}.")
    parts += [f"{number}: {lacks}" for number, lacks in outcome["lacking"].items()]
    return f"Switched from {code}. {' '.join(parts)}"


def _preview(item: SwitchOption, options: SwitchOptions, cost: Decimal | None) -> list[dict[str, Any]]:
    """Of an item-site each source it may go to, old beside new."""
    old = {
        "sku": item.item_site.item.sku, "site": item.item_site.site.code,
        "open": sum((o.quantity for o in item.lines), Decimal(0)),
        "old_price": item.lines[0].price if item.lines else None,
        "expected_on": min((o.expected_on for o in item.lines), default=None), "runs_out_on": item.runs_out_on,
    }  # fmt: skip
    if not item.sources:
        return [{**old, "source": "none", "quantity": None, "price": None, "requested_on": None, "expected": None,
                 "cost_a_year": None, "risk": None, "breaks_even_on": None}]  # fmt: skip
    return [
        {
            **old, "source": s.term.supplier.code, "quantity": s.quantity, "price": s.price, "requested_on": s.requested_on,
            "expected": options.on + timedelta(days=s.expected_in_days), "cost_a_year": s.cost_a_year,
            "risk": s.risk.money if s.risk else None,
            "breaks_even_on": None if cost is None else s.breaks_even_on(options.on, cost),
        }
        for s in item.sources
    ]  # fmt: skip
