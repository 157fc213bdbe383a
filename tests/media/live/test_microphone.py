"""A microphone that plays what a test gives it."""

import sys

import numpy as np
import pytest

from mien.core.errors import ConfigError, MissingExtra, SourceNotFound, UnreadableSource
from mien.media import SoundStream
from mien.media.live.microphone import Input, Microphone, choose_input
from mien.media.live.portaudio import PortAudio
from tests.data import ROOT

INPUTS = [
    Input(1, "Built-in Microphone", 1, 16_000),
    Input(4, "Headset", 2, 48_000, is_default=True),
    Input(5, "Headset (monitor)", 2, 48_000),
]


class Played:
    """A sound system whose devices hand over some blocks as soon as they are opened.

    Attributes:
        closed: How many devices were let go of.
    """

    def __init__(self, blocks, gaps=(), ends=True):
        self.blocks, self.gaps, self.ends = blocks, gaps, ends
        self.closed = 0

    def inputs(self):
        return INPUTS

    def record(self, device, channels, hear, end):
        for i, block in enumerate(self.blocks):
            hear(block, i in self.gaps)
        if self.ends:
            end()
        return self

    def close(self):
        self.closed += 1


def blocks_of(n, channels=1, size=1_600):
    return [np.full((size, channels), 0.1, np.float32) for _ in range(n)]


def test_what_is_heard_comes_out_on_one_clock():
    system = Played(blocks_of(10))
    stream = SoundStream(Microphone(system, INPUTS[0]))
    blocks = list(stream.sound())
    assert sum(len(block.samples) for block in blocks) == 16_000
    assert [block.start for block in blocks] == pytest.approx([i / 10 for i in range(10)])
    assert stream.level == pytest.approx(0.1)
    assert system.closed == 1


def test_a_microphone_that_vanishes_is_told_and_nothing_is_lost():
    stream = SoundStream(Microphone(Played(blocks_of(3)), INPUTS[0]))
    assert sum(len(block.samples) for block in stream.sound()) == 4_800
    assert "is gone" in stream.fault.reason
    assert "is gone" in stream.skipped()[0].reason


def test_a_microphone_that_falls_silent_without_a_word_is_gone_too():
    system = Played(blocks_of(3), ends=False)
    stream = SoundStream(Microphone(system, INPUTS[0], patience=0.01))
    assert sum(len(block.samples) for block in stream.sound()) == 4_800
    assert stream.fault is not None
    assert system.closed == 1


def test_a_stop_is_no_fault_and_what_waits_is_still_heard():
    stream = SoundStream(Microphone(Played(blocks_of(5), ends=False), INPUTS[0]))
    blocks = stream.sound()
    first = next(blocks)
    stream.stop()
    assert len(first.samples) + sum(len(block.samples) for block in blocks) == 8_000
    assert stream.fault is None


def test_what_comes_faster_than_it_is_read_is_lost_in_bounded_memory_and_counted():
    stream = SoundStream(Microphone(Played(blocks_of(400)), INPUTS[0]))
    heard = sum(len(block.samples) for block in stream.sound())
    assert heard == 300 * 1_600
    assert stream.heard == pytest.approx(40.0)
    assert any("faster" in part.reason and "10.0 s" in part.reason for part in stream.skipped())


def test_what_was_lost_before_a_microphone_fell_silent_is_counted():
    system = Played(blocks_of(400), ends=False)
    stream = SoundStream(Microphone(system, INPUTS[0], patience=0.01))
    list(stream.sound())
    assert stream.heard == pytest.approx(40.0)
    assert any("10.0 s" in part.reason for part in stream.skipped())


def test_a_gap_that_the_driver_tells_is_counted():
    stream = SoundStream(Microphone(Played(blocks_of(4), gaps={2}), INPUTS[0]))
    list(stream.sound())
    assert any("faster" in part.reason for part in stream.skipped())


def test_a_device_is_chosen_by_default_number_or_part_of_its_name():
    assert choose_input(INPUTS).number == 4
    assert choose_input(INPUTS, "1").number == 1
    assert choose_input(INPUTS, "BUILT").number == 1
    assert choose_input(INPUTS, "Headset").number == 4
    assert choose_input(INPUTS, "monitor").number == 5
    assert choose_input(INPUTS[:1]).number == 1


def test_a_device_that_is_not_there_or_not_one_is_refused():
    with pytest.raises(SourceNotFound, match="none"):
        choose_input([])
    with pytest.raises(SourceNotFound, match="list-devices"):
        choose_input(INPUTS, "9")
    with pytest.raises(ConfigError, match="several"):
        choose_input(INPUTS, "head")
    with pytest.raises(ConfigError, match="1 channels"):
        Microphone(Played([]), INPUTS[0], channels=2)


def test_without_the_extra_an_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingExtra, match=r"mien\[live\]"):
        PortAudio()


def test_without_portaudio_an_error_says_what_to_install(monkeypatch, tmp_path):
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(UnreadableSource, match="libportaudio2"):
        PortAudio()


def test_a_device_that_does_not_open_is_told(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests/fakes/sounddevice")
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    system = PortAudio()
    headset = choose_input(system.inputs(), "Headset")
    assert [one.is_default for one in system.inputs()] == [True, False]
    with pytest.raises(UnreadableSource, match="Device unavailable"):
        list(SoundStream(Microphone(system, headset)).sound())
