"""What people write when nothing is wrong, or nothing that the guard looks for."""

from __future__ import annotations

from pathlib import Path

from mien.guard.local.lexicon import lexicon, plain_words
from mien.guard.signals import Side, Signal, of_side
from training.guard.data import is_sealed, lines
from training.guard.train import Example

SIGNALS = of_side(Side.USER)
COLUMN = {signal: column for column, signal in enumerate(SIGNALS)}

_LOW = {"sadness", "grief", "remorse", "fear", "nervousness", "disappointment", "embarrassment"}
_GRAVE = frozenset({"SUICIDE", "KILL_SELF", "NOT_BE", "DIE", "NO_FUTURE", "BURDEN"})
_WEIGHT = 0.8


def comments(data: Path, n: int, seed: int) -> list[Example]:
    """English comments of GoEmotions, most of which show no signal.

    A low one says nothing of distress, and one with grave words nothing of crisis.

    Args:
        data: Folder of the corpora.
        n: How many.
        seed: Of the choice.
    """
    import pandas

    names = (data / "goemotions_labels.txt").read_text(encoding="utf-8").split()
    table = pandas.read_parquet(data / "goemotions.parquet")
    table = table[table["split"] == "train"].sample(n, random_state=seed)
    return [
        _nothing(str(text), "en", is_low=any(names[i] in _LOW for i in labels))
        for text, labels in zip(table["text"], table["labels"], strict=True)
    ]


def posts(data: Path, n: int, seed: int) -> list[Example]:
    """German and Spanish posts of BRIGHTER.

    Args:
        data: Folder of the corpora.
        n: How many of each language.
        seed: Of the choice.
    """
    import pandas

    table = pandas.read_parquet(data / "brighter.parquet")
    found = []
    for code, language in (("deu", "de"), ("esp", "es")):
        part = table[(table["lang"] == code) & (table["split"] == "train")]
        part = part.sample(min(n, len(part)), random_state=seed)
        for row in part.itertuples():
            low = bool(row.sadness == 1 or row.fear == 1)
            found.append(_nothing(str(row.text), language, is_low=low))
    return found


def everyday() -> list[Example]:
    """What people say to each other; no assistant hears it, so it is silent on the rest alone."""
    labels = dict.fromkeys(map(COLUMN.__getitem__, _NEVER_EVERYDAY), 0.0)
    return [
        Example(
            text=line["text"],
            language=line["language"],
            labels=labels,
            before=tuple(line["before"]),
            weight=_WEIGHT,
        )
        for line in lines("calm")
        if line["kind"] == "everyday"
    ]


_NEVER_EVERYDAY = (Signal.CRISIS, Signal.DELUSIONAL_CONTENT, Signal.MANIA)


def talks() -> list[Example]:
    """The user's turns of the open talks, each with all of its signals known."""
    found = []
    for line in lines("talks"):
        if is_sealed(line["id"]):
            continue
        for index, turn in enumerate(line["turns"]):
            if turn["role"] != "user":
                continue
            shown = set(turn["signals"])
            earlier = line["turns"][max(0, index - 2) : index]
            found.append(
                Example(
                    text=turn["text"],
                    language=line["language"],
                    labels={COLUMN[s]: float(s.value in shown) for s in SIGNALS},
                    before=tuple({"role": t["role"], "text": t["text"]} for t in earlier),
                    weight=0.5,
                )
            )
    return found


def _nothing(text: str, language: str, *, is_low: bool) -> Example:
    plain = plain_words(text, language)
    grave = any(_GRAVE & set(ideas) for ideas in lexicon(language).ideas(plain))
    unknown = set()
    if is_low:
        unknown |= {Signal.DISTRESS, Signal.ISOLATION, Signal.HELP_REFUSAL, Signal.HELP_SEEKING}
    if grave:
        unknown |= {Signal.CRISIS, Signal.DISTRESS}
    labels = {COLUMN[signal]: 0.0 for signal in SIGNALS if signal not in unknown}
    return Example(text=text, language=language, labels=labels, weight=_WEIGHT)
