"""What `make` runs: standard library only, so that a bare clone can start it."""
