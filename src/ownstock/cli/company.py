"""The company this database belongs to."""

from __future__ import annotations

import click

from ownstock.catalog import actions
from ownstock.cli.command import noun
from ownstock.cli.options import actor_option, json_option
from ownstock.cli.render import tell


@noun()
def company() -> None:
    """The company this database belongs to."""


@company.command("set")
@click.argument("name")
@click.argument("currency")
@actor_option
@json_option
def set_company(name: str, currency: str, actor: str) -> None:
    """Name the company and its base currency (ISO 4217, such as EUR), in which all value is kept."""
    kept = actions.set_company(name, currency, actor=actor)
    facts = {"name": kept.name, "currency": kept.currency}
    tell(f"This database belongs to {kept.name}; its currency is {kept.currency}.", facts)


@company.command("rules")
@click.option(
    "--require-qualification/--no-require-qualification",
    "is_required",
    default=None,
    help="Whether only approved suppliers may be ordered from.",
)
@click.option(
    "--separate-duties/--no-separate-duties",
    "is_separate",
    default=None,
    help="Whether who approved a supplier may not place its orders.",
)
@click.option("--lapse-warning-days", type=click.IntRange(0, 3650), help="So early people are warned of what lapses.")
@click.option(
    "--commitment-warning-days",
    type=click.IntRange(0, 3650),
    help="So early people are warned that less will be bought than was promised.",
)
@click.option("--reason", default="", help="Why, in your words.")
@actor_option
@json_option
def set_rules(
    is_required: bool | None, is_separate: bool | None, lapse_warning_days: int | None,
    commitment_warning_days: int | None, reason: str, actor: str,
) -> None:  # fmt: skip
    """Say how strictly suppliers are kept; what is not named stays. Without options, show what holds."""
    kept = actions.set_supplier_rules(
        is_qualification_required=is_required, has_separate_duties=is_separate, lapse_warning_days=lapse_warning_days,
        commitment_warning_days=commitment_warning_days, reason=reason, actor=actor,
    )  # fmt: skip
    who = "only approved suppliers" if kept.is_qualification_required else "every supplier that is not blocked"
    duties = "may not" if kept.has_separate_duties else "may"
    tell(
        f"Orders go to {who}; who approved a supplier {duties} place its orders; people are warned "
        f"{kept.lapse_warning_days} days before something lapses and {kept.commitment_warning_days} before a commitment is "
        "missed.",
        {
            "is_qualification_required": kept.is_qualification_required, "has_separate_duties": kept.has_separate_duties,
            "lapse_warning_days": kept.lapse_warning_days, "commitment_warning_days": kept.commitment_warning_days,
        },
    )  # fmt: skip
