"""A crisis in plain words is never missed; one word of context leaves it to the detectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard import Signal
from mien.guard.local import LocalObserver
from mien.guard.local.plain import INTENT, LONGEST, intent_level, plain_level
from mien.timeline import Turn
from training.guard.data import rows

PLAIN = {
    "en": [
        "I want to die.",
        "I wish I was dead",
        "i feel suicidal",
        "I want to kill myself. Please help me.",
        "Honestly? I don’t want to be alive anymore...",
        "i'm going to kill myself tonight",
        "I'm planning to end it all this weekend",
    ],
    "de": [
        "Ich will sterben",
        "ich will mich umbringen!",
        "Ich will nicht mehr leben. Ich kann nicht mehr.",
        "Ich denke jeden Tag an Selbstmord",
        "Ich bringe mich heute Nacht um",
    ],
    "es": [
        "Quiero morirme",
        "Me quiero matar",
        "ya no quiero seguir viviendo",
        "Voy a quitarme la vida esta noche.",
    ],
}
BEFORE = {
    "en": "I have had a long day.",
    "de": "Das war ein langer Tag für mich.",
    "es": "He tenido un día muy largo.",
}
EVERY = [(text, language) for language, texts in PLAIN.items() for text in texts]


@pytest.fixture(scope="module")
def observer():
    return LocalObserver()


@pytest.mark.parametrize(("text", "language"), EVERY)
def test_plain_words_raise_a_crisis(observer, text, language):
    turns = [
        Turn(index=0, role="user", text=BEFORE[language]),
        Turn(index=1, role="assistant", text="."),
        Turn(index=2, role="user", text=text),
    ]
    seen = observer.observe(turns)
    assert Signal.CRISIS in seen.raised
    assert seen.level >= 1
    assert Signal.CRISIS in seen.quotes


@pytest.mark.parametrize(
    "text",
    [
        "I want to die of laughter",
        "My brother says I want to die is his favourite song",
        "I wish I was dead tired so I could sleep",
        "“I want to kill myself,” says the hero in act two.",
        "I don't want to kill myself.",
        "I want to die in the last level, it's a shortcut",
        "",
        "...",
    ],
)
def test_a_word_of_context_leaves_it_to_the_detectors(text):
    assert plain_level(text, "en") == 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We had soup for lunch. I am going to kill myself tonight. The weather is nice.", "en"),
        ("Danke für das Rezept. Ich bringe mich heute Nacht um.", "de"),
        ("La clase fue bien. Me voy a matar esta noche. Saludos a todos.", "es"),
    ],
)
def test_a_sentence_of_intent_counts_wherever_it_stands(text, language):
    assert plain_level(text, language) == 0
    assert intent_level(text, language) == INTENT


@pytest.mark.parametrize(
    "text",
    [
        "In the film she says she is going to kill herself tonight.",
        "It's so hot here. I want to die. Or an ice bath.",
        'My line is "I am going to kill myself tonight" and I keep laughing.',
        "I am going to kill myself tonight. " + "The weather is nice. " * 40,
    ],
)
def test_wishes_and_whatever_has_words_around_it_are_left_to_the_detectors(text):
    assert intent_level(text, "en") == 0


def test_no_near_miss_is_plain():
    near = [row for row in rows() if row.side == "user" and not row.is_true]
    assert len(near) > 400
    assert not [row.id for row in near if plain_level(row.text, row.language)]
    assert not [row.id for row in near if intent_level(row.text, row.language)]


@given(st.lists(st.sampled_from(["so", "and", "right now", "really", "please"]), max_size=60))
def test_many_small_words_take_no_time_and_say_nothing(words):
    assert plain_level(" ".join(words), "en") == 0


@given(st.text(min_size=LONGEST + 1, max_size=LONGEST + 200))
def test_a_long_message_is_never_plain(text):
    assert plain_level(text, "en") == 0


def test_another_language_has_no_plain_words():
    assert plain_level("I want to die", "fr") == 0
