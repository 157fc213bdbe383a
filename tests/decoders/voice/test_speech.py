"""Speech activity: the level rule and the tracker around the net."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import MissingWeights
from mien.decoders.voice.decoder import SPEECH, WEIGHTS
from mien.decoders.voice.features import log_mel
from mien.decoders.voice.speech import BLOCK, Leveler, SpeechNet, SpeechTracker
from mien.timeline.card import read_card

NET = SpeechNet(WEIGHTS / f"{SPEECH['voice-v1']}.onnx")


def block_of(samples, i):
    return samples[i * BLOCK * 160 : (i + 1) * BLOCK * 160 + 240]


def judged(samples):
    tracker, n = SpeechTracker(NET), (len(samples) - 240) // (BLOCK * 160)
    return np.concatenate([tracker.push(log_mel(block_of(samples, i))) for i in range(n)])


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_the_level_does_not_depend_on_how_frames_are_cut(sizes):
    mel = np.random.default_rng(0).normal(0, 3, (sum(sizes), 64)).astype(np.float32)
    whole, part = Leveler()(mel), Leveler()
    ends = np.cumsum(sizes)
    cut = [part(mel[end - size : end]) for end, size in zip(ends, sizes, strict=True)]
    np.testing.assert_allclose(np.concatenate(cut), whole, atol=1e-5)


@pytest.mark.parametrize("decibel", [0, -10, -20])
def test_speech_of_any_level_is_brought_to_one_level_in_time(speech, decibel):
    long = np.tile(speech(4.0), 5)
    loud = log_mel(long)
    soft = log_mel(long * np.float32(10 ** (decibel / 20)))
    gap = np.abs(Leveler()(soft) - Leveler()(loud))
    # Where the floor of the logarithm is far below.
    assert gap[-400:][loud[-400:] > 0].max() < 0.1


def test_what_is_quieter_than_any_speech_stays_quiet():
    mel = np.full((6000, 64), -12.0, dtype=np.float32)
    raised = Leveler()(mel) + 12.0
    assert raised[0].max() == pytest.approx(10 / 10 * np.log(10), abs=0.05)
    assert raised[-1].max() == pytest.approx(30 / 10 * np.log(10), abs=0.05)


def test_speech_is_found_and_a_quiet_room_is_not_speech(speech, hush):
    told = judged(np.concatenate([hush(3.0), speech(4.0), hush(3.0)]))
    assert told[:140].mean() < 0.1
    assert told[160:340].mean() > 0.8
    assert told[370:].mean() < 0.1


def test_a_mute_block_says_silence_as_the_net_would(speech, hush):
    sound = np.concatenate([speech(2.0), np.zeros(32_000, dtype=np.float32), hush(0.1)])
    told = judged(sound)
    tracker, skipped = SpeechTracker(NET), []
    for i in range(10):
        part = block_of(sound, i)
        is_loud = tracker.is_audible(part)
        skipped.append(tracker.push(log_mel(part)) if is_loud else tracker.skip())
    assert [len(s) for s in skipped] == [13, *[20] * 9]
    assert not np.concatenate(skipped)[100:143].any()
    assert told[110:143].max() < 0.2


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(MissingWeights, match="speech-v9"):
        SpeechNet(tmp_path / "speech-v9.onnx")


def test_the_card_says_it_is_as_good_as_its_teacher_where_it_must_be():
    card = read_card(WEIGHTS / "speech-v1.card.json")

    def cost(who, of):
        return card.figure(f"detection cost, {who}", of).value

    assert cost("speech-v1", "clean") <= cost("Silero", "clean") + 0.01
    assert cost("speech-v1", "noise 5 dB") <= cost("Silero", "noise 5 dB")


def test_the_open_decoder_finds_speech_by_open_weights_alone():
    card = read_card(WEIGHTS / f"{SPEECH['voice-open-v1']}.card.json")
    assert card.commercial
    assert {row.licence for row in card.data if row.use.startswith("speaks")} == {"CC0-1.0"}
