"""The links at the top of every page, the one marked under which the page lies."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ownstock.web.navigation import links_for

register = template.Library()


@register.inclusion_tag("web/includes/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """The menu of our own people: what they use all day in a row, the rest under More."""
    links = links_for(context["request"].user.scopes, context["request"].path)
    more = [link for link in links if not link.is_primary]
    return {
        "primary": [link for link in links if link.is_primary], "more": more,
        "more_is_here": any(link.is_here for link in more),
    }  # fmt: skip


@register.inclusion_tag("web/includes/navigation_keys.html", takes_context=True)
def navigation_keys(context: Context) -> dict[str, Any]:
    """The keys that go to the pages of the menu."""
    return {"links": links_for(context["request"].user.scopes, context["request"].path)}


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """The languages of the pages: (code, its name in itself)."""
    return list(settings.LANGUAGES)


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str, *folders: str) -> SafeString:
    """A link to a named page, marked where the page shown is it or lies in one of the folders (its own, if none is named)."""
    address, here = reverse(name), context["request"].path
    is_here = here == address or f"{here}/".startswith(tuple(f"{folder}/" for folder in folders or (address,)))
    return format_html('<a href="{}"{}>{}</a>', address, SafeString(' aria-current="page"' if is_here else ""), label)
