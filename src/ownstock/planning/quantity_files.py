"""Quantities of proposals that people bring back in a file: read, held against what waits now, judged, set all or none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.tables import DECIMAL, INTEGER, ROW, Directions, Fault, Faults, Field, read_rows
from ownstock.base.text import plain
from ownstock.planning.actions.edits import QuantityChange, change_quantity
from ownstock.planning.models import Proposal
from ownstock.planning.queries.edits import last_edits, versions
from ownstock.planning.queries.reprojections import Reprojection, reproject_many
from ownstock.planning.rules import ProposalState
from ownstock.planning.rules.edits import EditReason, is_version

MOST_CHANGES = 5_000
FIELDS = [
    Field("id", INTEGER, at_least=1), Field("version", max_length=80), Field("sku", is_required=False, default=""),
    Field("quantity", DECIMAL, at_least=0, below=10**12),
    Field("reason_code", is_required=False, default="", max_length=40),
    Field("reason", is_required=False, default="", max_length=500),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FiledQuantity:
    """A quantity that a file sets where another stands: of a proposal as its writer saw it, and why."""

    proposal: int
    quantity: Decimal
    version: str
    reason_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FiledChange:
    """What a row of the file would change, beside how it stands."""

    row: int
    filed: FiledQuantity
    now: Proposal
    before: Reprojection
    after: Reprojection

    @property
    def cost_difference(self) -> Decimal:
        """Expected cost of the file's quantity less that of the one that stands."""
        return self.after.expected_cost - self.before.expected_cost


@dataclass(frozen=True, slots=True)
class FiledChanges:
    """All that a file would change; `same` rows say what stands already.

    Amounts are sums of what is ordered in each supplier's currency, before and after; `cost_difference` is in the company's.
    """

    changes: Sequence[FiledChange]
    same: int

    @property
    def amounts(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """What the changed rows come to, by currency: before and after."""
        before, after = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
        for one in self.changes:
            before[one.now.supplier.currency] += one.before.order_value
            after[one.now.supplier.currency] += one.after.order_value
        return {code: (before[code], after[code]) for code in sorted(before)}

    @property
    def cost_difference(self) -> Decimal:
        """Expected cost of the changed rows after less before."""
        return sum((one.cost_difference for one in self.changes), Decimal(0))


def read_quantities(path: Path, *, reason_code: str = "", reason: str = "") -> FiledChanges:
    """What a file of proposals that somebody saved, edited and brings back would change; nothing is set.

    `reason_code` and `reason` are of rows that name none. Rows whose quantity stands already are left alone.

    Raises:
        Refused: rows are at fault, each named with what to do: a proposal that waits no more, one that was changed since the
            file was saved, a quantity that fits no MOQ or multiple, a reason that is none; or nothing changes, or too much.
    """
    rows = read_rows(path, FIELDS, Directions(ignored=("amount", "need", "*")))
    told = rows.frame.drop_nulls(["id", "version", "quantity"]).to_dicts()
    found = _waiting([row["id"] for row in told])
    rows.faults.add(_of_twice(told))
    rows.faults.add(_not_waiting(told, found))
    changed = [row for row in told if row["id"] in found and row["quantity"] != found[row["id"]].quantity]
    _check_count(changed, path.name, rows.faults)
    for row in changed:
        row["reason_code"] = (row["reason_code"] or reason_code).strip()
        row["reason"] = (row["reason"] or reason).strip()
    rows.faults.add(_without_version(changed))
    rows.faults.add(_moved(changed, found))
    rows.faults.add(_without_reason(changed))
    before = reproject_many([(row["id"], found[row["id"]].quantity) for row in changed])
    after = reproject_many([(row["id"], row["quantity"]) for row in changed])
    rows.faults.add(_unfit(changed, after))
    rows.faults.refuse(path.name)
    changes = [
        FiledChange(row[ROW], _filed(row), found[row["id"]], old, new)
        for row, old, new in zip(changed, before, after, strict=True)
    ]
    return FiledChanges(changes, len(told) - len(changes))


@transaction.atomic
def set_filed(filed: Sequence[FiledQuantity], *, actor: str) -> int:
    """Set what a file said, all or none, each with its reason; returns how many.

    Raises:
        Refused: one of them was decided or changed since it was looked at, see `change_quantity`.
    """
    groups: dict[tuple[str, str], list[QuantityChange]] = defaultdict(list)
    for one in filed:
        groups[one.reason_code, one.reason].append(QuantityChange(one.proposal, one.quantity, one.version))
    for (code, reason), changes in groups.items():
        change_quantity(changes, reason_code=code, reason=reason, actor=actor)
    return len(filed)


def _waiting(ids: Sequence[int]) -> dict[int, Proposal]:
    rows = Proposal.objects.filter(pk__in=ids, state=ProposalState.PENDING).defer("reason")
    found = rows.select_related("item_site__item", "item_site__site", "supplier", "run")
    return {row.pk: row for row in found}


def _check_count(changed: Sequence[Any], name: str, faults: Faults) -> None:
    if not changed:
        faults.refuse(name)
        raise Refused(
            f"{name} changes nothing: every quantity in it stands already. Edit the column quantity, save, bring it again.",
            code="nothing_changed",
        )
    if len(changed) > MOST_CHANGES:
        raise Refused(
            f"{name} changes {len(changed):,} quantities; at most {MOST_CHANGES:,} are set at once. Split it.",
            code="too_many",
        )


def _of_twice(told: Sequence[dict[str, Any]]) -> list[Fault]:
    times = Counter(row["id"] for row in told)
    sentence = "This proposal stands in the file twice; keep one of the rows."
    return [Fault(row[ROW], "id", str(row["id"]), sentence) for row in told if times[row["id"]] > 1]


def _not_waiting(told: Sequence[dict[str, Any]], found: Mapping[int, Proposal]) -> list[Fault]:
    sentence = (
        "No such proposal waits any more: it was decided, or nothing is needed. Delete the row, or save the file anew."
    )
    return [Fault(row[ROW], "id", str(row["id"]), sentence) for row in told if row["id"] not in found]


def _without_version(changed: Sequence[dict[str, Any]]) -> list[Fault]:
    sentence = (
        "This is not what was saved here: a spreadsheet or somebody changed it. Save the file anew, and leave this column "
        "as it is."
    )
    return [Fault(row[ROW], "version", row["version"], sentence) for row in changed if not is_version(row["version"])]


def _moved(changed: Sequence[dict[str, Any]], found: Mapping[int, Proposal]) -> list[Fault]:
    """Rows that were written from a sight that no longer holds."""
    asked = [found[row["id"]] for row in changed]
    now, edits = versions(asked), last_edits(asked)
    faults = []
    for row in changed:
        one = found[row["id"]]
        if row["version"] == now[one.pk] or not is_version(row["version"]):
            continue
        last = edits.get(one.pk)
        by = last.edit.actor.removeprefix("user:") if last is not None and last.is_of_these_inputs else "the plan"
        faults.append(Fault(
            row[ROW], "quantity", plain(row["quantity"]),
            f"{one.item_site.item.sku} was changed by {by} since the file was saved: now {plain(one.quantity)}, you set "
            f"{plain(row['quantity'])}. Save the file anew, or delete the row.",
        ))  # fmt: skip
    return faults


def _without_reason(changed: Sequence[dict[str, Any]]) -> list[Fault]:
    known, faults = set(EditReason), []
    for row in changed:
        code = row["reason_code"]
        if code not in known:
            said = f"{code!r} is no reason" if code else "Another quantity needs a reason"
            told = f"{said}: write one of {', '.join(EditReason)}, or choose one for all rows that name none."
            faults.append(Fault(row[ROW], "reason_code", code, told))
        elif code == EditReason.OTHER and not row["reason"]:
            faults.append(Fault(row[ROW], "reason", "", "Say in words why another quantity is set."))
    return faults


def _unfit(changed: Sequence[dict[str, Any]], after: Sequence[Reprojection]) -> list[Fault]:
    return [
        Fault(row[ROW], "quantity", plain(row["quantity"]), " ".join(one.faults))
        for row, one in zip(changed, after, strict=True)
        if one.faults
    ]


def _filed(row: Mapping[str, Any]) -> FiledQuantity:
    return FiledQuantity(row["id"], row["quantity"], row["version"], row["reason_code"], row["reason"])
