"""Write `decoders/emonet/data/emonet.toml` from LAION's own files.

    python -m training.emonet.constants --data DIR

`DIR` holds `emotions40.json`, `baseline_stats.json`, `voice_attributes.json` and
`emonet_voice_bench.csv`.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import mien.decoders.emonet
from mien.emotions import Emotion

OUT = Path(mien.decoders.emonet.__file__).parent / "data" / "emonet.toml"

# Low end first, high end second: two of the published names run the other way round.
KEYS = {
    "Valence": "valence",
    "Arousal": "arousal",
    "Submissive_vs._Dominant": "dominance",
    "Age": "age",
    "Gender": "gender",
    "Serious_vs._Humorous": "serious_humorous",
    "Vulnerable_vs._Emotionally_Detached": "vulnerable_detached",
    "Confident_vs._Hesitant": "confident_hesitant",
    "Warm_vs._Cold": "cold_warm",
    "Monotone_vs._Expressive": "monotone_expressive",
    "High-Pitched_vs._Low-Pitched": "high_low_pitched",
    "Soft_vs._Harsh": "harsh_soft",
    "Authenticity": "artificial_genuine",
    "Recording_Quality": "recording_quality",
    "Background_Noise": "background_noise",
}
DIMENSIONS = ("valence", "arousal", "dominance")
PROTECTED = ("age", "gender")

HEADER = """\
# Published numbers of LAION's EmoNet, written by `python -m training.emonet.constants`.
# Neutral means: recovered from eval/results/ferd.jsonl of LAION-AI/emonet-face @ f4d4dabc
# (CC-BY-4.0); LAION does not say whether they belong to Face Small or Large.
# The average voice: baseline_stats.json of LAION-AI/procedural-voice-captions @ 042cab6a,
# 722 clips in six languages.
# Agreement: Spearman correlation with raters and Cronbach's alpha among them, EmoNet-Voice
# Bench, tables 6 and 10 of arXiv 2506.09827.
# Heads of the voice sets: the report text of LAION's public Colab (CC-BY-4.0).
"""


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/laion"))
    folder = parser.parse_args().data
    read = {p: json.loads((folder / f"{p}.json").read_text()) for p in FILES}
    with (folder / "emonet_voice_bench.csv").open(encoding="utf-8") as stream:
        bench = list(csv.DictReader(stream))
    OUT.write_text(HEADER + render(**read, bench=bench), encoding="utf-8")


FILES = ("emotions40", "baseline_stats", "voice_attributes")


def render(
    emotions40: dict[str, Any],
    baseline_stats: dict[str, Any],
    voice_attributes: dict[str, Any],
    bench: list[dict[str, str]],
) -> str:
    """The file's text."""
    lines = ["", "[face.neutral]"]
    lines += [
        f"{Emotion.parse(e['name'])} = {e['face_neutral_mean']!r}" for e in emotions40["emotions"]
    ]
    lines += ["", "[face.dimensions]"]
    lines += [f"{e['name']} = {e['face_neutral_mean']!r}" for e in emotions40["face_extra_heads"]]
    lines += ["", "[voice.average]"]
    for name, row in baseline_stats.items():
        if row.get("group") == "emonet":
            values = ", ".join(f"{k} = {row[k]!r}" for k in ("median", "spread", "p90", "n"))
            lines.append(f"{Emotion.parse(name)} = {{ {values} }}")
    lines += ["", "[voice.agreement]"]
    lines += [
        f"{Emotion.parse(row['emotion'])} = {{ small = {float(row['rho_ei_voice_small'])}, "
        f"large = {float(row['rho_ei_voice_large'])}, alpha = {float(row['alpha'])} }}"
        for row in bench
        if row["emotion"] not in ("Authenticity", "Arousal", "Overall")
    ]
    for row in voice_attributes["attributes"]:
        lines += _head(row, KEYS[row["name"]])
    for row in voice_attributes["quality"]:
        stem = row["name"]
        lines += [
            "",
            f'[voice.heads."{stem}"]',
            f'key = "{stem.removeprefix("score_")}"',
            'role = "quality"',
            f"low = {row['roughly'][0]}",
            f"high = {row['roughly'][1]}",
            f'distilled_from = "{row["distilled_from"]}"',
        ]
    return "\n".join(lines) + "\n"


def _head(row: dict[str, Any], key: str) -> list[str]:
    role = "dimension" if key in DIMENSIONS else "attribute"
    lines = [
        "",
        f'[voice.heads."{row["name"]}"]',
        f'key = "{key}"',
        f'role = "{role}"',
        f"low = {row['low']}",
        f"high = {row['high']}",
        f'low_means = "{row["low_means"]}"',
        f'high_means = "{row["high_means"]}"',
    ]
    if row["neutral"] is not None:
        lines.append(f"neutral = {row['neutral']}")
    if key in PROTECTED:
        lines.append("protected = true")
    return lines


if __name__ == "__main__":
    main()
