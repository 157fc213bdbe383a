"""A hub of model repositories on this machine, as `huggingface_hub` 1.x and 2.x ask for one."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

COMMIT = "05000ef" + "c" * 33
OLDER = "1" * 40


@dataclass
class Asked:
    """One request.

    Attributes:
        path: Without the query.
        host: Whom it was sent to.
        range: Which bytes.
        token: What it said to be allowed.
        agent: What it told of its sender.
    """

    path: str
    host: str
    range: str | None
    token: str | None
    agent: str


@dataclass
class Hub:
    """What the hub holds and how it behaves, and what it was asked.

    Attributes:
        repos: Files by name, by repository.
        commits: Newest first; each holds the same files.
        sent: Bytes sent in place of a file's own, by name.
        status: Answered for paths that contain the key, in place of what was asked.
        retry_after: Told with such an answer.
        lists_hashes: Whether it tells the hashes of large files.
        breaks_after: Bytes after which a file is cut; None for never.
        body: Answered to every question, if it is given.
        circles: Whether large files are said to lie where they were asked for.
        waits_for: Files are held back until this is set.
        each: Called at every request.
        asked: All requests, in order.
    """

    repos: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commits: list[str] = field(default_factory=lambda: [COMMIT, OLDER])
    sent: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    retry_after: str = ""
    lists_hashes: bool = True
    breaks_after: int | None = None
    body: bytes | None = None
    circles: bool = False
    waits_for: threading.Event | None = None
    each: Callable[[], None] = lambda: None
    asked: list[Asked] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def files(self) -> list[str]:
        """Names of the files that were asked for, in order, each try counted."""
        return [one.path.rsplit("/", 1)[-1] for one in self.asked if "/resolve/" in one.path]

    def tree(self, repo: str, revision: str) -> dict | None:
        """What the library is told of a repository."""
        commit = self.commits[0] if revision == "main" else revision
        if repo not in self.repos or commit not in self.commits:
            return None
        siblings = [
            {"rfilename": name, "size": len(content), "blobId": self._blob(name, content)}
            | ({"lfs": self._lfs(content)} if is_large(name) and self.lists_hashes else {})
            for name, content in self.repos[repo].items()
        ]
        return {"id": repo, "modelId": repo, "sha": commit, "siblings": siblings, "tags": []}

    def history(self) -> list[dict]:
        """The commits as the library reads them."""
        date = "2025-06-01T00:00:00.000Z"
        row = {"title": "Upload", "message": "", "authors": [{"user": "x"}], "date": date}
        return [{"id": commit, **row} for commit in self.commits]

    def _blob(self, name: str, content: bytes) -> str | None:
        """Git's own hash; of a large file that of what stands for it there."""
        if is_large(name):
            return "b" * 40 if self.lists_hashes else None
        told = b"blob %d\0%b" % (len(content), content)
        return hashlib.sha1(told, usedforsecurity=False).hexdigest()

    def _lfs(self, content: bytes) -> dict:
        return {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "pointerSize": 134,
        }


def is_large(name: str) -> bool:
    """Whether the hub keeps a file in its large storage, which lies on another host."""
    return name.endswith((".pth", ".safetensors"))


def unpinned(monkeypatch):
    """All assets, those of the hub without sizes and hashes: made files may stand for them."""
    from mien.assets import catalogue

    changed = dict(catalogue())
    for name, asset in catalogue().items():
        if asset.hub:
            files = tuple(
                replace(file, bytes=len(file.name), sized=False, sha256=None)
                for file in asset.files
            )
            changed[name] = replace(asset, revision="main", files=files)
    for room in ("entry", "shelf"):
        monkeypatch.setattr(f"mien.assets.{room}.catalogue", lambda: changed)
    return changed


def forget_this_machine(monkeypatch, tmp_path):
    """No token, cache, mirror or proxy of whoever runs the tests."""
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))


@contextmanager
def hub(**says):
    """A running hub; `HF_ENDPOINT` may be set to its `url`."""
    said = Hub(**says)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            # Through a proxy the whole address comes.
            path = unquote(urlsplit(self.path).path)
            said.asked.append(
                Asked(
                    path,
                    self.headers["Host"].split(":")[0],
                    self.headers.get("Range"),
                    self.headers.get("Authorization"),
                    self.headers.get("User-Agent", ""),
                )
            )
            said.each()
            for part, status in said.status.items():
                if part in path:
                    return self._refuse(status)
            if said.body is not None:
                return self._send(said.body)
            if path.startswith("/api/models/"):
                return self._tell(path.removeprefix("/api/models/"))
            return self._hand_out(path)

        def _tell(self, path):
            repo = "/".join(path.split("/")[:2])
            kind, revision = path.split("/")[2:4]
            known = said.history() if kind == "commits" else said.tree(repo, revision)
            return self._send(json.dumps(known).encode()) if known else self._refuse(404)

        def _hand_out(self, path):
            said.arrived.set()
            if said.waits_for is not None:
                said.waits_for.wait(20)
            repo, name = "/".join(path.split("/")[1:3]), path.split("/")[-1]
            content = said.sent.get(name, said.repos.get(repo, {}).get(name))
            if content is None:
                return self._refuse(404)
            if is_large(name) and "/resolve/" in path:
                self.send_response(302)
                storage = said.url.replace("127.0.0.1", "localhost")
                there = self.path.split("/resolve/")[1].split("/", 1)[1]
                there = f"{storage}/{repo}/storage/{there}?signature=secret"
                self.send_header("Location", self.path if said.circles else there)
                self.send_header("Content-Length", "0")
                return self.end_headers()
            return self._send(content, said.breaks_after)

        def _send(self, content, breaks_after=None):
            asked = self.headers.get("Range")
            first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            body = content[first:]
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(body)))
            if asked:
                whole = len(content)
                self.send_header("Content-Range", f"bytes {first}-{whole - 1}/{whole}")
            self.end_headers()
            return self.wfile.write(body if breaks_after is None else body[:breaks_after])

        def _refuse(self, status):
            self.send_response(status)
            if said.retry_after:
                self.send_header("Retry-After", said.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

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
