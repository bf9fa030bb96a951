"""What to order now and why: planning runs, proposals and their reasons. The only app, with `lab`, that calls the engine."""
