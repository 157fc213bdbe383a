"""A publisher's web server on this machine, which can break off, lie and redirect."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Publisher:
    """What the server says, and what it was asked.

    Attributes:
        content: The bytes of every file.
        breaks_after: Bytes after which each answer is cut; None for never.
        knows_ranges: Whether it can go on in the middle.
        status: Answered instead of the file, if it is not 200.
        location: Where a redirect leads.
        headers: Sent along with the file.
        first: Where what is sent of a file begins, in place of where it should.
        waits_for: Answers are held back until this is set.
        asked: Method, path and Range header of each request.
    """

    content: bytes = b""
    breaks_after: int | None = None
    knows_ranges: bool = True
    status: int = 200
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    first: int | None = None
    waits_for: threading.Event | None = None
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@contextmanager
def publisher(**says):
    """A running publisher; its `url` is on the loopback interface."""
    said = Publisher(**says)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            said.asked.append(("GET", self.path, asked))
            said.arrived.set()
            if said.waits_for is not None:
                said.waits_for.wait(20)
            if said.location and self.path != "/there":
                self.send_response(302)
                self.send_header("Location", said.location)
                self.end_headers()
                return
            if said.status != 200:
                self.send_error(said.status)
                return
            first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            first = first if not asked or said.first is None else said.first
            if asked and said.knows_ranges and first >= len(said.content):
                self.send_error(416)
                return
            is_rest = bool(asked) and said.knows_ranges
            body = said.content[first:] if is_rest else said.content
            self.send_response(206 if is_rest else 200)
            if is_rest:
                whole = len(said.content)
                self.send_header("Content-Range", f"bytes {first}-{whole - 1}/{whole}")
            for name, value in {"Content-Length": str(len(body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if said.breaks_after is None else body[: said.breaks_after])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield said
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
