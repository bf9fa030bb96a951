"""What the exports of other systems look like, one file a system: data alone, read by `base.tables.shapes`.

The headings are those of the systems' English exports, as far as their public documentation and sources tell.
"""

from ownstock.base.errors import Refused
from ownstock.base.presets.erpnext import ERPNEXT
from ownstock.base.presets.netsuite import NETSUITE
from ownstock.base.presets.odoo import ODOO
from ownstock.base.presets.shopify import SHOPIFY
from ownstock.base.tables.directions import Shape

PLAIN = "plain"
PRESETS: dict[str, dict[str, Shape]] = {"shopify": SHOPIFY, "odoo": ODOO, "erpnext": ERPNEXT, "netsuite": NETSUITE}


def shape_of(preset: str, kind: str) -> Shape | None:
    """What a system's export of one kind looks like; None where no system is named.

    Raises:
        Refused: a system that is not known, or one that has no such export.
    """
    if preset in ("", PLAIN):
        return None
    if preset not in PRESETS:
        raise Refused(f"{preset!r} is no preset; there are {', '.join([PLAIN, *PRESETS])}.", code="unknown_preset")
    shapes = PRESETS[preset]
    if kind not in shapes:
        raise Refused(
            f"The preset {preset} knows no export of {kind}; it knows {', '.join(shapes)}. Make a plain file, or say "
            "what its headings mean (--map).",
            code="unknown_export",
            preset=preset,
        )
    return shapes[kind]
