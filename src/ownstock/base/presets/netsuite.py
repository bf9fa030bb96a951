"""NetSuite: results of saved searches over items, vendors, inventory by location, and transaction lines."""

from ownstock.base.tables.directions import Shape

TYPES = {
    "Item Receipt": "receipt",
    "Bill": "receipt",
    "Vendor Bill": "receipt",
    "Item Fulfillment": "issue",
    "Item Fulfilment": "issue",
    "Cash Sale": "issue",
    "Invoice": "issue",
    "Vendor Return": "receipt",
    "Customer Return": "issue",
    "Inventory Adjustment": "adjustment",
    "Inventory Worksheet": "adjustment",
    "Inventory Count": "count_difference",
    "Inventory Transfer": "transfer",
    "Bin Transfer": "transfer",
    "Assembly Build": "adjustment",
    "Assembly Unbuild": "adjustment",
}
ITEM = ("Item", "Item Name/Number", "Item : Name", "Name")
PLACE = ("Location", "Inventory Location", "Location : Name")

NETSUITE = {
    "items": Shape(
        headings={
            "sku": ("Item Name/Number", "Name", "Item", "itemid", "External ID"),
            "description": ("Display Name", "Display Name/Code", "Description", "Purchase Description", "displayname"),
            "unit": ("Primary Stock Unit", "Stock Unit", "Base Unit", "stockunit"),
            "unit_cost": ("Average Cost", "Standard Cost", "Last Purchase Price", "Purchase Price", "averagecost"),
        },
    ),
    "suppliers": Shape(
        headings={
            "code": ("ID", "Vendor ID", "Name", "entityid"),
            "name": ("Company Name", "Legal Name", "Name", "companyname"),
            "email": ("Email", "email"),
            "currency": ("Primary Currency", "Currency", "currency"),
        },
    ),
    "on-hand": Shape(
        headings={
            "sku": ITEM,
            "location": ("Inventory Location", *PLACE),
            "lot": ("Inventory Number", "Serial/Lot Number", "Number"),
            "quantity": ("Location On Hand", "On Hand", "Quantity On Hand"),
            "unit_cost": ("Location Average Cost", "Average Cost"),
        },
    ),
    # Lines of transactions with their signed quantities: what leaves a location is negative.
    "movements": Shape(
        headings={
            "kind": ("Type", "Transaction Type"),
            "reference": ("Document Number", "Number", "Transaction Number", "Reference #"),
            "sku": ITEM,
            "location": PLACE,
            "lot": ("Inventory Number", "Serial/Lot Number"),
            "quantity": ("Adjust Qty. By", "Adjust Qty By", "Quantity"),
            "unit_cost": ("Est. Unit Cost", "Unit Cost"),
            "moved_at": ("Date", "Transaction Date"),
        },
        values={"Type": TYPES, "Transaction Type": TYPES},
        constants={"kind": "adjustment"},
    ),
}
