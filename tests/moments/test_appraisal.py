"""How an event looks to the person who tells it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import BadWeights, MissingWeights
from mien.emotions import Emotion, Scores
from mien.emotions.scores import EMPTY
from mien.moments.appraisal import (
    FILE,
    VARIABLES,
    load_appraisal,
    load_appraisal_with_state,
    told,
)
from mien.moments.parts import load_parts

SAD = Scores({Emotion.SADNESS: 0.8, Emotion.ELATION: 0.02, Emotion.NEUTRAL: 0.1})
GLAD = Scores({Emotion.SADNESS: 0.02, Emotion.ELATION: 0.8, Emotion.NEUTRAL: 0.1})


def rated(text, scores=EMPTY):
    return load_appraisal().rate([text], [scores])[0]


def test_ones_own_doing_is_more_ones_own_responsibility():
    mine = rated("I lied to my mother and I shouted at her because I was lazy.")
    theirs = rated("Someone stole my bicycle from the garden at night.")
    assert mine.responsibility > theirs.responsibility + 0.2
    assert mine.control > theirs.control


def test_what_befalls_people_is_nobodys_doing():
    storm = rated("When the storm came and my grandmother died of cancer.")
    lie = rated("When I cheated in the exam and lied to my friend.")
    assert storm.circumstance > lie.circumstance + 0.1


def test_a_joyful_event_is_more_pleasant():
    text = "when the letter came this morning."
    assert rated(text, GLAD).pleasantness > rated(text, SAD).pleasantness + 0.1


def test_a_feeling_that_was_left_out_is_no_word():
    text = "when my landlord walked into the flat."
    assert told(f"I felt ... {text}") == text
    assert rated(f"I felt ... {text}") == rated(text)


def test_little_is_told_of_few_words():
    assert rated("ok").attention_sd > rated("My brother broke the window again.").attention_sd


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4), st.floats(0, 1))
def test_ratings_stay_in_their_range_and_do_not_depend_on_neighbors(texts, share):
    scores = [Scores({Emotion.ANGER: share})] * len(texts)
    found = load_appraisal().rate(texts, scores)
    assert found == [rated(text, one) for text, one in zip(texts, scores, strict=True)]
    for one in found:
        assert all(0 <= getattr(one, name) <= 1 for name in VARIABLES)
        assert all(0 < getattr(one, f"{name}_sd") < 0.5 for name in VARIABLES)


def test_the_state_of_the_decoder_is_looked_at_where_that_decoder_reads():
    text, scores = "my own brother stole my savings", Scores({Emotion.ANGER: 0.8})
    closer = load_appraisal_with_state(1).rate([text], [scores])
    assert load_parts(1).reading("words-v1").rater.rate([text], [scores]) == closer
    plain = load_parts(1).reading("words-fast-v1").rater.rate([text], [scores])
    assert plain == [rated(text, scores)] != closer


def test_a_missing_or_damaged_file_says_what_to_do(tmp_path):
    with pytest.raises(MissingWeights, match="reinstall"):
        load_appraisal(tmp_path / "none.npz")
    np.savez(tmp_path / "bad.npz", words=np.frombuffer(b"a", np.uint8))
    with pytest.raises(BadWeights, match=r"bad\.npz"):
        load_appraisal(tmp_path / "bad.npz")


def test_the_file_is_small():
    assert FILE.stat().st_size < 1_000_000
