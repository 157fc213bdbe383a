"""Sentences of our own that teach what the corpora hold too little of.

Negation, bare emoji, swearing in praise, words that say nothing, names. All written for
this project; the behavior tests use other sentences.
"""

from __future__ import annotations

import itertools
import random

import numpy as np

from training.words.data import LABELS, Labelled

Soft = dict[str, float]

_PLEASANT: dict[str, Soft] = {
    "happy": {"joy": 0.9},
    "glad": {"joy": 0.85},
    "pleased": {"joy": 0.6, "approval": 0.3},
    "excited": {"excitement": 0.9, "joy": 0.2},
    "thrilled": {"joy": 0.5, "excitement": 0.6},
    "proud": {"pride": 0.7, "admiration": 0.4},
    "impressed": {"admiration": 0.85},
    "grateful": {"gratitude": 0.95},
    "thankful": {"gratitude": 0.95},
    "hopeful": {"optimism": 0.9},
    "optimistic": {"optimism": 0.9},
    "amused": {"amusement": 0.85},
    "in love": {"love": 0.9},
    "relieved": {"relief": 0.9},
    "delighted": {"joy": 0.85},
    "enjoying this": {"joy": 0.8},
    "looking forward to it": {"optimism": 0.4, "excitement": 0.6},
    "satisfied": {"approval": 0.4, "joy": 0.4},
    "a fan": {"admiration": 0.5, "love": 0.4},
}
_UNPLEASANT: dict[str, Soft] = {
    "sad": {"sadness": 0.95},
    "unhappy": {"sadness": 0.7, "disappointment": 0.3},
    "depressed": {"sadness": 0.9},
    "angry": {"anger": 0.9, "annoyance": 0.2},
    "mad": {"anger": 0.85, "annoyance": 0.3},
    "furious": {"anger": 0.95},
    "annoyed": {"annoyance": 0.9},
    "irritated": {"annoyance": 0.9},
    "afraid": {"fear": 0.9},
    "scared": {"fear": 0.95},
    "terrified": {"fear": 0.95},
    "worried": {"nervousness": 0.5, "fear": 0.4, "caring": 0.2},
    "nervous": {"nervousness": 0.9},
    "anxious": {"nervousness": 0.8, "fear": 0.3},
    "disappointed": {"disappointment": 0.9},
    "disgusted": {"disgust": 0.95},
    "embarrassed": {"embarrassment": 0.9},
    "ashamed": {"remorse": 0.3, "embarrassment": 0.6},
    "upset": {"sadness": 0.4, "annoyance": 0.4, "disappointment": 0.3},
    "sorry": {"remorse": 0.9},
    "confused": {"confusion": 0.95},
    "surprised": {"surprise": 0.9},
}
_AFTER_PLEASANT: dict[str, Soft] = {  # what its denial sounds like: displeased, not sad
    "": {"disappointment": 0.35, "disapproval": 0.3, "annoyance": 0.2, "neutral": 0.2},
    "grateful": {"annoyance": 0.3, "disapproval": 0.4, "neutral": 0.3},
    "thankful": {"annoyance": 0.3, "disapproval": 0.4, "neutral": 0.3},
    "amused": {"annoyance": 0.5, "disapproval": 0.4},
    "impressed": {"disappointment": 0.45, "disapproval": 0.45},
    "in love": {"disapproval": 0.3, "neutral": 0.45, "disappointment": 0.2},
    "a fan": {"disapproval": 0.7, "neutral": 0.2},
    "hopeful": {"sadness": 0.2, "disappointment": 0.4, "nervousness": 0.15, "disapproval": 0.2},
    "optimistic": {"sadness": 0.15, "disappointment": 0.4, "nervousness": 0.2, "disapproval": 0.2},
}
_CALM: Soft = {"neutral": 0.6, "approval": 0.2, "relief": 0.06}
_DENIALS = (
    "not", "not really", "not that", "not very", "not so", "not at all", "never", "hardly",
    "not all that", "not exactly", "not even", "definitely not", "honestly not",
    "not particularly", "not one bit", "not really all that",
)  # fmt: skip
_WHO = ("i'm", "i am", "we're", "we are", "i was", "im")
_ISNT = ("i ain't", "i wasn't", "we aren't", "i'm not", "im not", "we weren't", "i am not")
_TAILS = (
    "", ".", " about it", " about this", " with that", " anymore", " today", " right now",
    " to be honest", ", actually", " about how this went", " with the result", " at all",
    " tbh", " if you ask me", " here", "!",
)  # fmt: skip
_SET_PIECES: tuple[tuple[str, Soft], ...] = (
    ("couldn't be happier", {"joy": 0.95}),
    ("i could not be happier about it", {"joy": 0.95}),
    ("never been happier", {"joy": 0.95}),
    ("i have never been so happy", {"joy": 0.95}),
    ("couldn't be prouder", {"pride": 0.8, "admiration": 0.5}),
    ("i have never been so angry", {"anger": 0.95}),
    ("never been so scared", {"fear": 0.95}),
    ("i've never felt so sad", {"sadness": 0.95}),
    ("can't wait", {"excitement": 0.85}),
    ("i can't wait to see it", {"excitement": 0.85}),
    ("can't thank you enough", {"gratitude": 0.98}),
    ("i cannot thank you enough", {"gratitude": 0.98}),
    ("not bad at all", {"approval": 0.5, "admiration": 0.5}),
    ("not bad", {"approval": 0.5, "admiration": 0.4}),
    ("that's not bad", {"approval": 0.5, "admiration": 0.4}),
    ("this isn't good", {"disapproval": 0.5, "disappointment": 0.5}),
    ("this is not good", {"disapproval": 0.5, "disappointment": 0.5}),
    ("that was not funny", {"disapproval": 0.6, "annoyance": 0.4}),
    ("this isn't funny at all", {"disapproval": 0.6, "annoyance": 0.4}),
    ("i don't love it", {"disapproval": 0.5, "disappointment": 0.4}),
    ("i don't like this", {"disapproval": 0.6, "annoyance": 0.2}),
    ("i didn't enjoy it", {"disappointment": 0.6, "disapproval": 0.4}),
    ("i don't hate it", {"approval": 0.5, "neutral": 0.4}),
    ("i don't mind", {"neutral": 0.6, "approval": 0.4}),
    ("nothing to be afraid of", {"caring": 0.4, "neutral": 0.4, "approval": 0.2}),
    ("there's nothing to worry about", {"caring": 0.5, "neutral": 0.4, "approval": 0.2}),
    ("don't worry", {"caring": 0.8}),
    ("don't worry about it, you'll be fine", {"caring": 0.8, "optimism": 0.4}),
    ("don't be afraid", {"caring": 0.8}),
    ("don't be scared", {"caring": 0.8}),
    ("don't be sad", {"caring": 0.85}),
    ("please don't cry", {"caring": 0.8, "sadness": 0.15}),
    ("stop being so sad", {"caring": 0.4, "annoyance": 0.3, "neutral": 0.2}),
    ("stop being so angry all the time", {"annoyance": 0.5, "disapproval": 0.3}),
    ("no hard feelings", {"caring": 0.3, "neutral": 0.4, "approval": 0.3}),
    ("no problem", {"approval": 0.4, "neutral": 0.6}),
    ("no thanks", {"neutral": 0.6, "disapproval": 0.3}),
    ("no thank you", {"neutral": 0.5, "disapproval": 0.3, "gratitude": 0.2}),
    ("isn't that sweet", {"admiration": 0.7, "love": 0.2}),
    ("isn't this beautiful", {"admiration": 0.85}),
    ("isn't it great", {"admiration": 0.6, "joy": 0.4}),
    ("aren't they adorable", {"admiration": 0.7, "love": 0.3}),
    ("who doesn't love that", {"love": 0.7}),
    ("without you i'd be lost, thank you", {"gratitude": 0.95}),
    ("there's no joy in this", {"sadness": 0.5, "disappointment": 0.5}),
    ("there is no hope left", {"sadness": 0.6, "disappointment": 0.4}),
    ("nobody is happy about this", {"disappointment": 0.4, "disapproval": 0.4}),
    ("nothing makes me happy", {"sadness": 0.85}),
    ("i have no fear", {"neutral": 0.5, "approval": 0.3}),
    ("i feel no anger", {"neutral": 0.6, "approval": 0.25}),
    ("it doesn't scare me", {"neutral": 0.6, "approval": 0.25}),
    ("it doesn't bother me", {"neutral": 0.6, "approval": 0.3}),
    ("that doesn't make me happy", {"disappointment": 0.5, "disapproval": 0.3, "sadness": 0.2}),
)
_SAYS_NOTHING = (
    "ok", "okay", "k", "kk", "fine", "fine.", "sure", "sure.", "yes", "yeah", "yep", "no",
    "nope", "right", "alright", "hmm", "mhm", "uh huh", "oh", "well", "so", "and", "hi",
    "hello", "hey", "bye", "maybe", "perhaps", "later", "done", "noted", "same", "ok.",
    "ok then", "i see", "got it", "go on", "and then", "me too", "yes please",
)  # fmt: skip
_EMOJI: tuple[tuple[str, Soft], ...] = (
    ("😂 🤣 😆 😹", {"amusement": 0.95}),
    ("😊 🙂 😀 😄 😃", {"joy": 0.85}),
    ("❤️ 💕 😍 🥰 💖", {"love": 0.95}),
    ("😢 💔 😞 ☹️", {"sadness": 0.9}),
    ("😭", {"sadness": 0.75, "joy": 0.1}),
    ("😡 🤬 😠", {"anger": 0.95}),
    ("🙄 😒 😤", {"annoyance": 0.85}),
    ("🙏", {"gratitude": 0.75, "optimism": 0.2}),
    ("👏 🔥 👏👏👏 😎", {"admiration": 0.8}),
    ("👍 👌 💯", {"approval": 0.75}),
    ("🤢 🤮", {"disgust": 0.95}),
    ("😱 😨", {"fear": 0.85}),
    ("😮 😲", {"surprise": 0.9}),
    ("🤷 😕 😵", {"confusion": 0.8}),
    ("🤔", {"curiosity": 0.6, "confusion": 0.4}),
    ("😳 🙈", {"embarrassment": 0.85}),
    ("🤞", {"optimism": 0.9}),
    ("🤗", {"caring": 0.6, "love": 0.3, "joy": 0.3}),
    ("🎉 🤩 🥳", {"excitement": 0.8, "joy": 0.4}),
    ("😬", {"nervousness": 0.7}),
    ("👎", {"disapproval": 0.85}),
    (":)", {"joy": 0.8}),
    (":(", {"sadness": 0.8, "disappointment": 0.2}),
    ("<3", {"love": 0.95}),
    (":/", {"annoyance": 0.4, "disappointment": 0.4, "confusion": 0.2}),
)
_SWEARS = ("fucking", "fuckin", "damn", "freaking", "goddamn", "bloody", "fking", "effing")
_PRAISE: tuple[tuple[str, Soft], ...] = (
    ("amazing", {"admiration": 0.9}),
    ("awesome", {"admiration": 0.9}),
    ("beautiful", {"admiration": 0.9}),
    ("brilliant", {"admiration": 0.9}),
    ("great", {"admiration": 0.8, "joy": 0.2}),
    ("hilarious", {"amusement": 0.95}),
    ("funny", {"amusement": 0.9}),
    ("happy", {"joy": 0.9}),
    ("proud of you", {"pride": 0.6, "admiration": 0.7}),
    ("excited", {"excitement": 0.95}),
    ("cute", {"admiration": 0.7, "love": 0.3}),
    ("grateful", {"gratitude": 0.95}),
    ("good", {"admiration": 0.75, "approval": 0.2}),
    ("sad", {"sadness": 0.95}),
    ("scared", {"fear": 0.95}),
)
_PRAISED = (
    "this is {}",
    "that's {}",
    "that was {}",
    "so {}",
    "{}",
    "i'm so {}",
    "you are {}",
    "it's {}",
)
_FIRST_NAMES = (
    "Marvin", "Beatrice", "Shanice", "Trevon", "Farid", "Noura", "Ximo", "Itzel", "Bao",
    "Haruka", "Arun", "Meera", "Yegor", "Ludmila", "Amadi", "Nneka", "Yitzhak", "Tzipora",
    "Matthieu", "Heidi", "Paolo", "Signe", "Wojciech", "Rory", "Colleen", "Duane", "Tasha",
    "Ibrahima", "Soraya", "Joaquin", "Araceli", "Qiang", "Min-jun", "Gopal", "Vasily",
    "Obinna", "Makena", "Ezra", "Odile", "Jurgen", "Ottavio", "Bjorn", "Kasia", "Declan",
    "Winston", "Clarence", "Gertrude", "Todd", "Brandi", "Kiara", "Davonte",
)  # fmt: skip
_LABEL_EMOJI = {
    "amusement": "😂🤣😆", "joy": "😊😄🙂", "love": "❤😍💕", "sadness": "😢😭💔", "anger": "😡🤬😠",
    "gratitude": "🙏😊❤", "admiration": "👏🔥😍👍", "disgust": "🤢🤮", "fear": "😱😨😰",
    "surprise": "😮😲🤯", "annoyance": "🙄😒😤", "confusion": "🤔🤷😕", "embarrassment": "😳🙈",
    "optimism": "🤞🙏", "caring": "🤗❤", "excitement": "🎉🤩", "disappointment": "😞😔",
    "approval": "👍👌",
    "curiosity": "🤔👀", "nervousness": "😬😰", "disapproval": "👎🙄", "remorse": "😔😞",
}  # fmt: skip


def own_sentences(seed: int = 0, negations: int = 1600) -> Labelled:
    """Our sentences with soft labels, a few thousand."""
    draw = random.Random(seed)
    rows = [*_negations(draw, negations), *_set_pieces(draw), *_says_nothing(), *_emoji(draw)]
    rows += _swearing(draw)
    targets = np.zeros((len(rows), len(LABELS)), np.float32)
    for i, (_, soft) in enumerate(rows):
        for label, share in soft.items():
            targets[i, LABELS.index(label)] = share
    return Labelled([text for text, _ in rows], targets)


def vary(text: str, labels: list[str], draw: random.Random) -> str:
    """A training text with its masks filled or dropped, now and then with an emoji added."""
    for mask in ("[NAME]", "[RELIGION]"):
        while mask in text:
            kind = draw.random()
            name = draw.choice(_FIRST_NAMES) if kind < 0.25 else "Sarah"
            text = text.replace(mask, "" if kind > 0.5 or mask != "[NAME]" else name, 1)
    if len(labels) == 1 and labels[0] in _LABEL_EMOJI and draw.random() < 0.03:
        text = f"{text} {draw.choice(_LABEL_EMOJI[labels[0]])}"
    return text


def _negations(draw: random.Random, n: int) -> list[tuple[str, Soft]]:
    rows: list[tuple[str, Soft]] = []
    makers = (_denied, _denied, _denied, _affirmed, _affirmed, _no_longer, _doubly)
    while len(rows) < n:
        rows.append(makers[len(rows) % len(makers)](draw))
    return rows


def _denied(draw: random.Random) -> tuple[str, Soft]:
    word, soft = _feeling(draw)
    soft = _AFTER_PLEASANT.get(word, _AFTER_PLEASANT[""]) if word in _PLEASANT else _CALM
    if draw.random() < 0.3:
        return f"{draw.choice(_ISNT)} {word}{draw.choice(_TAILS)}", soft
    return f"{draw.choice(_WHO)} {draw.choice(_DENIALS)} {word}{draw.choice(_TAILS)}", soft


def _affirmed(draw: random.Random) -> tuple[str, Soft]:
    word, soft = _feeling(draw)
    degree = draw.choice(("", "so ", "very ", "really ", "pretty ", "extremely ", "just "))
    return f"{draw.choice(_WHO)} {degree}{word}{draw.choice(_TAILS).replace(' anymore', '')}", soft


def _no_longer(draw: random.Random) -> tuple[str, Soft]:
    word, _ = _feeling(draw)
    over: Soft = {"sadness": 0.35, "disappointment": 0.5}
    if word in _UNPLEASANT:
        over = {"relief": 0.4, "joy": 0.25, "neutral": 0.3, "approval": 0.1}
    text = draw.choice((f"no longer {word}", f"not {word} anymore", f"not {word} any more"))
    return f"{draw.choice(_WHO)} {text}{draw.choice(('', '.', ' now', ' about it'))}", over


def _doubly(draw: random.Random) -> tuple[str, Soft]:
    word = draw.choice(("unhappy", "unimpressed", "displeased", "dissatisfied", "ungrateful"))
    degree = draw.choice(("", "entirely ", "really ", "at all ", "exactly "))
    soft: Soft = {"approval": 0.35, "neutral": 0.45, "joy": 0.15}
    return f"{draw.choice(_WHO)} not {degree}{word}{draw.choice(_TAILS)}", soft


def _feeling(draw: random.Random) -> tuple[str, Soft]:
    table = _PLEASANT if draw.random() < 0.5 else _UNPLEASANT
    word = draw.choice(list(table))
    return word, table[word]


def _set_pieces(draw: random.Random) -> list[tuple[str, Soft]]:
    return [(f"{text}{draw.choice(('', '.', '!'))}", soft) for text, soft in _SET_PIECES * 6]


def _says_nothing() -> list[tuple[str, Soft]]:
    return [(text, {"neutral": 0.8, "approval": 0.08}) for text in _SAYS_NOTHING * 4]


def _emoji(draw: random.Random) -> list[tuple[str, Soft]]:
    rows = []
    for faces, soft in _EMOJI:
        for face in faces.split() * 5:
            rows.append((face * draw.choice((1, 1, 1, 2, 3)), soft))
            nothing = draw.choice(
                ("ok", "yes", "hi", "see you there", "look at this", "it is here")
            )
            rows.append((f"{nothing} {face}", {k: 0.8 * v for k, v in soft.items()}))
    return rows


def _swearing(draw: random.Random) -> list[tuple[str, Soft]]:
    rows = []
    for (word, soft), frame in itertools.product(_PRAISE, _PRAISED):
        rows.append((frame.format(f"{draw.choice(_SWEARS)} {word}"), soft))
        rows.append((frame.format(word), soft))
    return rows
