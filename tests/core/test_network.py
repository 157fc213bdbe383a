"""The one gate."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import NetworkRefused
from mien.core.network import Purpose, allow, is_loopback, places

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


@settings(deadline=None)
@given(st.text())
def test_no_name_but_a_loopback_address_passes(host):
    if is_loopback(host):
        bare = host.strip().strip("[].").lower()
        assert bare == "localhost" or bare.startswith("127.") or set(bare) <= set("0:1.f7")


def test_online_everything_may_be_reached():
    allow("example.org", Purpose.FETCH_WEIGHTS, Config())


def test_the_variable_is_obeyed(monkeypatch):
    monkeypatch.setenv("MIEN_OFFLINE", "1")
    with pytest.raises(NetworkRefused):
        allow("example.org", Purpose.FETCH_WEIGHTS)


def test_every_purpose_has_a_place_and_every_publisher_is_listed():
    from mien.assets import catalogue

    assert {place.purpose for place in places()} == set(Purpose)
    hosts = {place.host for place in places()}
    for asset in catalogue().values():
        for file in asset.files:
            assert (file.url or asset.repository).split("/")[2] in hosts
