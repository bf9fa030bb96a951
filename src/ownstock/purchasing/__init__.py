"""Purchase orders, from draft to received: revisions, lines, deliveries, acknowledgements, receipts."""
