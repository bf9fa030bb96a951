"""The sample company: one real year of a British gift wholesaler, told as stock movements.

    packed.py       reads the invoice lines as the source published them
    fates.py        gives every line one fate: posted, refused or not stock
    assumptions.py  what the source does not hold, declared: costs, suppliers, terms, levels
    replay.py       walks the year day by day under those assumptions, so that every sale finds its goods
    tables.py       the import tables: items, places, terms and movements

Pure: polars and numpy only. Rules and figures: docs/explanation/sample-company.md. Source and licence: ATTRIBUTION.md.
"""
