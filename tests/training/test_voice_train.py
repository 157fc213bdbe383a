# ruff: noqa: E402  # what needs an optional library comes after the skip
"""Training of the voice net on a made-up corpus of a few seconds."""

import csv

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")
soundfile = pytest.importorskip("soundfile")

from mien.decoders.voice.features import GAIN_SHIFTED, N_STATISTICS
from training.voice import store
from training.voice.bank import CROP, Bank, Draw
from training.voice.corpora import LABELS, read_clips
from training.voice.net import VoiceNet
from training.voice.predict import Pair
from training.voice.summary import SummaryNet
from training.voice.train import Recipe, train

RECIPE = Recipe(epochs=2, clips=16, batch=8, draw=Draw(clean=0.5))
EMOTIONS = ("anger", "neutral", "sadness")


def voice(rng, seconds):
    at = np.arange(int(16_000 * seconds)) / 16_000
    hertz = rng.uniform(90, 250)
    return (0.1 * sum(np.sin(2 * np.pi * k * hertz * at) / k for k in range(1, 9))).astype("f4")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two speakers, three emotions, three takes, posing as emodb."""
    folder = tmp_path_factory.mktemp("data") / "emodb"
    folder.mkdir()
    rng, rows = np.random.default_rng(0), []
    for speaker in ("a", "b"):
        for emotion in EMOTIONS:
            for take in range(3):
                name = f"{speaker}{emotion}{take}.wav"
                soundfile.write(folder / name, voice(rng, rng.uniform(0.6, 2.6)), 16_000)
                rows.append((name, "emodb", speaker, "female", emotion, "", "CC0-1.0"))
    with (folder / "clips.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("file", "corpus", "speaker", "sex", "emotion", "intensity", "licence"), *rows]
        )
    return folder.parent


@pytest.fixture(scope="module")
def kept(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    for condition in store.TRAINING:
        store.make_copy(data, folder, "emodb", condition)
    return folder


@pytest.fixture(scope="module")
def bank(data, kept):
    return Bank(kept, read_clips(data / "emodb"))


def test_a_copy_keeps_every_clip_and_is_made_once(data, kept):
    copy = store.load_copy(kept, "emodb", "clean")
    assert len(copy) == len(read_clips(data / "emodb"))
    for i in range(len(copy)):
        mel, pitch = copy.clip(i)
        assert len(pitch) == (len(mel) + 1) // 2
    before = (kept / "emodb" / "clean.npz").stat().st_mtime_ns
    store.make_copy(data, kept, "emodb", "clean")
    assert (kept / "emodb" / "clean.npz").stat().st_mtime_ns == before


def test_gain_is_taken_out_of_the_kept_statistics(kept):
    clean, noisy = (store.load_copy(kept, "emodb", name) for name in ("clean", "faster"))
    moved = (noisy.statistics - clean.statistics)[:, GAIN_SHIFTED[:] == 1][:, -2:]
    assert np.abs(moved).max() < 1.5  # gains of -15 to +10 dB would move it by up to 3.5


def test_labels_are_drawn_evenly_and_only_teachers_are_drawn(bank):
    teach = bank.speakers == "a"
    odds = bank.odds(teach, Draw())
    assert odds[~teach].sum() == 0
    shares = [
        odds[bank.labels == LABELS.index(label)].sum() for label in ("angry", "neutral", "sad")
    ]
    np.testing.assert_allclose(shares, 1 / 3)


def test_batches_hold_what_the_net_needs(bank):
    everyone = np.ones(len(bank.clips), dtype=bool)
    chosen = np.arange(len(bank.clips))
    batch = bank.batch(chosen, bank.neutrals(everyone), Draw(), np.random.default_rng(0))
    assert batch.mel.shape == (len(chosen), CROP, 64)
    assert batch.pitch.shape == (len(chosen), CROP // 2, 2)
    assert batch.relative.shape == (len(chosen), N_STATISTICS)
    assert batch.allowed.sum(axis=1).tolist() == [3] * len(chosen)
    assert np.isfinite(batch.mel).all()


def test_without_a_reference_the_statistics_do_not_matter():
    net = VoiceNet().eval()
    mel, pitch = torch.randn(2, 150, 64), torch.rand(2, 75, 2)
    one, other = (net(mel, pitch, torch.randn(2, N_STATISTICS), torch.zeros(2, 1)) for _ in "ab")
    torch.testing.assert_close(one.labels, other.labels)


def test_the_net_does_not_hear_gain():
    net = VoiceNet().eval()
    mel, pitch = torch.randn(1, 150, 64), torch.rand(1, 75, 2)
    nothing = torch.zeros(1, N_STATISTICS), torch.zeros(1, 1)
    torch.testing.assert_close(
        net(mel, pitch, *nothing).labels, net(mel + 2.0, pitch, *nothing).labels, atol=1e-4, rtol=0
    )


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(bank, tmp_path, monkeypatch):
    everyone = np.ones(len(bank.clips), dtype=bool)
    whole = train(bank, everyone, RECIPE, 0, tmp_path / "whole")
    from training.voice.train import _Run

    one_epoch = _Run.one_epoch

    def stop_in_the_second(self):
        if self.epoch == 1:
            raise KeyboardInterrupt
        one_epoch(self)

    monkeypatch.setattr(_Run, "one_epoch", stop_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        train(bank, everyone, RECIPE, 0, tmp_path / "parts")
    monkeypatch.setattr(_Run, "one_epoch", one_epoch)
    parts = train(bank, everyone, RECIPE, 0, tmp_path / "parts")
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(parts.state_dict()[name], value, msg=name)


def test_gain_does_not_move_what_the_summary_says():
    net, still = SummaryNet().eval(), (torch.zeros(1, N_STATISTICS), torch.zeros(1, 1))
    whole = torch.randn(1, N_STATISTICS)
    louder = whole + 3.0 * torch.from_numpy(GAIN_SHIFTED)
    torch.testing.assert_close(net(whole, *still)[0], net(louder, *still)[0], atol=1e-4, rtol=0)


def test_what_is_exported_is_what_was_trained(bank, tmp_path):
    pytest.importorskip("onnx")
    from mien.decoders.session import metadata, open_session
    from mien.decoders.voice.readout import Readout
    from training.voice.export import Mean, export

    pairs = [Pair(VoiceNet().eval(), SummaryNet().eval()) for _ in range(2)]
    facts = {
        "labels": list(LABELS),
        "temperature": 1.5,
        "doubt": 0.5,
        "least_confidence": 0.4,
        "spread": 0.2,
        "neutral": [0.0] * 10,
        "affect_scale": [1.0, 1.1],
    }
    export(pairs, tmp_path / "v.onnx", facts)
    session = open_session(tmp_path / "v.onnx")
    assert Readout.from_metadata(metadata(session)).labels == LABELS
    for frames in (50, 133, 998):
        inputs = (
            torch.randn(1, frames, 64),
            torch.rand(1, (frames + 1) // 2, 2),
            torch.randn(1, N_STATISTICS),
            torch.randn(1, N_STATISTICS),
            torch.ones(1, 1),
        )
        with torch.no_grad():
            wanted = Mean(pairs)(*inputs)[0]
        names = ("mel", "pitch", "statistics", "relative", "known")
        fed = dict(zip(names, map(np.asarray, inputs), strict=True))
        np.testing.assert_allclose(session.run(None, fed)[0], wanted, atol=1e-4)
