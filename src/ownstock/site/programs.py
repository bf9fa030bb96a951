"""How programs are answered, and which application answers which address.

Programs bring a key with every call and need none of the middleware of pages.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware

from ownstock.site.requests import measured
from ownstock.site.threaded import Application, Scope, ThreadedApplication


class ProgramApplication(ThreadedApplication):
    """Answers programs, without the middleware of pages."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Make the chain: what sets the headers of safety, then the view."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        view = self._get_response  # type: ignore[attr-defined]  # of Django's handlers, its stubs leave it out
        inner = convert_exception_to_response(view)
        secured = cast("Callable[[HttpRequest], HttpResponseBase]", SecurityMiddleware(inner))
        self._middleware_chain = convert_exception_to_response(measured(secured))


def by_address(prefix: str, programs: Application, pages: Application) -> Application:
    """One application of two: calls whose path begins with `prefix`, or is it where it ends in no slash, go to the first."""

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        is_program = path.startswith(prefix) if prefix.endswith("/") else path == prefix
        await (programs if is_program else pages)(scope, receive, send)

    return application


def with_end(application: Application, end: Callable[[], None]) -> Application:
    """An application that ends what it still has open, by `end`, as soon as its server is told to stop.

    The server waits until every answer has come to its end before it says a word of stopping; so its signals are heard here
    too. Where its event loop handles a signal, a handler of Python's own is called beside it.
    """

    async def ending(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    return ending
