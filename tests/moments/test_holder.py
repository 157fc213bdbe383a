"""Whose feeling a turn tells of, and how."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import BadWeights, MissingWeights
from mien.emotions import Emotion, Scores
from mien.emotions.scores import EMPTY
from mien.moments import holder
from mien.moments.holder import UNWORDED, HolderRules, chances
from mien.moments.moment import Mode, Who
from training.moments.data import FOLDER, dialogues, lines

_PIECES = """
I you " ' . , ? not n't if said sad angry of the my 's Anna was would that and face make as
describe me letter by from so don't will hurt
"""
PIECES = _PIECES.split()
SHOWN = Scores({Emotion.FEAR: 0.6})


def find(text):
    return HolderRules().find(text, SHOWN)


@pytest.mark.parametrize(
    ("text", "who", "mode", "name"),
    [
        ("I'm so happy for you!", "self", "experienced", None),
        ("im not angry", "self", "negated", None),
        ("It scares me.", "self", "experienced", None),
        ("What a relief!", "self", "experienced", None),
        ("To my surprise, the bus came.", "self", "experienced", None),
        ("If only I could be that confident.", "self", "hypothetical", None),
        ("Mum told the doctor I was depressed.", "self", "reported", None),
        ("Surprised? Not me.", "self", "negated", None),
        ("Are you angry with me?", "addressee", "experienced", None),
        ("Don't be scared.", "addressee", "negated", None),
        ("You'll love it there.", "addressee", "hypothetical", None),
        ("I thought you were upset with me.", "addressee", "reported", None),
        ("My sister was over the moon about the job.", "third", "experienced", "My sister"),
        ("If they cancel, Priya will be devastated.", "third", "hypothetical", "Priya"),
        ("According to the papers, the minister is ashamed.", "third", "reported", "the minister"),
        ("That film made my brother cry.", "third", "experienced", "my brother"),
        ("The children, tired and cranky, refused.", "third", "experienced", "The children"),
        ("“I hate this place,” my grandmother muttered.", "third", "quoted", "my grandmother"),
        ('My boss called me "lazy and sullen".', "self", "quoted", None),
        ("Anna's face fell.", "third", "experienced", "Anna"),
        ("I doubt that Sam is sorry.", "third", "negated", "Sam"),
    ],
)
def test_the_holder_is_the_subject_of_the_feeling(text, who, mode, name):
    found = find(text)
    assert (found.who, found.mode, found.name) == (Who(who), Mode(mode), name)


@pytest.mark.parametrize(
    "text", ["I can't help being proud.", "I've never been so scared.", "Not only was I glad!"]
)
def test_some_negations_deny_nothing(text):
    assert find(text).mode is Mode.EXPERIENCED


def test_without_a_feeling_word_people_show_their_own():
    found = find("The landlord changed the lock.")
    assert (found.who, found.mode, found.p) == (Who.SELF, Mode.EXPERIENCED, chances()[UNWORDED])


def test_in_a_long_turn_ones_own_feeling_comes_before_what_others_did():
    assert find("They all laughed. I was so ashamed.").who is Who.SELF
    assert find("They all laughed. It went on for an hour.").who is Who.SELF
    assert find("They all laughed.").who is Who.THIRD


def test_without_any_feeling_there_is_no_holder():
    assert HolderRules().find("I'm so happy!", EMPTY) is None


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join),
)
def test_any_text_has_an_answer_in_its_own_words(text):
    found = find(text)
    assert 0 < found.p < 1
    assert (found.name is not None) == (found.who is Who.THIRD)
    if found.name is not None:
        written = "".join(holder.read(text).written)
        assert "".join(found.name.split()[:1]) in "".join(written.split())


def test_the_rules_hold_on_the_sentences_they_were_written_on():
    rows = list(lines(FOLDER / "holder-dev.jsonl"))
    right = [(f := find(row["text"])).who == row["who"] and f.mode == row["mode"] for row in rows]
    assert sum(right) / len(rows) > 0.93


def test_in_dialogues_feelings_are_mostly_the_speakers_own():
    turns = [turn for talk in dialogues() for turn in talk["turns"] if turn["holder"]]
    right = [(f := find(t["text"])).who == t["holder"]["who"] and f.mode == t["holder"]["mode"]
             for t in turns]  # fmt: skip
    assert sum(right) / len(turns) > 0.92


def test_weights_that_are_missing_or_damaged_say_what_to_do(tmp_path, monkeypatch):
    chances.cache_clear()
    monkeypatch.setattr(holder, "WEIGHTS", tmp_path / "holder-v1.json")
    with pytest.raises(MissingWeights, match="reinstall"):
        chances()
    holder.WEIGHTS.write_text("{}")
    with pytest.raises(BadWeights, match="chances"):
        chances()
    monkeypatch.undo()
    chances.cache_clear()


def test_marks_without_a_word_name_nobody():
    found = find("SAD''MAKE")
    assert (found.who, found.name) == (Who.UNKNOWN, None)
