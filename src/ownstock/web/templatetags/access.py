"""What a page shows to those alone who may do it: `{% may "orders:place" %} … {% else %} … {% endmay %}`."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.template.base import Parser, Token

from ownstock.access.models import User
from ownstock.access.rules import Scope

register = template.Library()


class MayNode(template.Node):
    """What stands between `may` and `endmay`."""

    def __init__(self, scopes: frozenset[Scope], inner: template.NodeList, other: template.NodeList) -> None:
        self.scopes, self.inner, self.other = scopes, inner, other

    def render(self, context: Any) -> str:
        """The part for those who may, or the other."""
        user = context["request"].user
        may = isinstance(user, User) and self.scopes <= user.scopes
        return (self.inner if may else self.other).render(context)


@register.tag("may")
def may(parser: Parser, token: Token) -> MayNode:
    """Show a part of a page to those whose roles hold all of these scopes, named as in the table of roles."""
    _, *names = token.split_contents()
    scopes = frozenset(Scope(name.strip("\"'")) for name in names)  # type: ignore[call-arg]  # its values are pairs
    inner, other = parser.parse(("else", "endmay")), template.NodeList()
    if parser.next_token().contents == "else":
        other = parser.parse(("endmay",))
        parser.delete_first_token()
    return MayNode(scopes, inner, other)


@register.filter
def as_json(value: Any) -> str:
    """A value as a script reads it from an attribute; `{{ }}` escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)
