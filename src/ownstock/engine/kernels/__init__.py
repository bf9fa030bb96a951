"""The only compiled code: loops over item-sites that numpy cannot say. Each has a plain numpy twin in the tests' reach."""
