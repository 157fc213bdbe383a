"""The one gate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import ConfigError, NetworkRefused
from mien.core.network import Purpose, allow, host_in, is_loopback, places, usable_proxies

OFFLINE = Config(offline=True)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.9.10", "::1", "[::1]"]
)
def test_this_machine_may_always_be_reached(host):
    assert is_loopback(host)
    allow(host, Purpose.FETCH_WEIGHTS, OFFLINE)


@pytest.mark.parametrize(
    "host",
    ["example.org", "127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "", "0.0.0.0"],
)
def test_offline_refuses_every_other_host_and_names_it(host):
    with pytest.raises(NetworkRefused) as caught:
        allow(host, Purpose.FETCH_WEIGHTS, OFFLINE)
    assert caught.value.host == host
    assert "MIEN_OFFLINE" in str(caught.value)


@given(st.text())
def test_no_name_but_a_loopback_address_passes(host):
    if is_loopback(host):
        bare = host.strip().strip("[].").lower()
        assert bare == "localhost" or bare.startswith("127.") or set(bare) <= set("0:1.f7")


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def proxied(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch.setenv


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_offline_nothing_for_this_machine_goes_by_another_one(proxied, variable):
    proxied(variable, "http://me:secret@proxy.example:3128")
    with pytest.raises(NetworkRefused, match=r"proxy\.example") as caught:
        allow("127.0.0.1", Purpose.ASK_MODEL, OFFLINE)
    assert "secret" not in str(caught.value)
    allow("127.0.0.1", Purpose.ASK_MODEL, Config())
    proxied("NO_PROXY", "localhost,127.0.0.1")
    allow("127.0.0.1", Purpose.ASK_MODEL, OFFLINE)


def test_offline_a_proxy_of_this_machine_does_no_harm(proxied):
    proxied("HTTP_PROXY", "http://127.0.0.1:8080")
    allow("localhost", Purpose.ASK_MODEL, OFFLINE)


@pytest.mark.parametrize("fault", [ImportError("socksio"), ValueError("ftp://me:secret@x")])
def test_a_proxy_that_cannot_be_used_is_our_error_without_its_password(fault):
    with pytest.raises(ConfigError, match="HTTP_PROXY") as caught, usable_proxies():
        raise fault
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("", "host", "host:80", "ftp://host", "file:///etc", "http://", "http://[::1"),
        *("http://a:b", "http://a:99999", "http://a\x00", "http://a\n/"),
    ],
)
def test_what_is_no_web_address_has_no_host(url):
    assert host_in(url) is None


def test_online_everything_may_be_reached():
    allow("example.org", Purpose.FETCH_WEIGHTS, Config())


def test_the_variable_is_obeyed(monkeypatch):
    monkeypatch.setenv("MIEN_OFFLINE", "1")
    with pytest.raises(NetworkRefused):
        allow("example.org", Purpose.FETCH_WEIGHTS)


@pytest.mark.parametrize(
    ("mirror", "shown"),
    [("https://user:secret@mirror.example:8443/hf/", "mirror.example"), ("none", "HF_ENDPOINT")],
)
def test_a_mirror_takes_the_place_of_the_hub(monkeypatch, mirror, shown):
    monkeypatch.setenv("HF_ENDPOINT", mirror)
    hosts = [place.host for place in places() if place.purpose is Purpose.FETCH_WEIGHTS]
    assert hosts == [shown, "raw.githubusercontent.com"]


def test_every_purpose_has_a_place_and_every_publisher_is_listed(monkeypatch):
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    from mien.assets import catalogue

    assert {place.purpose for place in places()} == set(Purpose)
    hosts = {place.host for place in places()}
    for asset in catalogue().values():
        for file in asset.files:
            assert (file.url or asset.repository).split("/")[2] in hosts
