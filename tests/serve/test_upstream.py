"""How the model's server is asked: proxies on the way, large bodies, odd headers, losses."""

import asyncio
import socket
import threading

import pytest

from mien.core.errors import ConfigError
from mien.serve.upstream import Lost, Upstream
from tests.fakes.upstreams import Pieces
from tests.serve.running import asked, chunk, post, proxying, settle

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_asked(name, monkeypatch):
    with Pieces([chunk("Hi.")]) as between:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # the test's own client goes straight
        monkeypatch.setenv(name, between.url.removesuffix("/v1").replace("://", "://me:secret@"))
        with proxying("http://model.example/v1", key="k") as proxy:
            assert post(proxy, asked()).content == chunk("Hi.")
        (taken,) = between.taken
        assert taken.line == "POST http://model.example/v1/chat/completions HTTP/1.1"
        assert taken.header("authorization") == "Bearer k"
        assert taken.header("proxy-authorization") == "Basic bWU6c2VjcmV0"


@pytest.mark.parametrize("spared", ["127.0.0.1", "*", "a.example, 127.0.0.1"])
def test_a_host_that_is_spared_is_asked_without_a_proxy(spared, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", spared)
    with Pieces([chunk("Hi.")]) as upstream, proxying(upstream.url) as proxy:
        assert post(proxy, asked()).content == chunk("Hi.")


@pytest.mark.parametrize(
    "address", ["socks5://me:secret@127.0.0.1:9", "ftp://me:secret@h", "http://"]
)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(address, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", address)
    with pytest.raises(ConfigError, match="cannot use the proxy that HTTP_PROXY") as caught:
        Upstream("http://model.example/v1")
    assert "secret" not in str(caught.value)


def test_a_body_of_megabytes_arrives_whole():
    body = b'{"model": "m", "messages": [], "pad": "%s"}' % (b"x" * (3 << 20))
    with Pieces([chunk("Hi.")]) as upstream, proxying(upstream.url) as proxy:
        post(proxy, body)
        assert upstream.taken[0].body == body


def test_headers_keep_their_bytes_and_none_is_added():
    told = "Gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n".encode()
    with Pieces([chunk("Hi.")]) as upstream, proxying(upstream.url) as proxy:
        host, port = proxy.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nx-told: %s\r\n"
                b"content-length: 2\r\nconnection: close\r\n\r\n{}" % told
            )
            while client.recv(1000):
                pass
        settle(proxy)
        names = [name for name, _ in upstream.taken[0].headers]
        assert sorted(names) == ["accept-encoding", "content-length", "host", "x-told"]
        assert upstream.taken[0].header("x-told").encode("latin-1") == told


async def whole(url):
    """All that a server answers."""
    asks = Upstream(url, seconds=0.2)
    try:
        async with asks.ask("POST", asks.url("/v1/x"), [], b"{}") as reply:
            return await reply.whole()
    finally:
        await asks.aclose()


@pytest.mark.parametrize(
    ("pieces", "breaks", "kind"),
    [([threading.Event()], False, "timeout"), ([chunk("Hi.")], True, "broke_off")],
)
def test_a_loss_says_of_which_kind_it_is(pieces, breaks, kind):
    with Pieces(pieces, breaks=breaks) as upstream, pytest.raises(Lost) as caught:
        asyncio.run(whole(upstream.url))
    assert caught.value.kind == kind


def test_a_server_that_is_not_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(Lost, match="unreachable"):
        asyncio.run(whole(url))
