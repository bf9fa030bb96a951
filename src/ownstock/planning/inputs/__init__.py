"""What the engine is given, read from the records of all apps in one snapshot."""
