"""Serving until somebody ends it, with the patience that uvicorn lacks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mien.serve.door import App


class Patience(H11Protocol):
    """HTTP/1.1 whose clients must send a whole head in time, and take what they are sent.

    h11 is strict about what a request is, and the same on all systems.

    Attributes:
        head_s: Seconds in which a head must be there.
        send_s: Seconds for which a client may take nothing while something waits for it.
    """

    head_s = 15.0
    send_s = 60.0
    _waiting: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on; a head that is there is waited for no more."""
        requests = self.cycle
        super().data_received(data)
        if self.cycle is not requests and self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        elif self._waiting is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        for timer in (self._waiting, self._stuck):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to take something."""
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(self.send_s, self._too_slow)

    def resume_writing(self) -> None:
        """The client has."""
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.head_s, self._too_slow)

    def _too_slow(self) -> None:
        # To close it kindly would wait for the client again.
        self.transport.abort()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server listens.

    Attributes:
        host: Name or address.
        port: 0 for any that is free.
        connections: The most at a time; more are answered 503.
        head_s: Seconds in which a request's head must be there.
        send_s: Seconds for which a client may take nothing while something waits for it.
    """

    host: str = "127.0.0.1"
    port: int = 8088
    connections: int = 2_000
    head_s: float = Patience.head_s
    send_s: float = Patience.send_s


class Server(uvicorn.Server):
    """A server that says where it listens once it does.

    Attributes:
        on_start: Is given the address.
    """

    on_start: Callable[[str], None] = staticmethod(lambda url: None)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        try:
            await super().startup(sockets=sockets)
        except SystemExit:
            # Uvicorn leaves the process where a port is taken; that is the caller's to say.
            self.should_exit = True
            return
        if self.started:
            self.on_start(self.url)


def server(app: App, place: Place) -> Server:
    """A server that is yet to run.

    Args:
        app: What it serves.
        place: Where.
    """
    limits = {"head_s": place.head_s, "send_s": place.send_s}
    return Server(
        uvicorn.Config(
            app,
            host=place.host,
            port=place.port,
            http=type("Patience", (Patience,), limits),
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            limit_concurrency=place.connections,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=5,
            backlog=1024,
        )
    )
