"""What runs by itself: the dispatch of outbox rows, the sweep of lost leases, heartbeats, the ticker and the seal."""
