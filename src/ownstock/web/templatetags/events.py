"""How audit events are written: what a deed vouches for, what was before and after."""

from __future__ import annotations

from typing import Any

from django import template

from ownstock.access.models import Seal
from ownstock.access.rules import ChainHead
from ownstock.journal.events import SIGNATURES, as_text
from ownstock.journal.models import AuditEvent

register = template.Library()
MOST_NAMES, MOST_LETTERS = 12, 120


@register.filter
def signature(verb: str) -> str:
    """What somebody vouches for by a deed; empty where it is none that is signed for."""
    return SIGNATURES.get(verb, "")


@register.filter
def changes(event: AuditEvent) -> list[tuple[str, str, str]]:
    """The first values that an event names: (name, before, after), each cut where it is long; the file has all."""
    old, new = _named(event.old), _named(event.new)
    names = [*old, *(name for name in new if name not in old)]
    return [(name, _short(old.get(name)), _short(new.get(name))) for name in names[:MOST_NAMES]]


@register.filter
def head_text(seal: Seal) -> str:
    """The head of the chain, as it is kept elsewhere: number and hash."""
    return str(ChainHead(seal.number, bytes(seal.hash)))


def _named(values: Any) -> dict[str, Any]:
    return values if isinstance(values, dict) else {} if values is None else {"": values}


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else as_text(value)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
