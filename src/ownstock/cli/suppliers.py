"""Suppliers: the register, certificates, agreements, closures, and what lapses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import click

from ownstock.catalog import actions, queries
from ownstock.catalog.queries import SupplierOverview
from ownstock.catalog.rules import QualificationState, SourceClass, scope_in_words
from ownstock.cli.command import is_json_wanted, noun
from ownstock.cli.options import Day, actor_option, json_option, limit_option, on_option
from ownstock.cli.render import first, print_json, show, table, tell, text
from ownstock.cli.scorecards import comment, scorecard, switch
from ownstock.cli.supplier_commitments import commitments, rebate
from ownstock.cli.supplier_papers import (
    agreement,
    certificate,
    needs_shown,
    reason_option,
    terms_of,
    valid_from_option,
    valid_to_option,
)
from ownstock.planning.actions import switching
from ownstock.planning.queries import business_day

STATES = click.Choice([str(state) for state in QualificationState])
SOURCE_CLASSES = click.Choice([str(each) for each in SourceClass])


@noun()
def supplier() -> None:
    """Suppliers: who may be ordered from, on which papers, and what is agreed."""


supplier.add_command(certificate)
supplier.add_command(agreement)
supplier.add_command(scorecard)
supplier.add_command(comment)
supplier.add_command(switch)
supplier.add_command(commitments)
supplier.add_command(rebate)


@supplier.command("list")
@limit_option(50)
@json_option
def list_suppliers(limit: int) -> None:
    """Show every supplier with the state that holds today, and what of it lapses next."""
    on = business_day()
    show([_row(one) for one in first(queries.suppliers(on), limit)], empty="There are no suppliers; import them first.")


def _row(one: Any) -> dict[str, Any]:
    return {"supplier": one.code, "name": one.name, "state": one.state or "not decided", "items": one.item_count,
            "agreement": one.agreement_code or ""}  # fmt: skip


@supplier.command("show")
@click.argument("code")
@on_option("The day that is asked about.")
@json_option
@click.pass_context
def show_supplier(ctx: click.Context, code: str, on: date | None) -> None:
    """Show everything of a supplier: decisions, certificates with days left, agreement, closures, commitments, terms."""
    on = on or business_day()
    found = queries.supplier_overview(queries.supplier(code), on)
    parts = {
        "decisions": _decisions(found), "certificates": _certificates(found), "certificates_needed": needs_shown(found.needs),
        "agreement": [] if found.agreement is None else terms_of(found.agreement), "closures": _closures(found),
        "volume_commitments": _commitments(found), "terms": _prices(found),
    }  # fmt: skip
    if is_json_wanted(ctx):
        heading = {"supplier": code, "name": found.supplier.name, "on": on, "next_order_day": found.next_order_day}
        print_json({**heading, **parts})
        return
    next_day = found.next_order_day or "none within a year"
    click.echo(f"{code} ({text(found.supplier.name)}) on {on}. Next order day: {next_day}.")
    for title, rows in parts.items():
        body = "\n".join(table(rows)) if rows else "none"
        click.echo(f"\n{title.replace('_', ' ').capitalize()}\n{body}")


def _decisions(found: SupplierOverview) -> list[dict[str, Any]]:
    return [
        {
            "state": one.state, "source_class": one.source_class, "scope": scope_in_words(one.categories, one.skus),
            "valid_from": one.valid_from, "valid_to": one.valid_to, "decided_by": one.decided_by,
            "condition": one.condition, "reason": one.reason,
        }
        for one in found.decisions
    ]  # fmt: skip


def _certificates(found: SupplierOverview) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.certificate.kind, "number": one.certificate.number, "issuer": one.certificate.issuer,
            "valid_from": one.certificate.valid_from, "valid_to": one.certificate.valid_to, "days_left": one.days_left,
            "document": one.certificate.document_name,
        }
        for one in found.certificates
    ]  # fmt: skip


def _closures(found: SupplierOverview) -> list[dict[str, Any]]:
    return [{"begins_on": one.begins_on, "ends_on": one.ends_on, "reason": one.reason} for one in found.closures]


def _commitments(found: SupplierOverview) -> list[dict[str, Any]]:
    return [
        {
            "for": one.item.sku if one.item else one.category or "everything", "quantity": one.quantity,
            "amount": one.amount, "currency": one.currency, "valid_from": one.valid_from, "valid_to": one.valid_to,
        }
        for one in found.volume_commitments
    ]  # fmt: skip


def _prices(found: SupplierOverview) -> list[dict[str, Any]]:
    """Each supply term with its own price, then its price breaks."""
    return [
        {
            "sku": one.term.item.sku, "site": one.term.site.code if one.term.site else "all", "from_quantity": quantity,
            "price": price, "currency": one.term.currency, "moq": one.term.moq, "valid_from": begins, "valid_to": ends,
        }
        for one in found.terms
        for quantity, price, begins, ends in [
            (Decimal(0), one.term.price, one.term.valid_from, one.term.valid_to),
            *((b.from_quantity, b.price, b.valid_from, b.valid_to) for b in one.price_breaks),
        ]
    ]  # fmt: skip


@supplier.command()
@click.argument("code")
@click.argument("state", type=STATES)
@click.option("--category", "categories", multiple=True, help="Only for items of this category; again for each.")
@click.option("--sku", "skus", multiple=True, help="Only for this item; again for each.")
@click.option("--condition", default="", help="Of a conditional decision: under which condition people may order.")
@click.option("--source-class", type=SOURCE_CLASSES, default=None, help="What it is to these goods.")
@valid_from_option
@valid_to_option
@reason_option
@actor_option
@json_option
def qualify(
    code: str, state: str, source_class: str | None, categories: tuple[str, ...], skus: tuple[str, ...], condition: str,
    valid_from: date | None, valid_to: date | None, reason: str, actor: str,
) -> None:  # fmt: skip
    """Decide whether a supplier may be ordered from: approved, conditional or blocked.

    Without --category and --sku the decision is for everything. The newest decision in force counts; none is ever changed.
    """
    decided = switching.qualify(
        code, QualificationState(state), categories=categories, skus=skus, condition=condition,
        valid_from=valid_from or business_day(), valid_to=valid_to, reason=reason, actor=actor,
        source_class=source_class or "",
    )  # fmt: skip
    scope = scope_in_words(decided.categories, decided.skus)
    until = f" until {decided.valid_to}" if decided.valid_to else ""
    facts = {"supplier": code, "state": state, "scope": scope, "valid_from": decided.valid_from, "valid_to": valid_to}
    tell(f"{code} is {state} for {scope} from {decided.valid_from}{until}.", facts)


@supplier.command("close")
@click.argument("code")
@click.argument("begins_on", type=Day())
@click.argument("ends_on", type=Day(), required=False)
@click.option("--reason", default="", help="Why: summer holidays.")
@actor_option
@json_option
def close(code: str, begins_on: date, ends_on: date | None, reason: str, actor: str) -> None:
    """Keep that a supplier is closed from BEGINS_ON up to ENDS_ON (one day, where it is left out)."""
    kept = actions.close_supplier(code, begins_on, ends_on or begins_on, actor=actor, reason=reason)
    facts = {"supplier": code, "begins_on": begins_on, "ends_on": kept.ends_on}
    tell(f"{code} is closed from {begins_on} to {kept.ends_on}.", facts)


@supplier.command("reopen")
@click.argument("code")
@click.argument("begins_on", type=Day())
@reason_option
@actor_option
@json_option
def reopen(code: str, begins_on: date, reason: str, actor: str) -> None:
    """Take back the closure of a supplier that begins on BEGINS_ON."""
    actions.reopen_supplier(code, begins_on, actor=actor, reason=reason)
    tell(f"{code} is not closed from {begins_on} on.", {"supplier": code, "begins_on": begins_on})


@supplier.command("check")
@click.argument("code")
@click.argument("skus", metavar="SKU...", nargs=-1, required=True)
@click.option("--automatic", is_flag=True, help="As for an order that no person sees.")
@on_option("The day of the order.")
@json_option
def check(code: str, skus: Sequence[str], automatic: bool, on: date | None) -> None:
    """Say what speaks against ordering items from a supplier, or on which condition they may be ordered."""
    found, on = queries.supplier(code), on or business_day()
    items = queries.items_by_sku(skus)
    spoken = queries.objections(found, items, on, is_automatic=automatic)
    told = [{"code": one.code, "sentence": one.sentence} for one in spoken]
    told += [{"code": "condition", "sentence": sentence} for sentence in queries.conditions(found, items, on)]
    show(told, empty=f"Nothing speaks against ordering {', '.join(skus)} from {code} on {on}.")


@supplier.group()
def lapse() -> None:
    """What of suppliers ends, and nothing follows it."""


@lapse.command("list")
@click.option("--days", type=click.IntRange(0, 3650), show_default="as the company says", help="So many days ahead.")
@on_option("The day to look ahead from.")
@json_option
def list_lapses(days: int | None, on: date | None) -> None:
    """Show approvals, certificates, agreements, terms and price lists that end, the first to end first."""
    on = on or business_day()
    rows = [
        {"supplier": one.supplier, "what": one.what, "ends_on": one.ends_on, "days_left": (one.ends_on - on).days,
         "items": len(one.skus), "without_other_source": len(one.skus_alone)}
        for one in queries.lapses(on, within_days=days)
    ]  # fmt: skip
    show(rows, empty="Nothing lapses.")
