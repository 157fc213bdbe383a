"""Short messages as people write them to each other, made up by the dozen thousand.

Speed depends on length and on how many words are new, hardly on what is said. These have 13
words and 69 characters on average, like the GoEmotions comments that the words decoders are
trained on. `--messages FILE` takes real ones instead, one a line.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from mien.emotions import Emotion

_OPENINGS = (
    "", "", "", "honestly", "lol", "okay so", "wait", "oh no,", "wow,", "hey", "not gonna lie,",
    "I mean", "well", "dude", "tbh", "yeah", "right?", "ugh", "hi there!", "sorry but", "look,",
    "oh my god", "nope.", "I guess", "fair enough,", "to be fair", "haha", "same here,",
)  # fmt: skip
_CORES = (
    "I can't believe {who} {did} {thing} again",
    "{who} just {did} {thing} and I feel {how}",
    "does anyone else think {thing} is {how}?",
    "thank you so much for {thing}, it made my {when}",
    "I don't know why {who} never {did} {thing}",
    "this is the most {how} thing I have seen since {when}",
    "{thing} isn't {how} at all, it's {how}",
    "we were {how} because {who} {did} {thing}",
    "so {how}!! can't wait for {thing} {when}",
    "I'm not {how}, I'm just tired of {thing}",
    "that {thing} was {how}, {who} should be {how}",
    "what if {who} {did} {thing} {when} and nobody noticed",
    "you have no idea how {how} I was when {who} {did} {thing}",
    "{how}. just {how}. {who} really {did} it",
    "is it just me or does {who} seem {how} about {thing}",
)
_WHO = (
    "my brother", "the guy next door", "our teacher", "Sam", "she", "he", "they", "my ex", "mum",
    "the whole team", "your cat", "this player", "the new manager", "everyone", "my therapist",
    "Priya", "nobody", "the bartender", "that driver", "the government", "his sister", "my boss",
)  # fmt: skip
_DID = (
    "broke", "fixed", "forgot", "sold", "remembered", "ruined", "bought", "deleted", "won",
    "lost", "promised", "posted", "missed", "cancelled", "painted", "ate", "saved", "returned",
)  # fmt: skip
_THING = (
    "the game", "my phone", "this movie", "dinner", "the tickets", "our trip", "that song",
    "the exam", "a birthday cake", "the last season", "my favorite mug", "the car", "work",
    "the garden", "those photos", "the update", "their wedding", "the lease", "rent", "football",
    "the dog", "homework", "the password", "breakfast", "another meeting", "the finale", "coffee",
)  # fmt: skip
_WHEN = (
    "today", "yesterday", "last night", "this morning", "on Friday", "in 2019", "at 3am", "week",
    "next month", "for once", "over the weekend", "before the holidays",
)  # fmt: skip
_ENDINGS = (
    "", "", "", "", "!", "...", " 😂", " 😭", " ❤️", " :(", " lmao", ", thanks", "??", " I swear",
    " and that's okay", ", you know what I mean", " but whatever", ". good luck with that",
    ". hope you feel better soon", ". I would do it all over again", " 👍", ", please don't",
)  # fmt: skip


def messages(n: int, seed: int) -> list[str]:
    """Made-up messages; another seed gives others."""
    return [text for text, _ in zip(_stream(random.Random(seed)), range(n), strict=False)]


def write_chat(texts: list[str], path: Path) -> None:
    """A chat of two people, an OpenAI message a line."""
    with path.open("w", encoding="utf-8") as handle:
        for i, text in enumerate(texts):
            role = "assistant" if i % 2 else "user"
            handle.write(json.dumps({"role": role, "content": text}, ensure_ascii=False) + "\n")


def _stream(rng: random.Random) -> Iterator[str]:
    feelings = [word for emotion in Emotion for word in emotion.words]
    while True:
        core = rng.choice(_CORES)
        while "{how}" in core:
            core = core.replace("{how}", rng.choice(feelings), 1)
        core = core.format(
            who=rng.choice(_WHO),
            did=rng.choice(_DID),
            thing=rng.choice(_THING),
            when=rng.choice(_WHEN),
        )
        yield f"{rng.choice(_OPENINGS)} {core}{rng.choice(_ENDINGS)}".strip()
