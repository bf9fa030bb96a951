"""One installation: settings, addresses, the embedded database, the web server and the worker. It puts the parts together."""
