"""What every other package stands on: errors, tables of bad rows, fingerprints. No Django, no database, no clock."""
