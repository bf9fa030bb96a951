"""The worklist as a page shows it: what is asked for, how many there are of each group, how long there is time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ownstock.access.models import User
from ownstock.automation.rules.alert_groups import GROUPS, OTHER, group_of
from ownstock.journal import queries as journal
from ownstock.journal.models import Alert
from ownstock.planning.queries import business_day
from ownstock.web.requests import person_of
from ownstock.web.templatetags.figures import day
from ownstock.web.ways_out import LABELS, Way, label_of, ways_out

ROWS_A_PAGE = 50
OPEN, SNOOZED, CLEARED = "open", "snoozed", "cleared"
FILTERS = ("tab", "kind", "owner", "supplier", "site", "text")
MINE, NOBODY = "me", "nobody"


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long there is time: in words, and how urgent (`late`, `soon`, or nothing)."""

    words: str
    urgency: str


@dataclass(frozen=True, slots=True)
class Row:
    """An alert as the list shows it."""

    alert: Alert
    label: str | Promise
    deadline: Deadline
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class Chip:
    """A group with how many alerts it has."""

    name: str
    label: str | Promise
    count: int
    money: Decimal


class Worklist:
    """What somebody asks of the worklist, and the answer."""

    def __init__(self, request: HttpRequest) -> None:
        self.user, self.today = person_of(request), business_day()
        self.asked = {name: request.GET.get(name, "").strip()[:100] for name in FILTERS}
        self.tab = self.asked["tab"] if self.asked["tab"] in (SNOOZED, CLEARED) else OPEN
        self.number = request.GET.get("page", "")

    @property
    def query(self) -> str:
        """The filters and the page as an address says them."""
        said = QueryDict(mutable=True)
        said.update({name: value for name, value in {**self.asked, "page": self.number}.items() if value})
        return said.urlencode()

    @cached_property
    def page(self) -> Page[Alert]:
        """The part of the list that is shown."""
        return Paginator(self.found(), ROWS_A_PAGE).get_page(self.number)

    @cached_property
    def rows(self) -> list[Row]:
        """The alerts of the page with what can be done about each."""
        return [row_of(alert, self.today, self.user) for alert in self.page]

    def found(self) -> QuerySet[Alert]:
        """All alerts that are asked for."""
        rows = {OPEN: lambda: journal.worklist(self.today), SNOOZED: lambda: journal.snoozed(self.today),
                CLEARED: journal.cleared_alerts}[self.tab]()  # fmt: skip
        owner = {MINE: self.user.username, NOBODY: ""}.get(self.asked["owner"], self.asked["owner"])
        if self.asked["owner"]:
            rows = rows.filter(owner=owner)
        if self.asked["kind"]:
            rows = rows.filter(_of_group(self.asked["kind"]))
        for fact in ("supplier", "site"):
            if self.asked[fact]:
                rows = rows.filter(**{f"facts__{fact}": self.asked[fact]})
        return rows.filter(sentence__icontains=self.asked["text"]) if self.asked["text"] else rows

    @cached_property
    def chips(self) -> list[Chip]:
        """How many alerts each group has, and what they are worth; groups without any are left out."""
        sums: dict[str, tuple[int, Decimal]] = {}
        for kind, (count, money) in self.kinds.items():
            name = group_of(kind)
            before = sums.get(name, (0, Decimal(0)))
            sums[name] = before[0] + count, before[1] + money
        return [Chip(name, label, *sums[name]) for name, label in LABELS.items() if name in sums]

    @cached_property
    def kinds(self) -> dict[str, tuple[int, Decimal]]:
        """How many alerts of each kind are in sight, and what they are worth."""
        return journal.worklist_kinds(self.today)

    @property
    def total(self) -> int:
        """How many alerts are in sight, whatever is asked for."""
        return sum(count for count, _money in self.kinds.values())

    @property
    def money(self) -> Decimal:
        """What all of them are worth."""
        return sum((money for _count, money in self.kinds.values()), Decimal(0))

    @cached_property
    def costly(self) -> int:
        """How many of them cost money if nobody acts."""
        return journal.worklist(self.today).filter(money__gt=0).count()

    @cached_property
    def first(self) -> Row | None:
        """That which has the least time left, of those that cost money; the dearest of them."""
        found = journal.worklist(self.today).filter(money__gt=0, deadline_on__isnull=False)
        alert = found.order_by("deadline_on", "-money", "id").first()
        return row_of(alert, self.today, self.user) if alert else None


def row_of(alert: Alert, today: date, user: User) -> Row:
    """An alert with what can be done about it."""
    return Row(alert, label_of(alert.kind), deadline_of(alert.deadline_on, today), ways_out(alert, user))


def deadline_of(on: date | None, today: date) -> Deadline:
    """How long there is time to act, in words."""
    if on is None:
        return Deadline("", "")
    left = (on - today).days
    if left < 0:
        return Deadline(ngettext("%(count)d day late", "%(count)d days late", -left) % {"count": -left}, "late")
    if left < 2:
        return Deadline(_("by tomorrow") if left else _("by this evening"), "soon")
    days = ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
    return Deadline(f"{days}, {day(on)}", "")


def later_days(today: date) -> list[tuple[date, str]]:
    """Days until which something is usually put off."""
    return [
        (today + timedelta(days=1), _("Tomorrow")), (today + timedelta(days=3), _("In 3 days")),
        (today + timedelta(days=7), _("In a week")), (today + timedelta(days=28), _("In 4 weeks")),
    ]  # fmt: skip


def _of_group(name: str) -> Q:
    if name in GROUPS:
        return Q(kind__in=GROUPS[name])
    if name == OTHER:
        return ~Q(kind__in={kind for kinds in GROUPS.values() for kind in kinds})
    return Q(kind=name)
