"""What runs by itself: the dispatch of outbox rows, the sweep of lost leases, heartbeats."""
