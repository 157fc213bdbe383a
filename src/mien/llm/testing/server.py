"""The server: one thread a connection, loopback only, gone when it is closed."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from mien.llm.testing.reply import Fault, Reply
from mien.llm.testing.request import (
    CHAT,
    MISSHAPEN,
    MODELS,
    RESPONSES,
    TRANSCRIPTIONS,
    BadRequest,
    Request,
    parse,
)
from mien.llm.testing.script import Script, ScriptError, as_script
from mien.llm.testing.wire import Wire, fault, models, to_wire

LARGEST_BODY = 64 << 20
"""Bytes; a request beyond that is a test gone wrong."""

_PATIENCE_S = 0.02


class ScriptedServer:
    """A model server that says what a script tells it to; a context manager.

    With a list of replies the order is that of arrival: where a client sends several requests at
    once, take a function of the request, so that the run stays the same.

    >>> with ScriptedServer("Hello.") as server:
    ...     len(server.requests)
    0

    Args:
        script: One reply for everything, a list of replies in order, or a function of the request.
        models: What the list of models names.

    Attributes:
        url: What clients call the base URL, with `/v1` at its end.
    """

    def __init__(
        self,
        script: Script | Reply | Sequence[Reply],
        *,
        models: Sequence[str] = ("scripted",),
    ) -> None:
        self._script = as_script(script)
        self._models = tuple(models)
        self._requests: list[Request] = []
        self._problems: list[ScriptError] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = _Http(self)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.01,), name="scripted-server"
        )
        self._thread.start()

    @property
    def requests(self) -> list[Request]:
        """Every request that reached the script, in order of arrival."""
        with self._lock:
            return list(self._requests)

    def environ(self, service: str = "scripted") -> dict[str, str]:
        """Variables that lead clients here.

        OpenAI's own and those of one service of Inspect's provider `openai-api`, whose models are
        then called `openai-api/SERVICE/MODEL`.
        """
        prefix = service.upper().replace("-", "_")
        told = {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "scripted"}
        return told | {f"{prefix}_BASE_URL": self.url, f"{prefix}_API_KEY": "scripted"}

    def check(self) -> None:
        """Return if the script could answer everything.

        Raises:
            ScriptError: The first time it could not.
        """
        if self._problems:
            raise self._problems[0]

    def close(self) -> None:
        """Break every connection and wait until all threads have ended."""
        self._closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        # A failure inside the block says more than what followed from it here.
        if error is None:
            self.check()

    def _listed(self, path: str) -> Wire | None:
        """The answer to a question about models, if it is one."""
        if path == MODELS:
            return models(self._models)
        if path.startswith(MODELS + "/"):
            return models(self._models, unquote(path.removeprefix(MODELS + "/")))
        return None

    def _answer(self, path: str, headers: dict[str, str], content: bytes) -> Wire:
        try:
            with self._lock:
                request = parse(len(self._requests), path, headers, content)
                self._requests.append(request)
            reply = self._reply(request)
            try:
                return to_wire(reply, request)
            except MISSHAPEN as error:
                raise BadRequest(f"a field has the wrong type: {error}") from error
        except BadRequest as error:
            return fault(Fault(400, str(error)))
        except ScriptError as error:
            self._problems.append(error)
            # Not 500: clients would ask again and again.
            return fault(Fault(400, str(error), "script_error"))

    def _reply(self, request: Request) -> Reply:
        try:
            reply = self._script(request)
        except ScriptError:
            raise
        except Exception as error:  # whatever a test's own function raises
            raise ScriptError(f"the script failed: {type(error).__name__}: {error}") from error
        if reply is None:
            raise ScriptError(
                f"the script has no answer to request {request.index + 1} "
                f"(model {request.model!r}): give it one for everything else"
            )
        if not isinstance(reply, Reply):
            raise ScriptError(f"the script answered with {type(reply).__name__}: that is no reply")
        return reply

    def _wait(self, event: threading.Event) -> None:
        # Two events cannot be waited for at once.
        while not event.wait(_PATIENCE_S) and not self._closing.is_set():
            pass


class _Http(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """The listening socket and the connections that are open."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, owner: ScriptedServer) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        # The system picks a free port while it binds, so that two servers never meet.
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wake the threads that wait for a client's next request."""
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; a test sees that on its own side."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body in two packets would wait for each other 40 ms on a kept connection.
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def owner(self) -> ScriptedServer:
        assert isinstance(self.server, _Http)  # what socketserver was given above
        return self.server.owner

    def do_GET(self) -> None:
        """Answer a question about models."""
        path = urlsplit(self.path).path
        wire = self.owner._listed(path)
        self._send(wire or fault(Fault(404, f"nothing is at GET {path}")))

    def do_POST(self) -> None:
        """Ask the script."""
        path = urlsplit(self.path).path
        length = int(self.headers.get("Content-Length") or -1)
        if not 0 <= length <= LARGEST_BODY:
            # What follows of the body would be taken for another request.
            self.close_connection = True
            unsized = Fault(411, "a body without a Content-Length")
            self._send(fault(unsized if length < 0 else Fault(413, f"a body of {length} bytes")))
            return
        content = self.rfile.read(length)
        if path not in (CHAT, RESPONSES, TRANSCRIPTIONS):
            self._send(fault(Fault(404, f"nothing is at POST {path}")))
            return
        self._send(self.owner._answer(path, dict(self.headers.items()), content))

    def _send(self, wire: Wire) -> None:
        if wire.until is not None and not wire.held_at:
            self.owner._wait(wire.until)
        if wire.cut_after == -1:
            self._break()
            return
        self._send_head(wire)
        left = wire.cut_after
        for index, part in enumerate(wire.parts):
            if wire.until is not None and index == wire.held_at > 0:
                self.wfile.flush()
                self.owner._wait(wire.until)
            sent = part if left is None else part[:left]
            self._write(sent, chunked=wire.streams)
            left = None if left is None else left - len(sent)
            if left is not None and left <= 0:
                self._break()
                return
        if wire.streams:
            self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, wire: Wire) -> None:
        self.send_response(wire.status)
        self.send_header("Content-Type", wire.kind)
        for name, value in wire.headers.items():
            self.send_header(name, value)
        if wire.streams:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(sum(map(len, wire.parts))))
        self.end_headers()

    def _write(self, data: bytes, *, chunked: bool) -> None:
        if not chunked:
            self.wfile.write(data)
        elif data:  # an empty chunk would end the stream
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    def _break(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        _shut(self.connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's name
        """Stay silent: what was asked is in `requests`."""


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster
