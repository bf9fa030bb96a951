"""Suppliers: the register, certificates, agreements, closures, and what lapses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ownstock.base.errors import Refused
from ownstock.catalog import actions, queries
from ownstock.catalog.imports.register import tiers_of, weekdays_of
from ownstock.catalog.models import Agreement, CertificateRequirement
from ownstock.catalog.queries import SupplierOverview
from ownstock.catalog.rules import WEEKDAYS, QualificationState, scope_in_words
from ownstock.cli.command import is_json_wanted, noun
from ownstock.cli.options import Day, actor_option, json_option, limit_option, on_option
from ownstock.cli.render import first, print_json, show, table, tell, text
from ownstock.planning.queries import business_day

# Terms that are written in a few words of their own.
SMALL_WORDS: dict[str, Callable[[str], Any]] = {
    "order_weekdays": weekdays_of, "rebate_tiers": tiers_of, "incoterm": str, "incoterm_place": str,
}  # fmt: skip
STATES = click.Choice([str(state) for state in QualificationState])
reason_option = click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
valid_from_option = click.option("--valid-from", type=Day(), show_default="today", help="The first day.")
valid_to_option = click.option("--valid-to", type=Day(), show_default="without end", help="The last day.")


@noun()
def supplier() -> None:
    """Suppliers: who may be ordered from, on which papers, and what is agreed."""


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
        "decisions": _decisions(found), "certificates": _certificates(found), "certificates_needed": _needs(found.needs),
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
            "state": one.state, "scope": scope_in_words(one.categories, one.skus), "valid_from": one.valid_from,
            "valid_to": one.valid_to, "decided_by": one.decided_by, "condition": one.condition, "reason": one.reason,
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


def _needs(needs: Iterable[CertificateRequirement]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind, "supplier": one.supplier.code if one.supplier else "all", "category": one.category or "all",
            "sku": one.item.sku if one.item else "all",
        }
        for one in needs
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


def terms_of(agreed: Agreement) -> list[dict[str, Any]]:
    """The terms of an agreement that say something, each with its value."""
    shown = {
        field.name: getattr(agreed, field.name)
        for field in agreed._meta.concrete_fields
        if field.name not in ("id", "supplier")
    }
    shown["order_weekdays"] = " ".join(WEEKDAYS[day - 1] for day in agreed.order_weekdays)
    shown["rebate_tiers"] = " ".join(f"{text(start)}:{text(percent)}" for start, percent in agreed.rebate_tiers)
    return [{"term": name, "value": text(value)} for name, value in shown.items() if value not in (None, "", 0)]


@supplier.command()
@click.argument("code")
@click.argument("state", type=STATES)
@click.option("--category", "categories", multiple=True, help="Only for items of this category; again for each.")
@click.option("--sku", "skus", multiple=True, help="Only for this item; again for each.")
@click.option("--condition", default="", help="Of a conditional decision: under which condition people may order.")
@valid_from_option
@valid_to_option
@reason_option
@actor_option
@json_option
def qualify(
    code: str, state: str, categories: tuple[str, ...], skus: tuple[str, ...], condition: str, valid_from: date | None,
    valid_to: date | None, reason: str, actor: str,
) -> None:  # fmt: skip
    """Decide whether a supplier may be ordered from: approved, conditional or blocked.

    Without --category and --sku the decision is for everything. The newest decision in force counts; none is ever changed.
    """
    decided = actions.qualify(
        code, QualificationState(state), categories=categories, skus=skus, condition=condition,
        valid_from=valid_from or business_day(), valid_to=valid_to, reason=reason, actor=actor,
    )  # fmt: skip
    scope = scope_in_words(decided.categories, decided.skus)
    until = f" until {decided.valid_to}" if decided.valid_to else ""
    facts = {"supplier": code, "state": state, "scope": scope, "valid_from": decided.valid_from, "valid_to": valid_to}
    tell(f"{code} is {state} for {scope} from {decided.valid_from}{until}.", facts)


@supplier.group()
def certificate() -> None:
    """Papers that suppliers have, and which are needed."""


@certificate.command("add")
@click.argument("code")
@click.argument("kind")
@click.argument("number")
@click.option("--issuer", default="", help="Who gave it.")
@click.option("--file", type=click.Path(path_type=Path), help="The document; its bytes and their SHA-256 are kept.")
@click.option("--document", default="", help="The document's name, where it is kept elsewhere.")
@valid_from_option
@valid_to_option
@actor_option
@json_option
def add_certificate(
    code: str, kind: str, number: str, issuer: str, file: Path | None, document: str, valid_from: date | None,
    valid_to: date | None, actor: str,
) -> None:  # fmt: skip
    """Enter a certificate of a supplier, such as `ISO 9001`; the same number again corrects it."""
    kept = actions.add_certificate(
        code, kind, number, issuer=issuer, valid_from=valid_from or business_day(), valid_to=valid_to,
        document=_document(file, document), actor=actor,
    )  # fmt: skip
    facts = {"supplier": code, "kind": kind, "number": number, "valid_to": kept.valid_to, "sha256": kept.document_hash}
    tell(f"{kind} {number} of {code} holds until {kept.valid_to or 'further notice'}.", facts)


def _document(file: Path | None, name: str) -> actions.Document | None:
    if file is None:
        return actions.Document(name) if name else None
    if not file.is_file():
        raise Refused(f"There is no file {file}.", code="no_file", path=str(file))
    with file.open("rb") as opened:
        content = opened.read(actions.MAX_DOCUMENT_BYTES + 1)
    return actions.Document(name or file.name, content)


@certificate.command("withdraw")
@click.argument("code")
@click.argument("kind")
@click.argument("number")
@on_option("The first day on which it no longer counts.")
@reason_option
@actor_option
@json_option
def withdraw_certificate(code: str, kind: str, number: str, on: date | None, reason: str, actor: str) -> None:
    """Have a certificate no longer count from a day on, because it was taken back."""
    on = on or business_day()
    actions.withdraw_certificate(code, kind, number, on=on, actor=actor, reason=reason)
    tell(f"{kind} {number} of {code} no longer counts from {on} on.", {"supplier": code, "kind": kind, "on": on})


def _scope(face: Any) -> Any:
    for option in (
        click.option("--sku", default="", show_default="all", help="For this item."),
        click.option("--category", default="", show_default="all", help="For items of this category."),
        click.option("--supplier", "code", default="", show_default="all", help="Of this supplier."),
    ):
        face = option(face)
    return face


@certificate.command("require")
@click.argument("kind")
@_scope
@reason_option
@actor_option
@json_option
def require_certificate(kind: str, code: str, category: str, sku: str, reason: str, actor: str) -> None:
    """Have orders need a kind of certificate on their day."""
    actions.require_certificate(kind, supplier=code, category=category, sku=sku, reason=reason, actor=actor)
    tell(f"{kind} is needed now.", {"kind": kind, "supplier": code, "category": category, "sku": sku})


@certificate.command("waive")
@click.argument("kind")
@_scope
@reason_option
@actor_option
@json_option
def waive_certificate(kind: str, code: str, category: str, sku: str, reason: str, actor: str) -> None:
    """End that a kind of certificate is needed, of exactly the scope it was required for."""
    actions.waive_certificate(kind, supplier=code, category=category, sku=sku, reason=reason, actor=actor)
    tell(f"{kind} is no longer needed there.", {"kind": kind, "supplier": code, "category": category, "sku": sku})


@certificate.command("needs")
@json_option
def list_needs() -> None:
    """Show which kinds of certificates are needed, of whom and for what."""
    show(_needs(queries.certificate_needs()), empty="No certificate is needed.")


@supplier.group()
def agreement() -> None:
    """What is agreed with suppliers."""


@agreement.command("add")
@click.argument("code")
@click.argument("agreement_code", metavar="AGREEMENT")
@click.argument("terms", nargs=-1, metavar="[TERM=VALUE]...")
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def add_agreement(code: str, agreement_code: str, terms: tuple[str, ...], reason: str, actor: str) -> None:
    """Enter an agreement, or change the terms that are named of one.

    TERM is a column of agreements, such as valid_from=2026-01-01 valid_to=2026-12-31 net_days=60 minimum_order_value=500
    order_weekdays="mon thu" rebate_tiers="10000:1 50000:2.5"; an empty VALUE takes a term away.
    """
    kept = actions.keep_agreement(code, agreement_code, _terms_read(terms), actor=actor, reason=reason)
    tell(
        f"{agreement_code} with {code} holds from {kept.valid_from} until {kept.valid_to or 'further notice'}.",
        {"supplier": code, "agreement": agreement_code, "terms": terms_of(kept)},
    )


def _terms_read(said: Sequence[str]) -> dict[str, Any]:
    """Terms as a person names them, TERM=VALUE; an empty value takes away what was agreed."""
    terms: dict[str, Any] = {}
    for pair in said:
        name, sign, value = pair.partition("=")
        if not sign:
            raise click.UsageError(f"{pair!r} is not of the form TERM=VALUE.")
        try:
            terms[name] = SMALL_WORDS[name](value) if name in SMALL_WORDS else value or None
        except ValueError as wrong:
            raise click.UsageError(f"{name}: {value!r} {wrong}") from None
    return terms


@agreement.command("show")
@click.argument("code")
@on_option("The day it is to hold on.")
@json_option
def show_agreement(code: str, on: date | None) -> None:
    """Show what is agreed with a supplier on a day."""
    on = on or business_day()
    agreed = queries.agreement(queries.supplier(code), on)
    show([] if agreed is None else terms_of(agreed), empty=f"Nothing is agreed with {code} on {on}.")


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
