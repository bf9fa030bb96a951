"""The stock ledger: postings are appended, balances are derived, value follows."""
