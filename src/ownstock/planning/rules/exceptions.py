"""What is said of item-sites that are out of order: one sentence a root cause, with money and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ownstock.planning.rules.kpis import DEAD_AFTER_DAYS

Row = Mapping[str, Any]
CENT = Decimal("0.01")
STOCKED_OUT, WILL_STOCK_OUT = "stocked_out", "will_stock_out"
SURPLUS_ON_ORDER, EXCESS, UNPLANNED, NEW_ITEMS = "surplus_on_order", "excess", "unplanned", "new_items"
DEMAND_JUMP, DEAD_STOCK = "demand_jump", "dead_stock"
KINDS = (STOCKED_OUT, WILL_STOCK_OUT, DEMAND_JUMP, SURPLUS_ON_ORDER, EXCESS, DEAD_STOCK, UNPLANNED, NEW_ITEMS)
# What an order is the way out of: nothing that keeps anybody from ordering.
MENDED_BY_ORDERING = (STOCKED_OUT, WILL_STOCK_OUT)
# A surplus whose holding costs less is not worth a person's look.
LEAST_HELD = Decimal(1)


def said_of_short(row: Row, currency: str) -> dict[str, Any]:
    """An item-site that is out of stock, or will be before an order placed now is of use.

    Money: what is expected to be short until then at its shortage cost, and what ordering nothing would cost beyond that.
    """
    kind = STOCKED_OUT if row["is_out"] else WILL_STOCK_OUT
    name, lost, ordered = f"{row['sku']} at {row['site']}", money(row["lost"]), money(row["money_at_stake"])
    if row["is_out"]:
        what = f"{name} is out of stock; {_a_week(row['demand_a_day'])} are wanted."
    else:
        earliest = (row["planned_on"] - row["stock_out_on"]).days + row["lead_time_days"]
        what = (
            f"{name} runs out on {_day(row['stock_out_on'])}, {_days(earliest)} before an order placed now is of use."
        )
    what += f" Until then about {_amount(lost, currency)} is lost"
    what += f", and {_amount(ordered, currency)} more where nothing is ordered." if ordered else "."
    way = (
        "Approve its proposal, and ask the supplier to send sooner."
        if row["proposal"]
        else "Have open orders sent sooner."
    )
    return {
        "key": f"{kind}:{row['item_site_id']}", "kind": kind, "sentence": f"{what} {way}", "money": lost + ordered,
        "deadline_on": row["planned_on"], "item_count": 1,
        "facts": {
            "item_site": row["item_site_id"], "sku": row["sku"], "site": row["site"], "supplier": row["supplier"],
            "lost": str(lost), "saved_by_ordering": str(ordered), "proposal": row["proposal"],
        },
    }  # fmt: skip


def said_of_others_short(row: Row, currency: str) -> dict[str, Any]:
    """The item-sites of a supplier that run short, too, and cost less each."""
    kind = STOCKED_OUT if row["is_out"] else WILL_STOCK_OUT
    total = money(row["lost"]) + money(row["money_at_stake"])
    state = "out of stock" if row["is_out"] else "about to run out before an order placed now is of use"
    is_are = "is" if row["item_sites"] == 1 else "are"
    return {
        "key": f"{kind}_of:{row['supplier']}", "kind": kind,
        "sentence": f"{_sites(row)} of {row['supplier']} {is_are} {state}, beside those told one by one: together about "
        f"{_amount(total, currency)} is lost. Approve what is proposed of it.",
        "money": total, "deadline_on": row["planned_on"], "item_count": row["item_sites"],
        "facts": {"supplier": row["supplier"], "named": row["named"]},
    }  # fmt: skip


def _of_goods(kind: str, by: str, row: Row, held: Decimal, sentence: str) -> dict[str, Any]:
    """One alert about the goods of a supplier or site: what holding them costs is its money."""
    return {
        "key": f"{kind}:{row[by]}", "kind": kind, "sentence": sentence, "money": held, "item_count": row["item_sites"],
        "facts": {by: row[by], "value": str(money(row["value"])), "named": row["named"]},
    }  # fmt: skip


def said_of_surplus_on_order(row: Row, currency: str) -> dict[str, Any] | None:
    """What is on order of a supplier and not needed; None where it is not worth a look."""
    held = money(row["held"])
    if held < LEAST_HELD:
        return None
    has = "has" if row["item_sites"] == 1 else "have"
    return _of_goods(
        SURPLUS_ON_ORDER, "supplier", row, held,
        f"{_sites(row)} of {row['supplier']} {has} more on order than is needed: goods of "
        f"{_amount(money(row['value']), currency)}, which would cost about {_amount(held, currency)} to hold. Cancel or move "
        "what has not left yet.",
    )  # fmt: skip


def said_of_excess(row: Row, currency: str) -> dict[str, Any] | None:
    """What lies at a site beyond its order-up-to level; None where it is not worth a look."""
    held = money(row["held"])
    if held < LEAST_HELD:
        return None
    has = "has" if row["item_sites"] == 1 else "have"
    return _of_goods(
        EXCESS, "site", row, held,
        f"{_sites(row)} at {row['site']} {has} more on hand than the level up to which it is ordered: goods of "
        f"{_amount(money(row['value']), currency)}, which cost about {_amount(held, currency)} to hold until they are used. "
        "Move, return or sell what will not be.",
    )  # fmt: skip


def said_of_dead(row: Row, currency: str) -> dict[str, Any] | None:
    """What lies at a site and nobody takes; None where it is not worth a look."""
    held = money(row["held"])
    if held < LEAST_HELD:
        return None
    return _of_goods(
        DEAD_STOCK, "site", row, held,
        f"Of {_sites(row)} at {row['site']} nothing was issued in {DEAD_AFTER_DAYS} days: goods of "
        f"{_amount(money(row['value']), currency)}, which cost about {_amount(held, currency)} a year to hold. Return, sell "
        "off or scrap them, and order no more.",
    )  # fmt: skip


def said_of_unplanned(row: Row) -> dict[str, Any]:
    """Item-sites that cannot be planned, all for the same reason."""
    are = "is" if row["item_sites"] == 1 else "are"
    return {
        "key": f"{UNPLANNED}:{sha256(row['fault'].encode()).hexdigest()[:16]}", "kind": UNPLANNED,
        "sentence": f"{_sites(row)} {are} not planned. {row['fault']}", "item_count": row["item_sites"],
        "facts": {"fault": row["fault"], "named": row["named"]},
    }  # fmt: skip


def said_of_new(row: Row) -> dict[str, Any]:
    """Item-sites of which no week tells anything yet."""
    has = "has" if row["item_sites"] == 1 else "have"
    return {
        "key": NEW_ITEMS, "kind": NEW_ITEMS,
        "sentence": f"{_sites(row)} {has} no history yet: nothing is proposed of what nobody is known to want. Say which "
        "item they are like, or what will be wanted.",
        "item_count": row["item_sites"], "facts": {"named": row["named"]},
    }  # fmt: skip


def said_of_jump(row: Row, currency: str) -> dict[str, Any]:
    """An item-site of which far more was wanted last week than before.

    Money: were it to last, as much more would be short until an order placed now is of use, at its shortage cost.
    """
    name, lost = f"{row['sku']} at {row['site']}", money(row["money"])
    return {
        "key": f"{DEMAND_JUMP}:{row['item_site_id']}", "kind": DEMAND_JUMP,
        "sentence": f"Of {name} {row['last_week']:,.0f} were wanted last week, {row['jump']:,.0f} more than the weeks before "
        f"made likely. If that lasts, about {_amount(lost, currency)} is lost before an order placed now is of use. Say by "
        "an override how long it lasts; if it was one event, enter that.",
        "money": lost, "deadline_on": row["planned_on"], "item_count": 1,
        "facts": {
            "item_site": row["item_site_id"], "sku": row["sku"], "site": row["site"], "supplier": row["supplier"],
            "last_week": row["last_week"], "beyond": row["jump"], "lead_time_days": row["lead_time_days"],
        },
    }  # fmt: skip


def said_of_all(found: Mapping[str, Sequence[Row]], currency: str) -> list[dict[str, Any]]:
    """Everything that is told of what was found, by where it was found: `each`, `others`, `jumped`, `on_order`, `excess`,
    `dead`, `unplanned`, `new`.
    """
    told = [said_of_short(row, currency) for row in found["each"]]
    told += [said_of_jump(row, currency) for row in found["jumped"]]
    told += [said_of_others_short(row, currency) for row in found["others"]]
    told += [said for row in found["on_order"] if (said := said_of_surplus_on_order(row, currency))]
    told += [said for row in found["excess"] if (said := said_of_excess(row, currency))]
    told += [said for row in found["dead"] if (said := said_of_dead(row, currency))]
    told += [said_of_unplanned(row) for row in found["unplanned"]]
    return told + [said_of_new(row) for row in found["new"]]


def money(value: Any) -> Decimal:
    """An amount to the cent; none is nothing."""
    return Decimal(value or 0).quantize(CENT)


def _amount(value: Decimal, currency: str) -> str:
    return f"{value:,.2f} {currency}"


def _sites(row: Row) -> str:
    return f"{row['item_sites']:,} item-site{'s' * (row['item_sites'] != 1)}"


def _a_week(a_day: float) -> str:
    return f"{7 * a_day:,.1f} a week"


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
