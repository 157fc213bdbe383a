import pytest

from mien.core.config import Config
from mien.core.errors import ConfigError, LicenceRefused, UnknownDecoder
from mien.decoders import registry
from mien.media import open_source
from mien.reader.plan import choose, plan
from tests.fakes.sounds import tone, write_sound


def names(channels=None, decoders=None, config=None):
    return [o.name for o in choose(channels, decoders, config or Config())]


def test_a_name_without_version_means_the_newest():
    assert registry.find("words").name == "words-v2"
    assert registry.find("words-v1").name == "words-v1"
    assert registry.find("words-open").name == "words-open-v1"


def test_every_channel_has_its_default():
    assert names() == ["voice-v1", "face-v1", "words-v2"]


def test_a_named_decoder_replaces_the_default_of_its_channel_alone():
    assert names(decoders=["words-v1"]) == ["voice-v1", "face-v1", "words-v1"]
    assert names(["voice", "words"], ["words-v1"]) == ["voice-v1", "words-v1"]


def test_two_decoders_may_read_one_channel():
    assert names(["words"], ["words-v1", "words-v2"]) == ["words-v1", "words-v2"]


def test_commercial_use_takes_the_open_decoder_and_refuses_the_other():
    commercial = Config(commercial=True)
    assert names(config=commercial) == ["voice-v1", "words-open-v1"]
    with pytest.raises(LicenceRefused, match="MIEN_COMMERCIAL"):
        registry.load("words-v2", commercial)


@pytest.mark.parametrize(
    ("channels", "decoders", "error"),
    [
        (["smell"], None, ConfigError),
        (["voice"], ["words"], ConfigError),
        (None, ["nothing"], UnknownDecoder),
    ],
)
def test_senseless_wishes_are_refused(channels, decoders, error):
    with pytest.raises(error):
        choose(channels, decoders, Config())


def test_sound_without_words_says_how_to_give_them(tmp_path):
    path = write_sound(tmp_path / "a.wav", tone(1.0))
    with open_source(path) as source:
        found = plan(source, choose(None, None, Config()))
    assert [o.name for o in found.decoders] == ["voice-v1"]
    assert ".srt" in found.advice[0]


def test_a_channel_that_the_source_lacks_is_said(tmp_path):
    path = write_sound(tmp_path / "a.wav", tone(1.0))
    with open_source(path) as source:
        found = plan(source, choose(["face"], None, Config()))
    assert found.decoders == ()
    assert "face" in found.advice[0]


def test_a_channel_without_an_open_decoder_is_said_or_refused(tmp_path):
    from PIL import Image

    commercial = Config(commercial=True)
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    with open_source(tmp_path / "a.png") as source:
        found = plan(source, choose(None, None, commercial), commercial)
    assert "face" in found.advice[-1]
    assert "commercial" in found.advice[-1]
    with pytest.raises(ConfigError, match="face"):
        choose(["face"], None, commercial)
