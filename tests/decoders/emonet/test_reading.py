"""EmoNet's decoders through the doors that people use: files, live streams, commands."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import mien
from mien.cli.app import app
from mien.core.errors import MissingWeights
from mien.media import open_source
from mien.timeline import Channel
from tests.data import EXAMPLES
from tests.fakes.emonet_home import EMOTIONS, make_home, unpinned

SCENE, PORTRAIT = EXAMPLES / "scene.ogg", EXAMPLES / "portrait.jpg"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with unpinned():
        yield make_home(tmp_path_factory.mktemp("emonet"))


@pytest.fixture(scope="module")
def timeline(home):
    return mien.read(
        [SCENE, PORTRAIT],
        decoders=["emonet-voice-plus", "emonet-face-small"],
        channels=["voice", "face"],
        config=home,
    )


def test_a_scene_and_a_portrait_are_read_in_forty_emotions(timeline):
    by_channel = {r.channel: r for r in timeline if r.is_told}
    assert by_channel[Channel.FACE].scores.top.emotion is mien.Emotion.AMUSEMENT
    assert by_channel[Channel.VOICE].scores.top.emotion is mien.Emotion.ANGER
    assert len(by_channel[Channel.FACE].scores.covered) == 40


def test_cards_say_which_heads_are_here(timeline):
    cards = {card.decoder: card for card in timeline.cards}
    assert len(cards["emonet-voice-plus-v1"].covers) == len(EMOTIONS)
    assert len(cards["emonet-face-small-v1"].covers) == 40
    assert all(card.calibration.startswith("uncalibrated") for card in cards.values())


def test_a_live_stream_says_what_the_file_said(timeline, home):
    live = mien.Live(
        channels=["voice"], decoders=["emonet-voice-plus"], source=SCENE.name, config=home
    )
    with open_source(SCENE) as source:
        found = [r for block in source.sound() for r in live.push_sound(block.samples)]
    found += live.close()
    of_file = [r for r in timeline if r.channel is Channel.VOICE]
    # Only of a whole file is it told whose voice it is.
    assert [(r.start, r.end) for r in found] == [(r.start, r.end) for r in of_file]
    for one, two in zip(found, of_file, strict=True):
        np.testing.assert_allclose(one.scores.to_array(), two.scores.to_array(), atol=1e-5)


def test_two_sets_over_one_encoder_agree_on_when(home):
    found = mien.read(
        SCENE,
        decoders=["emonet-voice-small", "emonet-voice-large"],
        channels=["voice"],
        end=12.0,
        config=replace(home, threads=2),
    )
    small, large = (
        [r.start for r in found if r.decoder == f"emonet-voice-{size}-v1"]
        for size in ("small", "large")
    )
    assert small == large != []


def test_the_command_reads_with_one_decoder_of_a_publisher(home, tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(home.home))
    out = tmp_path / "portrait.html"
    told = CliRunner().invoke(
        app,
        ["read", str(PORTRAIT), "--decoder", "emonet-face-large", "--json", "--out", str(out)],
    )
    assert told.exit_code == 0, told.output
    reading = json.loads(told.stdout.splitlines()[0])
    assert reading["decoder"] == "emonet-face-large-v1"
    assert reading["extra"]["raw_amusement"] > 3
    assert "uncalibrated as shares" in out.read_text(encoding="utf-8")


def test_weights_that_are_not_here_name_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    told = CliRunner().invoke(app, ["read", str(SCENE), "--decoder", "emonet-voice-small"])
    assert isinstance(told.exception, MissingWeights)
    assert "mien models pull emonet-voice-small" in str(told.exception)
