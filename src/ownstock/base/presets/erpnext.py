"""ERPNext: exports of the doctypes by label or field name, and the report Stock Ledger."""

from ownstock.base.tables.directions import Shape

NOTHING = {"0": "", "0.0": "", "0.00": "", "0.000": ""}
VOUCHERS = {
    "Purchase Receipt": "receipt",
    "Purchase Invoice": "receipt",
    "Subcontracting Receipt": "receipt",
    "Delivery Note": "issue",
    "Sales Invoice": "issue",
    "POS Invoice": "issue",
    "Stock Reconciliation": "count_difference",
    "Stock Entry": "transfer",
}

ERPNEXT = {
    "items": Shape(
        headings={
            "sku": ("Item Code", "item_code", "ID", "name"),
            "description": ("Item Name", "item_name", "Description", "description"),
            "unit": ("Default Unit of Measure", "stock_uom", "Stock UOM"),
            "unit_cost": (
                "Valuation Rate",
                "valuation_rate",
                "Standard Buying Rate",
                "last_purchase_rate",
                "Last Purchase Rate",
            ),
        },
        dates="ymd",
    ),
    "suppliers": Shape(
        headings={
            "code": ("ID", "name", "Supplier Name", "supplier_name"),
            "name": ("Supplier Name", "supplier_name"),
            "email": ("Email Id", "email_id", "Email ID"),
            "currency": ("Billing Currency", "default_currency", "Currency"),
        },
    ),
    # The report Stock Balance, or the doctype Bin.
    "on-hand": Shape(
        headings={
            "sku": ("Item Code", "item_code", "Item"),
            "location": ("Warehouse", "warehouse"),
            "lot": ("Batch No", "batch_no", "Batch"),
            "quantity": ("Balance Qty", "bal_qty", "Actual Quantity", "Actual Qty", "actual_qty"),
            "unit_cost": ("Valuation Rate", "val_rate", "valuation_rate"),
        },
    ),
    # Signed quantities: what leaves a warehouse is negative. The report has one column for each direction.
    "movements": Shape(
        headings={
            "kind": ("Voucher Type", "voucher_type"),
            "reference": ("Voucher No", "voucher_no", "Voucher #"),
            "sku": ("Item Code", "item_code", "Item"),
            "location": ("Warehouse", "warehouse"),
            "lot": ("Batch No", "batch_no", "Batch"),
            "quantity": (
                "Qty Change",
                "Actual Quantity",
                "Actual Qty",
                "actual_qty",
                "In Qty",
                "in_qty",
                "Out Qty",
                "out_qty",
            ),
            "unit_cost": ("Incoming Rate", "incoming_rate"),
        },
        joined={"moved_at": ("Date", "Posting Date", "posting_date", "Posting Time", "posting_time")},
        values={
            "Voucher Type": VOUCHERS,
            "voucher_type": VOUCHERS,
            **dict.fromkeys(("In Qty", "in_qty", "Out Qty", "out_qty", "Incoming Rate", "incoming_rate"), NOTHING),
        },
        unpaired="adjustment",
        dates="ymd",
    ),
}
