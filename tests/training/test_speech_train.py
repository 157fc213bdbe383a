# ruff: noqa: E402  # what needs an optional library comes after the skip
"""Training of the speech net on made-up mixtures, with a stand-in for the teacher."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from mien.decoders.voice.speech import STEPS_AHEAD
from training.speech.mixtures import FRAMES, STEPS, Mixture, clean_speech, disturbed, mixture
from training.speech.net import SpeechNet, smoothed
from training.speech.train import Recipe, load_shard, train

RATE = 16_000


class LoudnessTeacher:
    """Calls speech what is loud: a real judge, though a crude one."""

    def __call__(self, samples, steps, step):
        power = np.square(samples[: steps * step]).reshape(steps, step).mean(axis=1)
        return (power > 1e-5).astype(np.float32)


def voices(n=3):
    rng = np.random.default_rng(0)
    at = np.arange(RATE) / RATE
    return [
        (0.1 * sum(np.sin(2 * np.pi * k * hertz * at) / k for k in range(1, 9))).astype("f4")
        for hertz in rng.uniform(90, 250, n)
    ]


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("mixtures"), np.random.default_rng(1)
    paths = []
    for number in range(2):
        rows = [mixture(voices(), LoudnessTeacher(), rng) for _ in range(8)]
        path = folder / f"{number:04d}.npz"
        columns = {name: np.stack([getattr(r, name) for r in rows]) for name in Mixture._fields}
        np.savez(path, **columns)
        paths.append(path)
    return paths


def test_mixtures_have_one_shape_and_sometimes_nobody_speaks():
    rng = np.random.default_rng(0)
    spoken = [clean_speech(voices(), rng).any() for _ in range(60)]
    assert 0.05 < 1 - np.mean(spoken) < 0.4
    made = mixture(voices(), LoudnessTeacher(), rng)
    assert made.mel.shape == (FRAMES, 64)
    assert made.teacher.shape == made.energy.shape == (STEPS,)


def test_a_disturbed_recording_never_exceeds_full_scale():
    rng = np.random.default_rng(0)
    for _ in range(10):
        sound = disturbed(clean_speech(voices(), rng), voices(), rng)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() <= 1.0


def test_frames_are_led_by_silence_and_labels_are_shares(shards):
    frames, labels = load_shard(shards[0], 0.6)
    assert frames.shape == (8, FRAMES + 4, 64)
    assert labels.shape == (8, STEPS)
    assert labels.min() >= 0
    assert labels.max() <= 1


def test_what_is_judged_is_heard_200_ms_ahead_and_no_more():
    net = SpeechNet().eval()
    frames = torch.randn(1, 204, 64)
    changed = frames.clone()
    changed[:, 104:] += 1.0
    with torch.no_grad():
        before, after = (smoothed(net.logits(f)[0])[0] for f in (frames, changed))
    first = int(torch.nonzero(before != after)[0, 0])
    # Output i judges step i - STEPS_AHEAD, which begins at frame 2 (i - STEPS_AHEAD), and the
    # four frames of lead come before frame 0.
    judged_frame = 2 * (first - STEPS_AHEAD)
    assert (104 - 4) - judged_frame <= 20


def test_the_tracker_smooths_as_training_does():
    from mien.decoders.voice.speech import BLOCK, Leveler, SpeechTracker, silence

    class Direct:
        """The net itself where the package has its ONNX file."""

        def __init__(self):
            self.net = SpeechNet().eval()

        def begin(self):
            return np.zeros((1, 1, 64), dtype="f4")

        def judge(self, frames, hidden):
            with torch.no_grad():
                told, after = self.net.logits(
                    torch.from_numpy(frames[None]), torch.from_numpy(hidden)
                )
            return told[0].numpy(), after.numpy()

    direct, mel = Direct(), np.random.default_rng(0).normal(-2, 3, (3 * BLOCK, 64)).astype("f4")
    tracker = SpeechTracker(direct)
    told = np.concatenate([tracker.push(mel[i : i + BLOCK]) for i in range(0, len(mel), BLOCK)])
    frames = np.concatenate([silence(4), Leveler()(mel)])
    with torch.no_grad():
        wanted = torch.sigmoid(smoothed(direct.net.logits(torch.from_numpy(frames[None]))[0]))
    np.testing.assert_allclose(told, wanted[0, STEPS_AHEAD:], atol=1e-5)


def test_training_learns_and_goes_on_where_it_stopped(shards, tmp_path):
    recipe = Recipe(epochs=3, batch=4)
    net = train(shards, recipe, 0, tmp_path)
    again = train(shards, recipe, 0, tmp_path)
    for name, value in net.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value, msg=name)
    assert not (tmp_path / "state.pt").exists()


def test_what_is_exported_is_the_mean_of_what_was_trained(tmp_path):
    pytest.importorskip("onnx")
    from mien.decoders.voice.speech import SpeechNet as Loaded
    from training.speech.export import export

    nets = [SpeechNet().eval(), SpeechNet().eval()]
    frames = torch.randn(1, 104, 64)
    with torch.no_grad():
        wanted = torch.stack([net.logits(frames)[0][0] for net in nets]).mean(0).numpy()
    export(nets, tmp_path / "s.onnx")
    loaded = Loaded(tmp_path / "s.onnx")
    told, after = loaded.judge(frames[0].numpy(), loaded.begin())
    np.testing.assert_allclose(told, wanted, atol=1e-5)
    assert after.shape == (2, 1, 64)
