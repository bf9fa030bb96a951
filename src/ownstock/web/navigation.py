"""The menu: every link that our people may have, in the order of the day. A page adds its line here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ownstock.access.rules import Scope
from ownstock.web.security import needed_by


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the menu: what it says, and the name of its page. Who may not see the page does not see the link.

    `folders` are the addresses under which it counts as the page shown (its own where none is named), `key` the letter that
    goes there after `g`. What is not `is_primary` stands under More.
    """

    label: str | Promise
    name: str
    folders: tuple[str, ...] = ()
    key: str = ""
    is_primary: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A link as a page shows it."""

    label: str
    address: str
    key: str
    is_here: bool
    is_primary: bool


OURS: Sequence[Link] = (
    Link(_("Today"), "web:today", ("/today",), "t"),
    Link(_("Proposals"), "web:proposals", ("/proposals",), "p"),
    Link(_("Items"), "web:item-sites", (), "i"),
    Link(_("Orders"), "web:orders", (), "o"),
    Link(_("Receive"), "web:receiving", (), "r"),
    Link(_("Suppliers"), "web:suppliers", (), "s"),
    Link(_("Invoices"), "web:invoices", ("/invoices", "/discrepancies"), "v"),
    Link(_("Transfers"), "web:transfers", (), "f"),
    Link(_("Monitoring"), "web:monitoring", (), "n", is_primary=False),
    Link(_("Health"), "web:stock-health", (), "h", is_primary=False),
    Link(_("Cash"), "web:cash", (), "c", is_primary=False),
    Link(_("Calendar"), "web:calendar", (), "e", is_primary=False),
    Link(_("Overrides"), "web:overrides", (), "", is_primary=False),
    Link(_("Messages"), "web:messages", (), "m"),
    Link(_("Automation"), "web:automation", (), "a", is_primary=False),
    Link(_("Jobs"), "web:jobs", (), "j", is_primary=False),
    Link(_("Audit"), "web:audit", (), "u", is_primary=False),
    Link(_("People"), "web:people", (), "", is_primary=False),
    Link(_("Data health"), "web:data-health", (), "", is_primary=False),
    Link(_("Set-up"), "web:set-up", ("/set-up/company", "/set-up/files", "/set-up/work"), "", is_primary=False),
)


def links_for(scopes: Iterable[Scope], path: str, links: Sequence[Link] = OURS) -> list[Shown]:
    """The links that somebody with these scopes may follow, the one marked under which the page at `path` lies."""
    held = frozenset(scopes)
    return [_shown(link, path) for link in links if _needed(link.name) <= held]


@cache
def _needed(name: str) -> frozenset[Scope]:
    """What it takes to look at a page; looked up once, since every page asks it of every link."""
    return needed_by(resolve(reverse(name)).func, "GET")


def _shown(link: Link, path: str) -> Shown:
    address = reverse(link.name)
    folders = tuple(f"{folder}/" for folder in link.folders or (address,))
    is_here = path == address or f"{path}/".startswith(folders)
    return Shown(str(link.label), address, link.key, is_here, link.is_primary)
