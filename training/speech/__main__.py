"""`python -m training.speech`: from CC0 voices and a teacher to the speech activity net.

    pip download --no-deps silero-vad -d runs/speech
    python -m training.speech --data ../shared/data --out runs/speech --seed 0

Makes mixtures, trains, chooses the threshold on held-out mixtures, measures on hand-labelled
files that never teach nor choose anything, and writes weights and card. Every step is taken
up again where an earlier call was stopped.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from mien.decoders.voice.speech import SpeechNet
from mien.timeline.card import Card, Training
from mien.timeline.reading import Channel
from training.cards import file_sha256, write_card
from training.speech.export import export
from training.speech.figures import measure
from training.speech.mixtures import make_mixtures
from training.speech.teacher import Teacher
from training.speech.train import Recipe, choose_threshold, train
from training.voice.corpora import OPEN, fingerprint

NAME = "speech-v1"
RECIPE = Recipe()
LIMITS = (
    "Extra false alarms lie in pauses of a few tenths of a second: an utterance may begin and "
    "end a little early or late.",
    "Song, and animals or instruments close to a voice, may pass for speech.",
    "Trained on ten German speakers at many speeds; the test files are mostly English, and few.",
    "The noises of the test are twelve recordings; other noises may do better or worse.",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all stages."""
    options = _options(arguments)
    torch.set_num_threads(options.threads)
    data = options.data / "voice"
    wheel = options.wheel or next(iter(sorted(options.out.glob("silero_vad-*.whl"))))
    mixtures = options.out / "mixtures"
    shards = make_mixtures(data, mixtures, OPEN, wheel, options.shards, options.threads)
    net = train(shards, RECIPE, options.seed, options.out / f"net-s{options.seed}")
    threshold = choose_threshold(net, shards[: RECIPE.held_out], RECIPE)
    path = options.weights / f"{NAME}.onnx"
    export(net, path, threshold)
    found = measure(SpeechNet(path), Teacher(wheel), data / "activity")
    curve = json.loads((options.out / f"net-s{options.seed}" / "curve.json").read_text())
    config = {"seed": options.seed, "shards": options.shards, "threshold": threshold}
    write_card(
        _card(data, wheel, found, threshold, options.seed),
        options.weights,
        curve=curve,
        config={**config, **asdict(RECIPE)},
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    default = Path(os.environ.get("MIEN_DATA", "../shared/data"))
    parser = argparse.ArgumentParser(prog="python -m training.speech", description=__doc__)
    parser.add_argument("--data", type=Path, default=default, help="folder with voice/")
    parser.add_argument("--out", type=Path, default=Path("runs/speech"))
    parser.add_argument("--wheel", type=Path, help="silero-vad's wheel; default: in --out")
    parser.add_argument("--shards", type=int, default=24, help="of 200 mixtures each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, help="where weights and card go; default: --out")
    options = parser.parse_args(arguments)
    options.weights = options.weights or options.out
    return options


def _card(data: Path, wheel: Path, found: Sequence, threshold: float, seed: int) -> Card:
    return Card(
        decoder=NAME,
        channel=Channel.VOICE,
        title="Finds speech: a causal net of 36 thousand parameters, 120 ms of look-ahead",
        covers=(),
        licence="CC0-1.0",
        commercial=True,
        calibration=(
            f"0.5 is where the held-out mixtures cost least: {threshold:.2f} before the last "
            "bias was moved"
        ),
        data=(
            Training(
                name="EmoDB",
                use="speaks in the mixtures; noise, rooms and levels are synthetic",
                licence="CC0-1.0",
                n=535,
                source="Burkhardt et al. 2005, as published in audb",
                sha256=fingerprint(data / "emodb"),
            ),
            Training(
                name="Silero VAD",
                use="teaches: its judgement of the clean mixtures is 0.6 of the label",
                licence="MIT",
                n=1,
                source=f"{wheel.name} on PyPI",
                sha256=file_sha256(wheel),
            ),
            Training(
                name="labelled speech, noises and rooms",
                use="tests only",
                licence="Apache-2.0 with conditions; Apache-2.0; MIT",
                n=15,
                source="ten-vad test set, speechbrain test samples, audiomentations demo",
                sha256=file_sha256(data / "activity" / "speech.zip"),
            ),
        ),
        figures=tuple(found),
        limits=LIMITS,
        seed=seed,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command="python -m training.speech",
    )


if __name__ == "__main__":
    main()
