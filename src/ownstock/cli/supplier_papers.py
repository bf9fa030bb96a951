"""Papers of suppliers: their certificates, and what is agreed with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from ownstock.base.errors import Refused
from ownstock.catalog import actions, queries
from ownstock.catalog.imports.register import tiers_of, weekdays_of
from ownstock.catalog.models import Agreement, CertificateRequirement
from ownstock.catalog.rules import WEEKDAYS
from ownstock.catalog.rules.documents import MAX_DOCUMENT_BYTES
from ownstock.cli.command import noun
from ownstock.cli.options import Day, actor_option, json_option, on_option
from ownstock.cli.render import show, tell, text
from ownstock.planning.queries import business_day

# Terms that are written in a few words of their own.
SMALL_WORDS: dict[str, Callable[[str], Any]] = {
    "order_weekdays": weekdays_of, "rebate_tiers": tiers_of, "incoterm": str, "incoterm_place": str,
    "order_time_zone": str,
}  # fmt: skip
reason_option = click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
valid_from_option = click.option("--valid-from", type=Day(), show_default="today", help="The first day.")
valid_to_option = click.option("--valid-to", type=Day(), show_default="without end", help="The last day.")


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


def needs_shown(needs: Iterable[CertificateRequirement]) -> list[dict[str, Any]]:
    """Which kinds of certificates are needed, of whom and for what."""
    return [
        {
            "kind": one.kind, "supplier": one.supplier.code if one.supplier else "all", "category": one.category or "all",
            "sku": one.item.sku if one.item else "all",
        }
        for one in needs
    ]  # fmt: skip


@noun()
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
        content = opened.read(MAX_DOCUMENT_BYTES + 1)
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


@certificate.command("document")
@click.argument("code")
@click.argument("kind")
@click.argument("number")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
def get_document(code: str, kind: str, number: str, file: Path | None) -> None:
    """Write the document of a certificate into FILE (where it is left out: here, under a name of ours)."""
    name, content = queries.document_of(code, kind, number)
    path = file or Path(name)
    if path.exists():
        raise Refused(f"{path} is there already; name another file.", code="file_exists", path=str(path))
    path.write_bytes(content)
    tell(f"{len(content):,} bytes are in {path}.", {"file": str(path), "bytes": len(content)})


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
    show(needs_shown(queries.certificate_needs()), empty="No certificate is needed.")


@noun()
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
    order_weekdays="mon thu" order_cut_off=15:00 rebate_tiers="10000:1 50000:2.5"; an empty VALUE takes a term away.
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
