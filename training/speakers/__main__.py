"""`python -m training.speakers`: from voices to the net that tells them apart.

    python -m training.speakers --data ../shared/data --out runs/speakers --weights runs/speakers

Trains three nets: without a first third of the speakers, on whom the manner of grouping is
chosen; without a second third, who give the figures of corpora that were trained on; and with
all, which ships and is tested on a corpus that never teaches. A net that is there is not trained
again.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from mien.decoders.voice.diarize import NAME, Manner
from mien.decoders.voice.embedding import SpeakerNet
from mien.decoders.voice.speech import SpeechNet
from mien.timeline.card import Card, Figure
from mien.timeline.reading import Channel
from training.cards import write_card
from training.speakers.choose import MOST_SPLIT, choose
from training.speakers.export import export
from training.speakers.measure import KINDS, listen, measure, voices_of
from training.speakers.pairs import equal_error_rates
from training.speakers.train import Recipe, Voices, kept, train
from training.voice.card import trained_on
from training.voice.corpora import TAUGHT, read_corpora, speaker_folds

RECIPE = Recipe()
FINAL = replace(RECIPE, steps=2800)
"""Longer, as it has half as many speakers again to learn."""
TESTED = "ased"
LIMITS = (
    "One stretch of speech is one voice's: where two speak at once, one of them is missed.",
    "The conversations of the test are made of acted sentences by people who never met, in "
    "studios; no recorded conversation was at hand to test on.",
    "Voices of the same sex whose emotion changes much are often taken for one person where the "
    "number is not told; `--people N` helps.",
    "The two people of a made conversation come from one corpus, so that a room gives nobody "
    "away; a corpus may still have recorded its speakers on different days.",
    "Taught by 43 speakers of English, Polish and German, at five speeds each.",
    "It tells the voices of one recording apart and cannot find a person again in another one; "
    "no vector is written anywhere.",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all stages."""
    options = _options(arguments)
    torch.set_num_threads(options.threads)
    data, out = options.data / "voice", options.out
    clips = read_corpora(data, TAUGHT)
    fold_of = dict(zip((c.speaker for c in clips), speaker_folds(clips).tolist(), strict=True))
    speech = SpeechNet(options.speech)

    def net(held_out: int | None, manner: Manner) -> SpeakerNet:
        name = "all" if held_out is None else f"without-{held_out}"
        unheard = {who for who, fold in fold_of.items() if fold == held_out}
        trained = kept(out / name)
        if trained is None:
            voices = Voices(data, out / "frames", TAUGHT)
            recipe = FINAL if held_out is None else RECIPE
            trained = train(voices, unheard, recipe, options.seed, out / name)
        export(trained, out / f"{name}.onnx", manner)
        return SpeakerNet(out / f"{name}.onnx")

    chosen_by = (speech, net(0, Manner()))
    voices = voices_of(data, TAUGHT, lambda who: fold_of[who] == 0)
    kinds = {people: [k for k in KINDS if k.people == people and not k.change] for people in (1, 2)}
    ones = [h for kind in kinds[1] for h in listen(voices, kind, options.n, chosen_by, 1)]
    twos = [h for kind in kinds[2] for h in listen(voices, kind, options.n, chosen_by, 1)]
    manner = choose(ones, twos)
    print(json.dumps(asdict(manner)), flush=True)
    final = net(None, manner)
    tests = (
        (voices_of(data, (TESTED,), lambda _: True), "ASED", final),
        (
            voices_of(data, TAUGHT, lambda who: fold_of[who] == 1),
            "RAVDESS, nEMO and EmoDB",
            net(1, manner),
        ),
    )
    figures: list[Figure] = []
    for voices, of, tested in tests:
        figures += equal_error_rates(voices, of, tested, options.seed)
        figures += measure(voices, of, (speech, tested), manner, options.n, 2)
    export_path = options.weights / f"{NAME}.onnx"
    options.weights.mkdir(parents=True, exist_ok=True)
    export_path.write_bytes((out / "all.onnx").read_bytes())
    card = _card(data, figures, manner, options.seed)
    curve = json.loads((out / "all" / "curve.json").read_text())
    write_card(card, options.weights, curve=curve, config=asdict(FINAL) | asdict(manner))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    default = Path(os.environ.get("MIEN_DATA", "../shared/data"))
    parser = argparse.ArgumentParser(prog="python -m training.speakers", description=__doc__)
    parser.add_argument("--data", type=Path, default=default, help="folder with voice/")
    parser.add_argument("--out", type=Path, default=Path("runs/speakers"))
    parser.add_argument(
        "--speech", type=Path, default=Path("src/mien/decoders/voice/weights/speech-v1.onnx")
    )
    parser.add_argument("--n", type=int, default=30, help="made recordings of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, help="where weights and card go; default: --out")
    options = parser.parse_args(arguments)
    options.weights = options.weights or options.out
    return options


def _card(data: Path, figures: Sequence[Figure], manner: Manner, seed: int) -> Card:
    use = "teaches; a third of its speakers at a time is held out"
    return Card(
        decoder=NAME,
        channel=Channel.VOICE,
        title="Tells the voices of one recording apart: a time-delay net, and grouping",
        covers=(),
        licence="CC-BY-NC-SA-4.0",
        commercial=False,
        calibration=(
            f"grouping chosen on held-out speakers so that at most {MOST_SPLIT:.0%} of one-person "
            f"recordings are split; whoever is less than {manner.sure:.0%} sure is not named"
        ),
        data=(
            *(replace(row, use=use) for row in trained_on(data, TAUGHT, ())),
            *(replace(row, use="tests only") for row in trained_on(data, (TESTED,), ())),
        ),
        figures=tuple(figures),
        limits=LIMITS,
        seed=seed,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command="python -m training.speakers",
    )


if __name__ == "__main__":
    main()
