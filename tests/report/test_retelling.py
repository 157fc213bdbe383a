"""The sentence at the top: who felt what, when, because of which words, how it turned."""

from dataclasses import replace

import pytest

from mien.emotions import Emotion, Scores
from mien.moments import Holder, Mode, Moment, Who
from mien.report.phrases import appraised, hedge, shows, whose
from mien.report.retelling import quoted, what_it_tells
from mien.report.tale import BEATS, tale_of
from mien.report.view import views_of
from mien.timeline import Channel, Kind, Origin, Timeline, stamp

from . import scenes, tales

ANGRY = {Emotion.ANGER: 0.8, Emotion.NEUTRAL: 0.1}
GLAD = {Emotion.ELATION: 0.8, Emotion.NEUTRAL: 0.1}
SAD = {Emotion.DISAPPOINTMENT: 0.7, Emotion.NEUTRAL: 0.1}
CALM = {Emotion.NEUTRAL: 0.9, Emotion.ANGER: 0.05}


def told(*lines, confidence=0.7):
    """The sentence of a chat, of lines such as ("Ana", "It's fine", CALM)."""
    readings, moments = [], []
    for i, (person, text, shares) in enumerate(lines):
        reading = scenes.told(Channel.WORDS, {}, None, None, person=person, text=text, turn=i)
        readings.append(stamp(reading, "chat"))
        moments.append(
            Moment(
                id=str(i),
                source="chat",
                start=None,
                end=None,
                turns=(i,),
                person=person,
                emotions=Scores(shares),
                confidence=confidence,
            )
        )
    timeline = Timeline.of_readings(readings, [Origin(source="chat", kind=Kind.CHAT)])
    return sentence(timeline, moments)


def sentence(timeline, moments):
    (view,) = views_of(timeline, moments)
    return "".join(piece.text for piece in what_it_tells(view, tale_of(view)))


def test_the_sentence_names_person_turn_cause_and_turn_of_feeling():
    assert sentence(*tales.chat()) == (
        "Mia likely shows elation at turn 1 (“the results are in!! I got the place”); Tom likely "
        "turns from surprise to disappointment at turn 4, because of “it starts in March, in "
        "Lisbon” (Mia) and then likely amusement at turn 12 after “I’m sorry”."
    )


def test_a_fine_that_did_not_hold_is_told_with_what_was_said():
    assert told(("Ana", "It's fine", CALM), ("Ben", "ok", CALM), ("Ana", "It is not", SAD)) == (
        "Mostly neutral; Ana said “It's fine” at turn 1, then likely shows disappointment at "
        "turn 3."
    )


@pytest.mark.parametrize(
    ("confidence", "word"), [(0.95, "clearly"), (0.6, "likely"), (0.3, "possibly")]
)
def test_the_sentence_is_hedged_by_confidence(confidence, word):
    assert f"Ana {word} shows anger" in told(("Ana", "no!", ANGRY), confidence=confidence)
    assert hedge(confidence) == word


@pytest.mark.parametrize("name", tales.ALL)
def test_at_most_three_things_are_retold(name):
    timeline, moments = tales.ALL[name]()
    (view,) = views_of(timeline, moments)
    assert len(tale_of(view).beats) <= BEATS
    text = sentence(timeline, moments)
    assert text[0].isupper()
    assert text.endswith(".")


def test_a_calm_talk_is_called_calm():
    assert told(("Ana", "the bus is late", CALM)) == "Mostly neutral."


def test_what_cannot_be_told_is_said_as_without_moments():
    assert sentence(*tales.little()).startswith("Cannot tell for the most part")


def test_how_it_ended_is_retold():
    lines = [("Ana", f"no {i}", ANGRY) for i in range(2)]
    lines += [("Ben", "what", CALM)] * 4 + [("Ana", "oh, good!", GLAD)]
    assert "elation at turn 7" in told(*lines)


@pytest.mark.parametrize(
    ("holder", "verb", "line"),
    [
        (None, "shows", None),
        (Holder(who=Who.SELF, mode=Mode.EXPERIENCED, p=1), "shows", None),
        (Holder(who=Who.SELF, mode=Mode.REPORTED, p=1), "tells of", "their own feeling, told of"),
        (
            Holder(who=Who.THIRD, name="my sister", mode=Mode.REPORTED, p=1),
            "tells of my sister’s",
            "my sister’s feeling, told of",
        ),
        (
            Holder(who=Who.ADDRESSEE, mode=Mode.NEGATED, p=1),
            "denies",
            "the other one’s feeling, denied",
        ),
        (
            Holder(who=Who.SELF, mode=Mode.HYPOTHETICAL, p=1),
            "imagines",
            "their own feeling, imagined",
        ),
    ],
)
def test_whose_feeling_it_is_shows_in_the_words(holder, verb, line):
    moment = Moment(id="1", source="x", start=None, end=None, holder=holder)
    assert shows(moment) == verb
    assert whose(holder) == line


def test_an_appraisal_is_told_where_it_is_clear_and_known_well():
    from mien.moments import Appraisal

    clear = Appraisal(pleasantness=0.9, control=0.45, effort=0.95, effort_sd=0.6, certainty=0.1)
    assert appraised(clear) == "pleasant, not sure what was going on"
    assert appraised(replace(clear, pleasantness=0.6, certainty=None)) == ""
    assert appraised(None) == ""


def test_long_words_are_cut_between_words():
    assert quoted("so that’s  it\nthen") == "“so that’s it then”"
    assert quoted("one two three", 9) == "“one two…”"
    assert quoted("x" * 50, 9) == f"“{'x' * 9}…”"
