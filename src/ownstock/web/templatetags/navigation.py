"""The links at the top of every page, the one marked under which the page lies."""

from __future__ import annotations

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str, *folders: str) -> SafeString:
    """A link to a named page, marked where the page shown is it or lies in one of the folders (its own, if none is named)."""
    address, here = reverse(name), context["request"].path
    is_here = here == address or f"{here}/".startswith(tuple(f"{folder}/" for folder in folders or (address,)))
    return format_html('<a href="{}"{}>{}</a>', address, SafeString(' aria-current="page"' if is_here else ""), label)
