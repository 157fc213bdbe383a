"""Questions in the published form, with other words: tests need no published file."""

from __future__ import annotations

import json
from pathlib import Path

from mien.evals.bench import Setup

NAMES = ("Calm", "Angry", "Proud", "Sad")
REFERENCE = (0, 6, 3, 8)

ENGLISH = """
Someone talks.
[End dialogue]

How do they feel?
{names}

Rate each. Then critique your answer by thinking it through step by step. Finally, give your \
revised scores.

Write this:

First pass scores:
{template}

Critique: <your critique here>

Revised scores:
{template}

[End of answer]

Zero is fine.
"""

FILES = {
    "eq_bench_v2_questions_171.json": ENGLISH,
    "eq_bench_v1_questions_60.json": ENGLISH,
}


def question(prompt=ENGLISH, names=NAMES, fullscale=REFERENCE, normalized=(0, 4, 2, 4)):
    """One question; the intensities are strings and numbers side by side, as published."""
    text = prompt.format(
        names="\n".join(names), template="\n".join(f"{name}: <score>" for name in names)
    )

    def reference(scores):
        return {
            **{f"emotion{i}": name for i, name in enumerate(names, 1)},
            **{f"emotion{i}_score": score for i, score in enumerate(scores, 1)},
        }

    mixed = [str(score) if i % 2 else score for i, score in enumerate(fullscale)]
    return {
        "prompt": text,
        "reference_answer": reference(normalized),
        "reference_answer_fullscale": reference(mixed),
    }


def write_questions(folder: Path, n: int = 6) -> Setup:
    """A folder with `n` questions in the files of versions 1 and 2."""
    for name in FILES:
        plain = {str(i): question() for i in range(1, n + 1)}
        (folder / name).write_text(json.dumps(plain), encoding="utf-8")
    return Setup(data=folder)


def pairs(values, names=NAMES):
    """An answer that can be read."""
    return "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))


def run_file(answers, **about):
    """A run as the published program writes it: `answers` by question, `(first, revised)` each."""
    held = {
        key: {
            name: dict(zip(NAMES, map(str, values), strict=True)) if values else {}
            for name, values in zip(("first_pass", "revised"), both, strict=True)
        }
        for key, both in answers.items()
    }
    return {
        "eqbench_version": "v2",
        "model_path": "some/model",
        "lora_path": "",
        "n_questions_total": about.pop("total", len(answers)),
        "benchmark_score": about.pop("stated", 50.0),
        "run_completed": 1705355058,
        "raw_results": {"1": {"respondent_answers": held, "individual_scores": {}}},
        **about,
    }
