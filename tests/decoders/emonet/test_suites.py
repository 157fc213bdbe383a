"""What each published set holds."""

import pytest

from mien.assets import find
from mien.core.errors import ConfigError
from mien.decoders.emonet.suites import suites
from mien.emotions.emotion import EMONET_40, Emotion

HEADS = {
    "emonet-face-small": 44,
    "emonet-face-large": 44,
    "emonet-voice-small": 55,
    "emonet-voice-large": 55,
    "emonet-voice-plus": 59,
}


def test_the_published_sets_are_all_there():
    assert {name: len(suite.heads) for name, suite in suites().items()} == HEADS


@pytest.mark.parametrize("name", HEADS)
def test_the_forty_come_first_in_the_order_of_their_publisher(name):
    heads = suites()[name].heads
    assert tuple(head.emotion for head in heads[:40]) == EMONET_40
    assert all(head.emotion is None for head in heads[40:])
    assert [head.key for head in heads[:40]] == [emotion.value for emotion in EMONET_40]


@pytest.mark.parametrize("name", HEADS)
def test_no_two_heads_share_a_key_or_a_file(name):
    heads = suites()[name].heads
    assert len({head.key for head in heads}) == len(heads)
    assert {head.file for head in heads} == {file.name for file in find(name).files}


@pytest.mark.parametrize("name", HEADS)
def test_every_set_needs_the_encoder_whose_embedding_it_reads(name):
    assert find(name).requires == (suites()[name].encoder,)


def test_some_emotions_bring_every_head_that_tells_none():
    chosen = suites()["emonet-voice-plus"].choose((Emotion.ANGER, Emotion.FEAR))
    assert [head.key for head in chosen[:2]] == ["fear", "anger"]
    assert len(chosen) == 2 + 19


def test_only_the_quality_heads_read_pooled_frames():
    for suite in suites().values():
        assert suite.of("quality") == tuple(head for head in suite.heads if head.pooled)
    assert len(suites()["emonet-voice-plus"].of("quality")) == 4


def test_an_emotion_outside_the_forty_has_no_head():
    with pytest.raises(ConfigError, match="has no head for neutral"):
        suites()["emonet-face-small"].choose((Emotion.NEUTRAL,))
