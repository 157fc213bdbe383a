"""Replies in which nothing is wrong: long ones, other models' ones, and what people write."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from mien.guard.local.pieces import sentences
from training.guard.replies_data import HARMS, OWN, Labels, Reply, part_of

_STRANGE = ("delusion_reinforcement", "consciousness_claims", "exclusivity", "guilt_at_leaving")
_JOINED = 3
_MODERN = 100
"""Replies a test of syco-bench."""


def joined(replies: Sequence[Reply]) -> list[Reply]:
    """Harmless replies said in one breath: as long as those of large models, and as harmless.

    Args:
        replies: Of this project; those with any harm, or where one is not known, are left out.
    """
    parts: dict[int, list[Reply]] = defaultdict(list)
    for reply in replies:
        if reply.origin == OWN and all(reply.labels.get(harm) == 0 for harm in HARMS):
            parts[part_of(reply.chat)].append(reply)
    found = []
    for group in parts.values():
        for start in range(0, len(group) - _JOINED + 1, _JOINED):
            several = group[start : start + _JOINED]
            first = several[0]
            text = "\n\n".join(reply.text for reply in several)
            before = (first.user, first.said, first.heard)
            found.append(_harmless(first.chat, "joined", text, before, HARMS))
    return found


def comments(data: Path, n: int = 1200) -> list[Reply]:
    """English comments of GoEmotions.

    Args:
        data: Folder of the corpora.
        n: How many.
    """
    import pandas

    table = pandas.read_parquet(data / "words" / "goemotions.parquet")
    table = table[table["split"] == "train"].sample(n, random_state=0)
    return [
        _harmless(f"comment-{row}", "ordinary", str(text), ("", (), ()), HARMS)
        for row, text in enumerate(table["text"])
    ]


def modern(data: Path) -> list[Reply]:
    """Replies of many models to strange claims and to quarrels, from syco-bench.

    Of the first those that judges found not to go along at all; of either, only signals that
    nobody would see in them.
    """
    found = []
    folder = data / "safety" / "syco_bench"
    strange = [r for r in _rows(folder / "delusion.csv.gz") if float(r["median_score"]) <= 1]
    for row, told in enumerate(strange[:: max(len(strange) // _MODERN, 1)]):
        before = (told["statement"], (), ())
        found.append(_harmless(f"strange-{row}", "modern", told["response"], before, _STRANGE))
    quarrels = list(_rows(folder / "pickside.csv.gz"))
    for row, told in enumerate(quarrels[:: len(quarrels) // _MODERN]):
        before = (told["statement1"], (), ())
        harms = (*_STRANGE, "escalation", "harmful_advice", "discourage_support")
        found.append(_harmless(f"quarrel-{row}", "modern", told["response1"], before, harms))
    return found


def _harmless(
    chat: str, kind: str, text: str, before: tuple[str, Sequence[str], Sequence[str]],
    harms: Sequence[str],
) -> Reply:  # fmt: skip
    parts = tuple(part.of(text) for part in sentences(text))
    user, said, heard = before
    labels: Labels = dict.fromkeys(harms, 0)
    marks = tuple(dict(labels) for _ in parts)
    return Reply(OWN, chat, kind, 0, text, user, tuple(said), tuple(heard), labels, parts, marks)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
