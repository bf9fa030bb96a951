"""How programs are answered: each call in one thread of a pool, from its first statement to its last.

Django's own handler takes a new thread for every call, and hops between it and the event loop for each middleware that pages
need. Programs bring a key with every call and need none of those; without them a call costs a third.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, cast

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.exception import convert_exception_to_response
from django.core.signals import request_started
from django.http import HttpRequest, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.urls import set_script_prefix

from ownstock.site.requests import measured

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
# Callers that post wait for one another; each holds a thread and, while it asks, a connection.
THREADS = 32


class ProgramApplication(ASGIHandler):
    """Answers programs, without the middleware of pages."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, "program")

    def load_middleware(self, is_async: bool = False) -> None:
        """Make the chain: what sets the headers of safety, then the view."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        view = self._get_response  # type: ignore[attr-defined]  # of Django's handlers, its stubs leave it out
        inner = convert_exception_to_response(view)
        # Called without an event loop, it answers at once.
        secured = cast("Callable[[HttpRequest], HttpResponseBase]", SecurityMiddleware(inner))
        self._middleware_chain = convert_exception_to_response(measured(secured))

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one call."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, self._answered, scope, body)
        await self.send_response(response, send)
        body.close()

    def _answered(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """The whole of a call; its connection goes back to the pool with it."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        if request is None:
            assert refusal is not None
            return refusal
        response = self.get_response(request)
        response.close()
        return response


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
