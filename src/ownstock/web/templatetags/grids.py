"""The words that a grid says by itself, in the language of the page."""

from __future__ import annotations

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def grid_words() -> SafeString:
    """The block in which grids find their words; one a page is enough."""
    words = {
        "filter": _("Filter"), "empty": _("Nothing to show."), "tick": _("Choose"), "tick_all": _("Choose all of this page"),
        "not_loaded": _("The rows could not be loaded. Load the page again."),
        "not_saved": _("This could not be saved: the server does not answer. Try again."),
        "first": _("First"), "prev": _("Before"), "next": _("After"), "last": _("Last"),
    }  # fmt: skip
    return json_script(words, "grid-words")
