"""Shopify: the product CSV (in its older and newer headings) and the inventory CSV with a row a variant and location."""

from ownstock.base.tables.directions import Shape

OPTIONS = ("Option1 Value", "Option2 Value", "Option3 Value")
NO_OPTION = {"Default Title": ""}
NOT_STOCKED = {"Not stocked": "", "not stocked": ""}

SHOPIFY = {
    # A product with variants has a row for each; title and options' names stand in its first row. Rows with an image and
    # nothing else are no items.
    "items": Shape(
        headings={"sku": ("Variant SKU", "SKU"), "unit_cost": ("Cost per item",)},
        joined={"description": ("Title", *OPTIONS)},
        values=dict.fromkeys(OPTIONS, NO_OPTION),
        filled_down={"Title": "Handle"},
        counts_if=("Variant SKU", "SKU", "Variant Price", "Price"),
        numbers="point",
    ),
    "on-hand": Shape(
        headings={
            "sku": ("SKU",),
            "location": ("Location",),
            "quantity": ("On hand (new)", "On hand (current)", "On hand"),
        },
        values=dict.fromkeys(("On hand", "On hand (current)", "On hand (new)"), NOT_STOCKED),
        counts_if=("On hand (new)", "On hand (current)", "On hand"),
        numbers="point",
    ),
}
