import pytest

from mien.core.config import Config
from mien.core.errors import UnknownDecoder
from mien.core.plugins import Plugin
from mien.decoders import registry


class Entry:
    def __init__(self, value):
        self.value = value

    def load(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.mark.parametrize(
    ("value", "reason"), [(ImportError("no torch"), "no torch"), ("text", "no Offer")]
)
def test_a_broken_plugin_is_reported_and_skipped(monkeypatch, value, reason):
    broken = {"x-v1": Plugin("x-v1", "stranger 1.0", Entry(value))}
    monkeypatch.setattr(registry, "plugins", lambda group: broken)
    good, bad = registry._registered.__wrapped__()
    assert good == {}
    assert bad[0].package == "stranger 1.0"
    assert reason in bad[0].reason


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownDecoder, match="words-fast-v1"):
        registry.find("wrods")


def test_a_decoder_is_loaded_once():
    assert registry.load("words-fast", Config()) is registry.load("words-fast-v1", Config())
