"""Live pages: what changed, told to open pages as server-sent events, from one listening connection of a web process."""
