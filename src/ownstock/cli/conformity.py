"""Certificates of conformity: what suppliers say in writing of goods, line by line and lot by lot."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ownstock.base.errors import Refused
from ownstock.catalog.rules.documents import MAX_DOCUMENT_BYTES
from ownstock.cli.command import noun
from ownstock.cli.options import Number, actor_option, json_option
from ownstock.cli.render import show, tell, text
from ownstock.purchasing import queries
from ownstock.purchasing.actions.conformity import certify, withdraw_conformity
from ownstock.purchasing.queries import conformity as certificates


@noun()
def conformity() -> None:
    """Certificates of conformity, without which goods that need them are not released."""


@conformity.command("add")
@click.argument("order")
@click.argument("line", type=click.IntRange(min=1))
@click.argument("number")
@click.option("--quantity", type=Number(), required=True, help="So many stock units it covers.")
@click.option("--lot", default="", help="The lot or serial number, where the item has them.")
@click.option("--file", type=click.Path(path_type=Path), required=True, help="The document: PDF, PNG or JPEG.")
@actor_option
@json_option
def add(order: str, line: int, number: str, quantity: Decimal, lot: str, file: Path, actor: str) -> None:
    """Enter the certificate NUMBER for LINE of ORDER; it may come before the goods."""
    kept = certify(order, line, number, quantity=quantity, lot=lot, document=_read(file), actor=actor)
    of_lot = f", lot {text(lot)}" if lot else ""
    facts = {
        "id": kept.pk,
        "order": order,
        "line": line,
        "lot": lot,
        "quantity": quantity,
        "sha256": kept.document_hash,
    }
    tell(f"{text(number)} covers {text(quantity)} {kept.item.sku} of line {line} of {order}{of_lot}.", facts)


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise Refused(f"There is no file {file}.", code="no_file", path=str(file))
    with file.open("rb") as opened:
        return opened.read(MAX_DOCUMENT_BYTES + 1)


@conformity.command("withdraw")
@click.argument("certificate", type=int)
@click.option("--reason", required=True, help="Why, in your words; the journal keeps it.")
@actor_option
@json_option
def withdraw(certificate: int, reason: str, actor: str) -> None:
    """Have a CERTIFICATE, by its id, no longer count: entered wrongly, or taken back by its issuer."""
    withdraw_conformity(certificate, reason=reason, actor=actor)
    tell(f"The certificate {certificate} no longer counts.", {"id": certificate})


@conformity.command("list")
@click.argument("order")
@json_option
def list_certificates(order: str) -> None:
    """List the certificates that were entered for ORDER, newest first."""
    rows = [
        {
            "id": row.pk, "number": row.number, "line": row.line, "sku": row.item.sku, "lot": row.lot,
            "quantity": row.quantity, "actor": row.actor, "counts": getattr(row, "withdrawal", None) is None,
        }
        for row in certificates.certificates_of(queries.order(order))
    ]  # fmt: skip
    show(rows, empty=f"No certificate of conformity was entered for {order}.")


@conformity.command("goods")
@click.argument("order")
@json_option
def list_goods(order: str) -> None:
    """Show what came for ORDER and what of it is certified, by line and lot."""
    rows = [
        {
            "line": row.line, "sku": row.sku, "lot": row.lot, "received": row.received, "certified": row.certified,
            "missing": row.missing, "source_class": row.source_class or "",
        }
        for row in certificates.certified_goods(queries.order(order))
    ]  # fmt: skip
    show(rows, empty=f"Nothing came for {order} yet.")


@conformity.command("document")
@click.argument("certificate", type=int)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
def get_document(certificate: int, file: Path | None) -> None:
    """Write the document of a CERTIFICATE, by its id, into FILE (where it is left out: here, under a name of ours)."""
    found = certificates.conformity_certificate(certificate)
    path = file or Path(found.document_name)
    if path.exists():
        raise Refused(f"{path} is there already; name another file.", code="file_exists", path=str(path))
    content = bytes(found.document)
    path.write_bytes(content)
    tell(f"{len(content):,} bytes are in {path}.", {"file": str(path), "bytes": len(content)})
