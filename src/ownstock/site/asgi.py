"""The web application as an ASGI server starts it: `granian --interface asgi ownstock.site.asgi:application`."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from importlib import import_module

import django
from django.db import connections

from ownstock.base.starting import loading
from ownstock.site.bodies import with_limits
from ownstock.site.installation import connect
from ownstock.site.keeper import end_in_time
from ownstock.site.live.application import ADDRESS as LIVE
from ownstock.site.live.application import LiveApplication
from ownstock.site.programs import ProgramApplication, by_address, with_end
from ownstock.site.threaded import ThreadedApplication


def end_with_parent() -> None:
    """End this process when the one that started it has died, so that nobody goes on serving unattended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        end_in_time()

    threading.Thread(target=watch, daemon=True).start()


# An answer waits for the database many times; each time it would wait as long again until a thread that computes lets go.
sys.setswitchinterval(0.0005)
os.environ["OWNSTOCK_PROCESS"] = "web"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ownstock.site.settings")
end_with_parent()
with loading():
    django.setup(set_prefix=False)
    connect()
    # They know the models, which have to be loaded before; the addresses know every page.
    STREAMS = import_module("ownstock.site.metrics").STREAMS
    import_module("ownstock.site.urls")
# The check has used a connection of this thread; the requests have threads of their own.
connections.close_all()
live = LiveApplication()
pages = by_address(LIVE, live, ThreadedApplication("page"))
STREAMS.set_function(lambda: len(live.hub.streams))
application = with_end(with_limits(by_address("/api/", ProgramApplication("program"), pages)), live.hub.end)
