"""Whether pulled weights give here what they gave their publisher."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from mien.assets import Shelf, find, mark_checked
from mien.core.config import Config
from mien.core.errors import ConfigError, MissingWeights
from mien.core.paths import models_folder
from mien.decoders.emonet.checks.comparing import (
    FACE,
    VOICE,
    Finding,
    Score,
    Verdict,
    compare,
    judge,
)
from mien.decoders.emonet.checks.published import GOLDEN, Example, face_examples, voice_examples
from mien.decoders.emonet.face_readout import SENSIBLE
from mien.decoders.emonet.install import Installed, encoder_folder, installed
from mien.decoders.emonet.suites import Suite, suites
from mien.timeline.reading import Channel

PORTRAIT = Path(__file__).parents[1] / "data" / "portrait.jpg"
"""The face of Eileen Collins (NASA, public domain): some face, of which nothing is published."""

LOWEST, HIGHEST = SENSIBLE

MOST_PHOTOGRAPHS = 32
"""Each costs seconds on a CPU, and has 44 values."""

LONGEST = 30.0
"""Seconds of a recording that are looked at, as LAION did."""


def check(name: str, config: Config, *, inputs: Path | None = None) -> Finding:
    """Run a set on its publisher's examples; a check that passed is written beside the weights.

    Args:
        name: Of a set of EmoNet.
        config: Settings.
        inputs: For face sets, a folder with some of the photographs of the golden file, named
            `NNNN_<Label>.jpg`.

    Raises:
        ConfigError: If nothing was published about that asset, or `inputs` is no folder.
        MissingWeights: If the set, its encoder or the examples are not here.
        BadWeights: If a file is damaged.
        AssetError: If the examples are damaged or the disk refuses.
    """
    suite = suites().get(name)
    if suite is None:
        raise ConfigError(f"nothing is published to check {name!r} with: choose from {_known()}")
    here = installed(suite, config)
    if suite.channel is Channel.VOICE:
        finding = check_voice(suite, voice_examples(_examples(suite, config)), _voice(here, config))
    else:
        found = []
        if inputs is not None:
            found = face_examples(_examples(suite, config) / GOLDEN, _folder(inputs), suite)
        finding = check_face(suite, found, _face(here, config))
    if finding.verdict is Verdict.PASSED:
        shelf = Shelf(models_folder(config))
        mark_checked(name, _plain(finding), shelf)
    return finding


def check_voice(suite: Suite, examples: Iterable[Example], score: Score) -> Finding:
    """Compare a voice set with what is published of Voice-Plus, whose 55 heads are Voice-Small's.

    Args:
        suite: Which set.
        examples: Recordings and their values.
        score: What is checked.
    """
    rows = compare(examples, score)
    if suite.name == "emonet-voice-large":
        note = (
            "the published values are of Voice-Plus, whose 55 heads are those of Voice-Small; "
            "none are published of Voice-Large: the table shows how far the two are apart"
        )
        return Finding(suite.name, Verdict.OPEN, rows, VOICE, _against(suite), (note,))
    if not rows:
        note = "none of the heads that are here is among the published values: pull all of them"
        return Finding(suite.name, Verdict.OPEN, rows, VOICE, _against(suite), (note,))
    return Finding(suite.name, judge(rows, VOICE), rows, VOICE, _against(suite))


def check_face(suite: Suite, examples: list[Example], score: Score) -> Finding:
    """Compare a face set with the golden file, or with what scores can be if there are no photos.

    Args:
        suite: Which set.
        examples: Photographs and their values; may be empty.
        score: What is checked.
    """
    step = max(1, -(-len(examples) // MOST_PHOTOGRAPHS))
    rows = compare(examples[::step], score)
    if rows:
        notes: tuple[str, ...] = ()
        verdict = judge(rows, FACE)
        if verdict is Verdict.DIFFERS:
            notes = ("LAION does not say which of the two face sets the golden file is of",)
        return Finding(suite.name, verdict, rows, FACE, _against(suite), notes)
    wrong = {
        head: value for head, value in score(PORTRAIT).items() if not LOWEST <= value <= HIGHEST
    }
    if wrong:
        told = ", ".join(f"{head} {value:.2f}" for head, value in wrong.items())
        note = (
            f"scores of the bundled portrait lie outside [{LOWEST:g}, {HIGHEST:g}], so its "
            f"embedding was fed wrongly: {told}"
        )
        return Finding(suite.name, Verdict.DIFFERS, (), FACE, _against(suite), (note,))
    note = (
        f"all scores of the bundled portrait lie in [{LOWEST:g}, {HIGHEST:g}]; no photograph of "
        "the golden file was at hand to compare values: name a folder that holds some of its "
        f"`NNNN_<Label>.jpg` (FERD) with `mien models check {suite.name} --inputs DIR`"
    )
    return Finding(suite.name, Verdict.OPEN, (), FACE, _against(suite), (note,))


def _voice(here: Installed, config: Config) -> Score:
    from mien.decoders.emonet.heads.voice import VoiceHeads
    from mien.decoders.emonet.whisper import Encoder
    from mien.media import open_source

    heads = VoiceHeads.open(here, config)
    encoder = Encoder.open(encoder_folder("bude-whisper", config), config)

    def score(path: Path) -> Mapping[str, float]:
        with open_source(path, end=LONGEST) as source:
            samples = np.concatenate([block.samples for block in source.sound()])
        (scores,) = heads.score(encoder.embed([samples[: encoder.longest]]))
        return {head.key: float(x) for head, x in zip(heads.heads, scores, strict=True)}

    return score


def _face(here: Installed, config: Config) -> Score:
    from mien.decoders.emonet.heads.face import FaceHeads
    from mien.decoders.emonet.siglip import Tower
    from mien.media import open_source

    heads = FaceHeads.open(here, config)
    tower = Tower.open(encoder_folder("siglip2", config), config)

    def score(path: Path) -> Mapping[str, float]:
        with open_source(path) as source:
            frame = next(source.pictures()).frame
        (scores,) = heads.score(tower.embed([frame]))
        return {head.key: float(x) for head, x in zip(heads.heads, scores, strict=True)}

    return score


def _examples(suite: Suite, config: Config) -> Path:
    name = find(suite.name).examples
    found = Shelf(models_folder(config)).installed(find(name))
    if found is None:
        raise MissingWeights(f"{name} is not here: run `mien models pull {name}`")
    return found.parent


def _folder(inputs: Path) -> Path:
    if not inputs.is_dir():
        raise ConfigError(f"{inputs} is no folder: name the one that holds the photographs")
    return inputs


def _against(suite: Suite) -> str:
    examples = find(find(suite.name).examples)
    return f"{examples.repository} @ {examples.revision}"


def _known() -> str:
    return ", ".join(suites())


def _plain(finding: Finding) -> dict[str, object]:
    from mien import __version__

    return {
        "mien": __version__,
        "against": finding.against,
        "n": len(finding.rows),
        "mean": finding.mean,
        "worst": finding.worst,
    }
