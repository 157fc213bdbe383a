"""A model's server that sends exactly the bytes it is told to, in exactly those pieces."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Self

Piece = bytes | threading.Event
"""Bytes to send by themselves, or something to wait for."""

EVENTS = b"content-type: text/event-stream\r\n"


class Taken(NamedTuple):
    """A request as it came."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the first header of that name."""
        return next((value for key, value in self.headers if key == name), None)


class Pieces:
    """Answers every request with the same pieces, each in a chunk of its own; a context manager.

    Args:
        pieces: The body.
        head: Lines of headers.
        status: Of HTTP.
        breaks: Whether the connection breaks off after the last piece.

    Attributes:
        url: Its base URL.
        taken: What was asked, in order.
        left: Set when a client has closed its connection.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        head: bytes = EVENTS,
        status: str = "200 OK",
        *,
        breaks: bool = False,
    ) -> None:
        self.taken: list[Taken] = []
        self.left = threading.Event()
        self._pieces, self._head, self._status, self._breaks = pieces, head, status, breaks
        self._closing = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(0.02)
        with connection:
            try:
                while self._take(connection):
                    self._answer(connection)
                    if self._breaks:
                        return
            except OSError:
                self.left.set()

    def _take(self, connection: socket.socket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more(connection)
            if not data:
                return False
        head, _, body = data.partition(b"\r\n\r\n")
        first, *rows = head.decode("latin-1").split("\r\n")
        headers = [(k.lower(), v.strip()) for k, _, v in (row.partition(":") for row in rows)]
        size = int(dict(headers).get("content-length", "0"))
        while len(body) < size:
            body += self._more(connection)
        self.taken.append(Taken(first, headers, body))
        return True

    def _more(self, connection: socket.socket) -> bytes:
        while not self._closing.is_set():
            try:
                data = connection.recv(65536)
            except TimeoutError:
                continue
            if not data:
                self.left.set()
            return data
        return b""

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(30)  # who takes nothing is waited for
        head = f"HTTP/1.1 {self._status}\r\n".encode() + self._head
        connection.sendall(head + b"transfer-encoding: chunked\r\n\r\n")
        for piece in self._pieces:
            if isinstance(piece, threading.Event):
                connection.settimeout(0.02)
                self._wait(piece, connection)
                connection.settimeout(30)
            elif piece:
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        if not self._breaks:
            connection.sendall(b"0\r\n\r\n")
        connection.settimeout(0.02)

    def _wait(self, event: threading.Event, connection: socket.socket) -> None:
        while not event.wait(0.01) and not self._closing.is_set():
            try:
                if not connection.recv(1, socket.MSG_PEEK):
                    raise ConnectionResetError
            except TimeoutError:
                continue
