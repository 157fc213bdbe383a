"""EmoBench in miniature: its files and their layout, with other words."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

SIZE = 200

WORDS = {
    "Prompts": {
        "System": {"en": "Answer by letter.", "zh": "只答字母。"},
        "System_cot": {"en": "Think, then answer.", "zh": "先想再答。"},
        "EA": {
            "en": "{scenario} What {q_type} for {subject}?\n{choices}\n",
            "zh": "{scenario}{subject}{q_type}？\n{choices}\n",
        },
        "EU": {
            "Emotion": {
                "en": "{scenario} {subject}?\n{choices}\n",
                "zh": "{scenario}{subject}？\n{choices}\n",
            },
            "Cause": {
                "en": "{scenario} Why {emotions}, {subject}?\n{choices}\n",
                "zh": "{scenario}{subject}为什么{emotions}？\n{choices}\n",
            },
        },
        "no_cot": {"en": "Letter:", "zh": "字母:"},
        "cot": {"en": "Step by step:", "zh": "一步步:"},
    }
}

YAML = {
    "prompts.yaml": """
sys: {en: "Choose.\\n", zh: "选。\\n"}
EA: {en: "{scenario} {subject} {q_type}\\n{choices}", zh: "{scenario}{subject}{q_type}\\n{choices}"}
EU:
  en: "{scenario} {subject}\\n1:\\n{emo_choices}\\n2:\\n{cause_choices}"
  zh: "{scenario}{subject}\\n1:\\n{emo_choices}\\n2:\\n{cause_choices}"
""",
    "response.yaml": """
base: {en: "JSON:", zh: "JSON："}
cot: {en: "Reason, then JSON:", zh: "推理，然后JSON："}
EA: {en: '"answer": "<letter>"', zh: '"answer": "<字母>"'}
EU: {en: '"answer_q1": "<letter>"', zh: '"answer_q1": "<字母>"'}
reasoning: {en: '"reasoning": "<steps>"', zh: '"reasoning": "<步骤>"'}
""",
}


def turned(choices: list[str], by: int) -> list[str]:
    """Options in another order."""
    by %= len(choices)
    return choices[by:] + choices[:by]


def choices_of(number: int, what: str, n: int) -> list[str]:
    """Invented options."""
    return [f"{what} {number} {place}" for place in "uvwxyz"[:n]]


def ea_2024(number: int, order: int) -> dict[str, Any]:
    """An item of application; the right option is the first in the first order."""
    held = turned(choices_of(number, "do", 4), order)
    right = f"do {number} u"
    return {
        "Problem": "Self",
        "Relationship": "Social",
        "Question": {"en": "Action", "zh": "行动"},
        "Scenario": {"en": f"Scene {number}.", "zh": f"情景{number}。"},
        "Subject": {"en": "Ada", "zh": "艾达"},
        "Choices": {"en": held, "zh": held},
        "Label": held.index(right),
    }


def eu_2024(number: int, order: int) -> dict[str, Any]:
    """An item of understanding; right are the second emotion and the first cause."""
    parts = {}
    for name, what, n, right in (("Emotion", "feel", 6, "v"), ("Cause", "why", 4, "u")):
        held = turned(choices_of(number, what, n), order)
        label = f"{what} {number} {right}"
        parts[name] = {
            "Choices": {"en": held, "zh": held},
            "Label": {"en": label, "zh": label},
        }
    return {
        "Category": "faux_pas",
        "Scenario": {"en": f"Scene {number}.", "zh": f"情景{number}。"},
        "Subject": {"en": "Ada", "zh": "艾达"},
        **parts,
    }


def write_2024(folder: Path) -> Path:
    """The files of the paper's protocol, as they lie in the publisher's repository."""
    for test, make in (("EA", ea_2024), ("EU", eu_2024)):
        (folder / test).mkdir(parents=True)
        for order, name in enumerate(("data", *(f"data_permute_{i}" for i in (1, 2, 3)))):
            rows = [make(number, order) for number in range(1, SIZE + 1)]
            (folder / test / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "dicts.json").write_text(json.dumps(WORDS), encoding="utf-8")
    return folder


def write_2025(folder: Path) -> Path:
    """The files of the present protocol."""
    folder.mkdir(parents=True, exist_ok=True)
    ea = [
        {
            "qid": str(number),
            "language": language,
            "category": "Social-Self",
            "question type": "Action",
            "scenario": f"Scene {number}.",
            "subject": "Ada",
            "choices": choices_of(number, "do", 4),
            "label": f"do {number} v",
        }
        for language in ("en", "zh")
        for number in range(1, SIZE + 1)
    ]
    eu = [
        {
            **{key: row[key] for key in ("qid", "language", "scenario", "subject")},
            "coarse_category": "c",
            "finegrained_category": "f",
            "emotion_choices": choices_of(int(row["qid"]), "feel", 6),
            "emotion_label": f"feel {row['qid']} u",
            "cause_choices": choices_of(int(row["qid"]), "why", 4),
            "cause_label": f"why {row['qid']} x",
        }
        for row in ea
    ]
    for name, rows in (("EA", ea), ("EU", eu)):
        text = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    for name, text in YAML.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_table(path: Path, picks: list[list[int]], right: int = 0, n: int = SIZE) -> Path:
    """A published table of EA: the same answers to every item, or those of `picks` by row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    answers = len(picks[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Choices", "Label", *(f"Pred {i}" for i in range(1, answers + 1))])
        for number in range(n):
            table.writerow([["a", "b", "c", "d"], right, *picks[number % len(picks)]])
    return path
