"""What the business holds, where, from whom and on which terms: items, locations, suppliers, supply terms, item-sites."""
