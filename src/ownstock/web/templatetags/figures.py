"""How figures, days and moments are written: in the locale's format, the same on every page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats, timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, pgettext

from ownstock.automation.rules.standing import CHECKS
from ownstock.exchange.confirmations.queries import AskedOrder, LineRemark
from ownstock.exchange.confirmations.rules import AskedLine

register = template.Library()
MINUS, NARROW_SPACE, NOTHING = "\u2212", "\u202f", "\u2013"
# A change of less than this share is none.
SAME = 0.0005


@register.filter
def units(value: Decimal | float | None) -> str:
    """A quantity: as many decimals as it has, four at most."""
    if value is None:
        return NOTHING
    exact = Decimal(str(value)).quantize(Decimal("0.0001")).normalize()
    return number(exact, max(-int(exact.as_tuple().exponent), 0))


@register.filter
def typed(value: Decimal) -> str:
    """A quantity as somebody would type it: in the locale's decimal mark, thousands not parted."""
    return formats.number_format(value.normalize(), use_l10n=True)


@register.filter
def number(value: Decimal | float | None, decimals: int = 2) -> str:
    """A figure with so many decimals."""
    if value is None:
        return NOTHING
    # Django's own formatting cuts off where it should round.
    rounded = round(Decimal(str(value)), decimals)
    written = formats.number_format(abs(rounded), decimals, use_l10n=True, force_grouping=True)
    return f"{MINUS}{written}" if rounded < 0 else written


@register.filter
def signed(value: Decimal | float, decimals: int | None = None) -> str:
    """A change: its sign always shown."""
    written = units(value) if decimals is None else number(value, decimals)
    return f"+{written}" if value > 0 else written


@register.filter
def price(value: Decimal) -> str:
    """The price of one stock unit: two decimals, or the three or four that it has."""
    exact = Decimal(str(value)).normalize()
    return number(value, min(max(-int(exact.as_tuple().exponent), 2), 4))


@register.filter
def percent(value: float) -> str:
    """A share of one, with one decimal."""
    return f"{number(100 * value, 1)}{NARROW_SPACE}%"


@register.filter
def change(share: float | None) -> str:
    """By how much a figure differs from that of other days; nothing where it is not known."""
    if share is None:
        return ""
    direction = "up" if share > SAME else "down" if share < -SAME else "same"
    return format_html('<small class="change {}">{}</small>', direction, percent(share))


@register.filter
def times(value: Decimal, factor: Decimal) -> Decimal:
    """One by the other: an amount of money out of quantity and price."""
    return value * factor


@register.filter
def asked_quantity(line: AskedLine) -> str:
    """What is asked of a line in the supplier's unit, with ours beside it where they differ: 20 case = 120 each."""
    theirs = counted_for(line.ordered, line)
    is_ours = line.counting.unit == line.unit and line.counting.numerator == line.counting.denominator
    return theirs if is_ours else f"{theirs} = {units(line.ordered)} {line.unit}"


@register.filter
def counted_for(quantity: Decimal, line: AskedLine) -> str:
    """Stock units of a line, in the supplier's unit where they are an exact number of it."""
    counted = line.counting.of(quantity)
    return f"{units(quantity)} {line.unit}" if counted is None else f"{units(counted)} {line.counting.unit}"


@register.filter
def remark_on(order: AskedOrder, line: int) -> LineRemark | None:
    """What the supplier said of a line beside its promises."""
    return order.remarks.get(line)


@register.filter
def less(value: float, other: float) -> Decimal:
    """The difference of two amounts as they are printed, so that what stands on the page adds up."""
    return round(Decimal(str(value)), 2) - round(Decimal(str(other)), 2)


@register.filter
def day(value: date | str | None) -> str:
    """A day as people write it: 10 Dec 2010, in German 10.12.2010. Takes the text of a day as well."""
    if not value:
        return NOTHING
    found = date.fromisoformat(value) if isinstance(value, str) else value
    on = date(found.year, found.month, found.day)
    return _written(on, pgettext("a day, as Django's filter `date` takes it", "j M Y"), get_language())


@lru_cache(maxsize=4_096)
def _written(on: date, written_as: str, language: str | None) -> str:
    """A day as a format of a language has it: a page may have hundreds, and the next page the same ones."""
    return formats.date_format(on, written_as)


def day_of_year(value: date) -> str:
    """A day of a year that is clear: 10 Dec."""
    return formats.date_format(value, pgettext("a day without its year, as Django's filter `date` takes it", "j M"))


@register.filter
def moment(value: datetime | None, time_zone: str = "UTC") -> str:
    """An instant on the clock of a site: 10 Dec 2010, 14:05."""
    if not value:
        return NOTHING
    local = timezone.localtime(value, ZoneInfo(time_zone))
    return f"{day(local)}, {formats.date_format(local, 'H:i')}"


@register.filter
def words(value: str) -> str:
    """A name of the code as words of the page's language: `part_received` is part received."""
    return gettext(str(value).replace("_", " "))


@register.filter
def check_name(check: str) -> str:
    """What a check of standing rules looks at, in the language of the page."""
    return gettext(CHECKS[check]) if check in CHECKS else words(check)


# For what is written before the language of a page is known.
words_lazy = lazy(words, str)


@register.filter
def topic(value: str) -> str:
    """What a message tells, as words: `purchase_order.placed` is purchase order placed, `exchange.syntax_answer` a syntax
    answer.
    """
    return words(value.removeprefix("exchange.").replace(".", " "))


@register.filter
def person(actor: str) -> str:
    """Who an actor key names: `user:anna` is anna, `key:4f2a` the key 4f2a, `link:7` the answer link 7."""
    kind, _, name = actor.partition(":")
    return name if kind == "user" else f"{words('answer_link' if kind == 'link' else kind)} {name}".rstrip()


@register.filter
def deed(verb: str) -> str:
    """What an audit event says was done: `purchasing.part_received` is Part received."""
    return words(verb.rpartition(".")[2].capitalize())
