"""What is made of a model's words."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.emotions import EMONET_40, Emotion
from mien.evals.perception.asking.answers import (
    Outcome,
    Said,
    Told,
    chance_of_yes,
    told_grades,
    told_yes_no,
)
from mien.evals.perception.asking.prompts import (
    Way,
    ask_grades,
    ask_yes_no,
    fingerprint,
    key,
    prompt,
)
from mien.llm import Chance
from mien.timeline import Channel

ANGER, FEAR = Emotion.ANGER, Emotion.FEAR


def grades(text, asked=(ANGER, FEAR)):
    return told_grades(Said(text), asked)


def whole(**values):
    return json.dumps({key(Emotion(slug)): value for slug, value in values.items()})


@given(st.dictionaries(st.sampled_from(EMONET_40), st.floats(0, 7), min_size=1))
def test_grades_come_back_as_parts_of_the_scale(given_grades):
    text = json.dumps({key(emotion): grade for emotion, grade in given_grades.items()})
    told = told_grades(Said(text), EMONET_40)
    assert told.outcome is Outcome.ANSWERED
    assert told.scores == {e: pytest.approx(grade / 7) for e, grade in given_grades.items()}
    assert told.missing == 40 - len(given_grades)
    assert (told.wrong_keys, told.wrong_values) == (0, 0)


def test_keys_that_were_not_asked_for_are_counted_and_not_used():
    told = grades('{"Anger": 7, "Negative High-Energy|Anger": 3.5, "Extra Dimensions|Arousal": 1}')
    assert told.scores == {ANGER: 0.5}
    assert (told.wrong_keys, told.missing) == (2, 1)


def test_of_a_key_that_comes_twice_the_first_counts():
    told = grades('{"Negative High-Energy|Anger": 7, "Negative High-Energy|Anger": 0}')
    assert told.scores == {ANGER: 1.0}
    assert told.wrong_keys == 1


@pytest.mark.parametrize(
    "value", ['"3"', "null", "true", "[1]", "{}", "-0.1", "7.1", "NaN", "Infinity", "1e999"]
)
def test_values_beside_the_scale_are_counted_and_not_used(value):
    text = f'{{"Negative High-Energy|Anger": {value}, "Negative High-Energy|Fear": 0}}'
    told = grades(text)
    assert told.scores == {FEAR: 0.0}
    assert (told.wrong_values, told.missing) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "I can see an angry face.",
        '{"Negative High-Energy|Anger": 3',
        "[3, 4]",
        "7",
        "[" * 200_000,
        '{"a":' * 50_000,
        "{}",
        'Here you are: {"Negative High-Energy|Anger": 3}',
        "\ud800",
    ],
)
def test_what_is_no_object_with_such_keys_is_malformed(text):
    told = grades(text)
    assert (told.outcome, told.scores) == (Outcome.MALFORMED, {})


@pytest.mark.parametrize(
    "change",
    [
        {"new": 1},
        {"scores": [1]},
        {"scores": {"anger": 7}},
        {"scores": {"anger": "nan"}},
        {"scores": {"odd": 1}},
        {"outcome": "odd"},
        {"missing": "x"},
    ],
)
def test_what_another_version_or_hand_has_kept_is_not_taken_for_an_answer(change):
    kept = Told(Outcome.ANSWERED, {ANGER: 0.5}).to_json()
    assert Told.from_json(kept).scores == {ANGER: 0.5}
    for odd in (kept | change, {}, "x", [1]):
        with pytest.raises(ValueError):
            Told.from_json(odd)


def test_a_code_fence_around_the_object_is_allowed():
    assert grades(f"```json\n{whole(anger=7)}\n```\n").scores == {ANGER: 1.0}
    assert grades(f"Sure!\n```json\n{whole(anger=7)}\n```").outcome is Outcome.MALFORMED


def test_blank_lines_behind_a_fence_do_not_keep_anyone_waiting():
    # As one pattern this took a minute.
    assert grades("```\n" + "\n" * 200_000 + "x").outcome is Outcome.MALFORMED
    assert grades("```json\n" + "\n" * 50_000 + "{}```").outcome is Outcome.MALFORMED


@given(st.text())
def test_no_text_is_taken_for_more_than_it_is(text):
    told = grades(text)
    assert told.outcome in (Outcome.MALFORMED, Outcome.REFUSED)
    assert told.scores == {}


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (Said(whole(anger=3), refused=True), Outcome.REFUSED),
        (Said(""), Outcome.REFUSED),
        (Said(" \n"), Outcome.REFUSED),
        (Said("", cut_off=True), Outcome.CUT_OFF),
        (Said('{"Negative', cut_off=True), Outcome.CUT_OFF),
    ],
)
def test_refusals_and_answers_that_were_cut_off_are_told_apart(said, outcome):
    for told in (told_grades(said, (ANGER,)), told_yes_no({ANGER: said})):
        assert (told.outcome, told.scores, told.missing) == (outcome, {}, 1)


def yes_no(text, *chances):
    token = Chance(text, tuple((word, math.log(chance)) for word, chance in chances))
    return told_yes_no({ANGER: Said(text, chances=(token,) if chances else ())})


def test_the_probability_of_yes_is_its_part_of_yes_and_no():
    told = yes_no("Yes", ("Yes", 0.5), (" yes", 0.1), ("No", 0.2), ("Maybe", 0.2))
    assert told.scores[ANGER] == pytest.approx(0.75)
    assert told.coarse == 0


def test_blanks_and_signs_before_the_word_are_passed_over():
    blank = Chance("\n", (("\n", -0.01), ("Yes", -5.0)))
    word = Chance("Ġno", (("Ġno", math.log(0.8)), ("▁Yes", math.log(0.2))))
    assert chance_of_yes((blank, Chance("**", (("**", 0.0),)), word)) == pytest.approx(0.2)
    assert chance_of_yes((blank,)) is None
    assert chance_of_yes(()) is None


def test_without_a_probability_the_word_counts_and_is_noted_as_coarse():
    for text, score in [("Yes", 1.0), ("no.", 0.0), ("**Yes**, people would", 1.0)]:
        told = yes_no(text)
        assert (told.scores, told.coarse) == ({ANGER: score}, 1)


@pytest.mark.parametrize("text", ["Maybe", "I cannot say yes or no", "Yesterday", "Nobody"])
def test_neither_yes_nor_no_is_malformed_however_likely_yes_was(text):
    assert yes_no(text, (text, 0.6), ("Yes", 0.3)).outcome is Outcome.MALFORMED


@given(
    st.lists(st.floats(allow_nan=True), min_size=1),
    st.sampled_from(["Yes", "No", " yes"]),
)
def test_a_probability_is_one_whatever_the_logarithms_are(logarithms, word):
    others = (*((word, value) for value in logarithms), ("No", -1.0))
    chance = chance_of_yes([Chance("Yes", others)])
    assert chance is None or 0 <= chance <= 1


def test_one_answer_of_two_makes_an_item_answered():
    told = told_yes_no({ANGER: Said("Yes"), FEAR: Said("", refused=True)})
    assert (told.outcome, told.missing, told.scores) == (Outcome.ANSWERED, 1, {ANGER: 1.0})


def test_what_is_kept_comes_back_the_same():
    told = Told(Outcome.ANSWERED, {ANGER: 0.25}, 1, 2, 3, 4)
    assert Told.from_json(json.loads(json.dumps(told.to_json()))) == told


def test_every_prompt_has_its_name_and_version_in_the_first_line():
    for way in Way:
        for channel in Channel:
            kind = "grades" if way is Way.GRADES else "yes-no"
            assert prompt(way, channel).title == f"{kind}-{channel} v1"
            assert len(prompt(way, channel).sha256) == 64
    assert fingerprint(Way.YES_NO) == fingerprint(Way.YES_NO_SAID) != fingerprint(Way.GRADES)


def test_prompts_name_every_key_and_never_fill_in_what_a_message_says():
    message = "$keys ${emotion} $emotion $$"
    asked = ask_grades(Channel.WORDS, list(Emotion), message)
    assert message in asked
    for emotion in Emotion:
        assert f'"{key(emotion)}"' in asked
    assert message in ask_yes_no(Channel.WORDS, ANGER, message)
    assert len({key(emotion) for emotion in Emotion}) == 41
    assert all(Emotion.parse(key(emotion)) is emotion for emotion in Emotion)
