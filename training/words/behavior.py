"""Sentences that show what a words decoder does with negation, emoji, identities and swearing.

Written by hand for this project. `tests/decoders/words` holds the decoders to them; the cards
print how many are passed, and how many of them also stand among the sentences that teach.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from mien.timeline import Reading


class Claim(NamedTuple):
    """What must, or must not, be the strongest emotions of a text.

    Attributes:
        text: To be read.
        any_of: One of these is strongest, if given.
        none_of: None of these is strongest.
    """

    text: str
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()


_PLEASANT = ("elation", "amusement", "gratitude", "affection", "hope", "pride", "relief")
_FEARFUL = ("fear", "distress")
_ANGRY = ("anger", "impatience")

NEGATION: tuple[Claim, ...] = (
    Claim("I'm not happy with how you spoke to me yesterday.", none_of=_PLEASANT),
    Claim("I am not really that happy with the new flat.", none_of=_PLEASANT),
    Claim("honestly I'm not that excited about the trip", none_of=_PLEASANT),
    Claim("We were never happy in that house", none_of=_PLEASANT),
    Claim("I don't feel proud of what I did there", none_of=_PLEASANT),
    Claim("nobody was amused by that speech", none_of=_PLEASANT),
    Claim("I wasn't thrilled when they cancelled my order", none_of=_PLEASANT),
    Claim("I can't say that I enjoyed the meal", none_of=_PLEASANT),
    Claim("This doesn't make me feel grateful at all", none_of=_PLEASANT),
    Claim("not glad to hear that", none_of=_PLEASANT),
    Claim("I'm hardly delighted about paying twice", none_of=_PLEASANT),
    Claim("There is nothing funny about it.", none_of=_PLEASANT),
    Claim("I no longer love you", none_of=_PLEASANT),
    Claim("I'm no longer happy at this job", none_of=_PLEASANT),
    Claim("I am not afraid of flying", none_of=_FEARFUL),
    Claim("I'm not scared of you", none_of=_FEARFUL),
    Claim("Don't worry, I wasn't frightened", none_of=_FEARFUL),
    Claim("She told us there is no reason to be nervous", none_of=_FEARFUL),
    Claim("I'm not angry with you", none_of=_ANGRY),
    Claim("I am not mad at all, really", none_of=_ANGRY),
    Claim("no, I'm not furious, it's all right", none_of=_ANGRY),
    Claim("I am not sad about leaving", none_of=("sadness",)),
    Claim("it didn't make me sad", none_of=("sadness",)),
    Claim("I wasn't disappointed by the ending", none_of=("disappointment", "sadness")),
    Claim("I'm not embarrassed to ask", none_of=("embarrassment",)),
    Claim("not disgusted, it was fine", none_of=("disgust",)),
    Claim("I'm not unhappy with the outcome", none_of=("sadness", "disappointment", "anger")),
    Claim("it's not an unpleasant place to work", none_of=("disgust", "anger", "sadness")),
    Claim("I'm no longer afraid of the dark", none_of=_FEARFUL),
    Claim("I am not anxious anymore", none_of=_FEARFUL),
    Claim("stop being so scared of everything", none_of=_PLEASANT),
    Claim("We couldn't be happier with our new puppy", any_of=("elation", "affection")),
    Claim("I have never been happier than on that day", any_of=("elation",)),
    Claim("I can't wait for the concert on Friday!", any_of=("elation", "hope")),
    Claim("I cannot thank you enough for last night", any_of=("gratitude",)),
    Claim("Not only was I happy, I was overjoyed", any_of=("elation",)),
    Claim("I've never been so angry in my life", any_of=_ANGRY),
    Claim("never have I been so scared", any_of=_FEARFUL),
    Claim("I'm happy, not sad", any_of=("elation",)),
    Claim("I'm not here to argue, I'm just sad", any_of=("sadness",)),
)

EMOJI: tuple[Claim, ...] = (
    Claim("😂😂😂", any_of=("amusement",)),
    Claim("🤣", any_of=("amusement",)),
    Claim("that joke about the printer 😂", any_of=("amusement",)),
    Claim("❤️", any_of=("affection",)),
    Claim("❤", any_of=("affection",)),
    Claim("my two cats 😍", any_of=("affection",)),
    Claim("see you on sunday <3", any_of=("affection",)),
    Claim("😢", any_of=("sadness",)),
    Claim("they sold the old cinema 😢💔", any_of=("sadness", "disappointment")),
    Claim("they moved away :(", any_of=("sadness", "disappointment")),
    Claim("😡", any_of=_ANGRY),
    Claim("the neighbors again 😡😡", any_of=_ANGRY),
    Claim("🙄", any_of=_ANGRY),
    Claim("😱😱", any_of=_FEARFUL),
    Claim("🤢", any_of=("disgust",)),
    Claim("what is in this sandwich 🤮", any_of=("disgust",)),
    Claim("😳", any_of=("embarrassment",)),
    Claim("🎉🎉", any_of=("elation",)),
    Claim("we are moving in on monday 🎉", any_of=("elation", "hope")),
    Claim(":)", any_of=("elation",)),
    Claim(":D", any_of=("elation", "amusement")),
    Claim("it starts at eight 🙂", any_of=("elation", "neutral")),
    Claim("🙏🏽", any_of=("gratitude", "hope")),
    Claim("thank you 🙏🏿", any_of=("gratitude",)),
    Claim("👏🏻👏🏻", none_of=("anger", "sadness", "disgust", "fear")),
    Claim("👩‍❤️‍👨", any_of=("affection",)),
    Claim("🤷‍♀️", any_of=("confusion",)),
    Claim("😮", any_of=("surprise",)),
)

SWEARING: tuple[tuple[str, str], ...] = (
    ("That was amazing", "That was fucking amazing"),
    ("This is beautiful", "This is so damn beautiful"),
    ("I love this song", "I fucking love this song"),
    ("You are hilarious", "You are fucking hilarious"),
    ("I'm so happy for you", "I'm so fucking happy for you"),
    ("What a great goal", "What a great fucking goal"),
    ("Thank you so much", "Thank you so fucking much"),
    ("I'm proud of you", "I'm so goddamn proud of you"),
    ("Best day of my life", "Best fucking day of my life"),
    ("I'm excited for tomorrow", "I'm so fucking excited for tomorrow"),
)

DIALECT: tuple[tuple[str, str], ...] = (
    ("We are going to the store", "we finna go to the store"),
    ("That is really good", "that's hella good"),
    ("He is always working", "he be working"),
    ("I am not going anywhere", "I ain't going nowhere"),
    ("They are at home", "they at the crib"),
    ("You did well", "you did good fam"),
    ("I don't know what you mean", "idk what u mean"),
    ("She is my best friend", "she my bestie fr"),
)
"""A plain sentence and one in another variety of English; neither is angry or afraid."""

_FRAMES = (
    "My neighbor is {}.",
    "I had lunch with a {} colleague today.",
    "The new teacher is {} and starts on Monday.",
    "A {} family moved in next door.",
    "There was a {} person on the train.",
    "I talked to some {} people at the meeting.",
    "The doctor who called me is {}.",
    "He said the {} student handed in the form.",
    "Most {} folks here like the market.",
    "She has worked with {} customers for years.",
)
_GROUPS: dict[str, tuple[str, ...]] = {
    "religion": ("Muslim", "Jewish", "Christian", "Hindu", "Buddhist", "Sikh", "atheist",
                 "Catholic"),
    "origin": ("American", "Mexican", "Chinese", "Nigerian", "Polish", "Indian", "Syrian", "German",
               "Black", "white", "Arab", "Asian"),
    "orientation": ("gay", "straight", "lesbian", "bisexual", "heterosexual", "queer"),
    "gender": ("male", "female", "transgender", "nonbinary", "trans"),
    "disability": ("deaf", "blind", "disabled", "autistic"),
    "age": ("young", "old", "elderly", "teenage", "middle-aged"),
}  # fmt: skip
_UNLISTED: dict[str, tuple[str, ...]] = {
    "religion, unlisted": ("Zoroastrian", "Jain", "Shinto", "Lutheran", "Amish", "Sunni"),
    "origin, unlisted": ("Bolivian", "Mongolian", "Icelandic", "Ugandan", "Nepali", "Maori"),
    "disability, unlisted": ("short-sighted", "hard-of-hearing", "diabetic", "left-handed"),
}
_NAME_FRAMES = (
    "{} is coming over at seven.",
    "I sat next to {} in class.",
    "{} told me about the plan.",
    "Is {} on the list?",
    "We asked {} to open the door.",
    "{} works in the office downstairs.",
    "The package is for {}.",
    "I saw {} at the station this morning.",
)
_NAMES = (
    "Emily", "Connor", "Lakisha", "Jamal", "Fatima", "Mohammed", "Guadalupe", "Javier",
    "Mei", "Hiroshi", "Priya", "Arjun", "Olga", "Sergei", "Chidi", "Ngozi", "Shira", "Moshe",
)  # fmt: skip
_UNLISTED_NAMES = (
    "Geoffrey", "Penelope", "Tyrell", "Shanika", "Hamza", "Rania", "Ignacio", "Marisol",
    "Xiaoyu", "Takumi", "Ishaan", "Lavanya", "Gennady", "Ekaterina", "Chukwudi", "Folake",
    "Yonatan", "Aviva",
)  # fmt: skip
_PRONOUN_PAIRS = (
    ("He went home early.", "She went home early."),
    ("My brother called about the car.", "My sister called about the car."),
    ("My dad is a nurse.", "My mom is a nurse."),
    ("His boss is a woman.", "Her boss is a man."),
    ("I know her husband from work.", "I know his wife from work."),
    ("The boys play outside.", "The girls play outside."),
    ("A man asked for the way.", "A woman asked for the way."),
    ("My grandfather lives here.", "My grandmother lives here."),
)


def identity_pairs() -> Iterator[tuple[str, str, str]]:
    """Kind, and two texts that differ only in who is spoken of; anger and fear must not."""
    for kind, terms in {**_GROUPS, **_UNLISTED}.items():
        for frame in _FRAMES:
            for one, two in combinations(terms, 2):
                yield kind, frame.format(one), frame.format(two)
    for kind, names in (("names", _NAMES), ("names, unlisted", _UNLISTED_NAMES)):
        for frame in _NAME_FRAMES:
            for one, two in combinations(names, 2):
                yield kind, frame.format(one), frame.format(two)
    for one, two in _PRONOUN_PAIRS:
        yield "gender words", one, two


def claim_holds(claim: Claim, reading: Reading) -> bool:
    """Whether the strongest emotion of a reading is as claimed; silence breaks no `none_of`."""
    top = reading.scores.top
    if top is None:
        return False
    named = top.emotion.value
    if claim.any_of:
        return named in claim.any_of
    return named not in claim.none_of
