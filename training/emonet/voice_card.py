"""Write the cards of EmoNet's voice decoders from published figures.

    python -m training.emonet.voice_card --data DIR

`DIR` holds `emonet_voice_bench.csv`: tables 6 and 10 of arXiv 2506.09827.
"""

from __future__ import annotations

import argparse
import csv
import datetime
from pathlib import Path

import numpy as np

from mien.decoders.emonet.suites import Suite, suites
from mien.emotions import EMONET_40, Emotion
from mien.timeline import Card, Channel, Figure, Training
from training.cards import bootstrap, file_sha256, write_card

OUT = Path(__file__).parents[2] / "src" / "mien" / "decoders" / "emonet" / "cards"
COMMAND = "python -m training.emonet.voice_card"
CLIPS_A_LABEL = 300
PUBLISHED = "published by LAION, not measured by Mien"
SIZES = {"small": "Small", "large": "Large", "plus": "Plus"}

LIMITS = (
    "Not yet checked on published weights: `mien models check` compares them with LAION's own "
    "values on LAION's own clips.",
    "Shares are provisional: a quarter for each deviation above the average voice. No human "
    "shares taught them; `mien models calibrate` fits them to a user's own ratings.",
    "Confidence is not calibrated: it is the published rank correlation with raters for the top "
    "emotion, reached in full two deviations above the average voice.",
    "The heads imitate Gemini 2.0 Flash, which scored their training clips; they were never "
    "taught by people.",
    "They were taught on synthetic speech of eleven voices in four languages and on web video; "
    "nobody has published how they do on natural conversation.",
    "Raters of EmoNet-Voice Bench hardly agree among themselves (Cronbach's alpha .138 over all "
    "emotions, below 0 for awe); the figures above are agreement with the mean of two to four.",
    "The average voice comes from 722 clips in six languages; on other languages, children or "
    "telephones every voice may stand out.",
    "Arousal's, valence's and dominance's agreement with people is unpublished; they have no "
    "spread here.",
    "The direction of the pitch attribute (0 high, 4 low) is stated both ways by LAION and "
    "unconfirmed.",
    "There is no neutral head: a neutral voice is one that tells nothing.",
    "Nothing adapts to a person: a low voice may read as sad for as long as it is heard.",
)


def main() -> None:
    """Write the three cards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/laion"))
    for card in cards(parser.parse_args().data):
        write_card(card, OUT)


def cards(folder: Path) -> list[Card]:
    """Of the three sets, with the figures that the file of a folder gives."""
    table = folder / "emonet_voice_bench.csv"
    with table.open(encoding="utf-8") as stream:
        rows = {row["emotion"]: row for row in csv.DictReader(stream)}
    return [
        _card(suite, rows, file_sha256(table))
        for suite in suites().values()
        if suite.channel is Channel.VOICE
    ]


def _card(suite: Suite, rows: dict[str, dict[str, str]], sha256: str) -> Card:
    size = suite.name.rsplit("-", 1)[-1]
    return Card(
        decoder=suite.decoder,
        channel=Channel.VOICE,
        title=f"LAION's Empathic-Insight-Voice {SIZES[size]}: forty emotions in voices",
        covers=EMONET_40,
        dimensions=("valence", "arousal", "dominance"),
        licence="CC-BY-4.0",
        commercial=True,
        calibration="uncalibrated as shares (deviations from the average voice); confidence from "
        "published agreement with raters, uncalibrated",
        data=(
            Training(
                name="EmoNet-Voice Big",
                use="taught LAION's heads, with about as much speech from web video; n in hours",
                licence="CC-BY-4.0",
                n=4_752,
                source="Schuhmann et al. 2025, arXiv 2506.09827",
            ),
            Training(
                name="EmoNet-Voice Bench",
                use="LAION's test; published tables 6 and 10",
                licence="figures from a paper",
                n=12_600,
                source="Schuhmann et al. 2025, arXiv 2506.09827",
                sha256=sha256,
            ),
        ),
        figures=_figures("large" if size == "large" else "small", rows),
        limits=LIMITS,
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        command=COMMAND,
    )


def _figures(column: str, rows: dict[str, dict[str, str]]) -> tuple[Figure, ...]:
    rho = {
        Emotion.parse(name): float(row[f"rho_ei_voice_{column}"])
        for name, row in rows.items()
        if row[f"rho_ei_voice_{column}"]
    }
    values = np.array([rho[emotion] for emotion in EMONET_40])
    low, high = bootstrap(lambda i: float(values[i].mean()), EMONET_40)
    overall = rows["Overall"]
    return (
        Figure(
            name="Spearman, mean over 40 emotions",
            of="EmoNet-Voice Bench",
            value=float(values.mean()),
            low=low,
            high=high,
            n=len(EMONET_40) * CLIPS_A_LABEL,
            clusters="40 emotions",
            chance=0.0,
            note="mean and interval over emotions by Mien, from figures that LAION published",
        ),
        Figure(
            name="Cronbach's alpha among raters",
            of="EmoNet-Voice Bench",
            value=float(overall["alpha"]),
            low=float(overall["alpha_lo"]),
            high=float(overall["alpha_hi"]),
            n=12_600,
            note=f"how far raters agree among themselves; {PUBLISHED}",
        ),
        *(
            Figure(
                name=f"Spearman, {emotion.label}",
                of="EmoNet-Voice Bench",
                value=rho[emotion],
                n=CLIPS_A_LABEL,
                group="by emotion",
                note=PUBLISHED,
            )
            for emotion in EMONET_40
        ),
    )


if __name__ == "__main__":
    main()
