"""Odoo: lists exported as CSV or XLSX, by their labels or by the technical names that "import-compatible" exports have."""

from ownstock.base.tables.directions import Shape

PLACES = {
    "Partners/Vendors": "supplier",
    "Partner Locations/Vendors": "supplier",
    "Partners/Customers": "customer",
    "Partner Locations/Customers": "customer",
    "Virtual Locations/Inventory adjustment": "count_difference",
    "Virtual Locations/Inventory Adjustment": "count_difference",
    "Virtual Locations/Inventory adjustments": "count_difference",
    "Virtual Locations/Inventory loss": "count_difference",
    "Virtual Locations/Scrap": "scrap",
    "Virtual Locations/Scrapped": "scrap",
    "Virtual Locations/Inter-company transit": "in_transit",
    "Physical Locations/Inter-warehouse transit": "in_transit",
}
PRODUCT = (
    "Product/Internal Reference",
    "product_id/default_code",
    "Internal Reference",
    "default_code",
    "Product",
    "product_id",
)
LOT = ("Lot/Serial Number", "Lot/Serial Number/Lot/Serial Number", "lot_id", "lot_id/name")

ODOO = {
    "items": Shape(
        headings={
            "sku": ("Internal Reference", "default_code"),
            "description": ("Name", "name", "Display Name", "display_name"),
            "unit": ("Unit of Measure", "Unit", "uom_id", "uom_id/name"),
            "unit_cost": ("Cost", "standard_price"),
        },
        constants={"unit": "each"},
    ),
    "suppliers": Shape(
        headings={
            "code": ("Reference", "ref", "ID", "id"),
            "name": ("Name", "name", "Display Name", "Complete Name"),
            "email": ("Email", "email"),
            "currency": ("Supplier Currency", "property_purchase_currency_id", "Currency"),
        },
    ),
    # Inventory > Reporting > Stock or Locations (stock.quant): a row an item, place and lot.
    "on-hand": Shape(
        headings={
            "sku": PRODUCT,
            "location": ("Location", "location_id", "Location/Full Location Name"),
            "lot": LOT,
            "quantity": ("Inventoried Quantity", "On Hand Quantity", "Quantity", "quantity"),
        },
    ),
    # Inventory > Reporting > Moves History (stock.move.line): every line has both ends, and its moment in UTC.
    "movements": Shape(
        headings={
            "reference": ("Reference", "reference"),
            "sku": PRODUCT,
            "lot": LOT,
            "source": ("From", "location_id", "From/Full Location Name"),
            "target": ("To", "location_dest_id", "To/Full Location Name"),
            "quantity": ("Quantity", "quantity", "Done", "qty_done"),
            "moved_at": ("Date", "date"),
        },
        aliases=PLACES,
    ),
}
