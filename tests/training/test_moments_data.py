"""The dialogues hold what they say: quotes stand in their turns, and causes come before."""

import pytest

from mien.emotions import Emotion
from mien.moments.appraisal import VARIABLES
from mien.moments.moment import CauseType, Mode, TargetKind, Who
from training.moments.data import FOLDER, dialogues, felt, is_sealed, lines

SENTENCES = ("holder-dev", "holder-c", "holder-d", "holder-e", "holder-f")
TESTS = ("holder-test", "holder-release-2")

EVERY = [*dialogues(), *dialogues(sealed=True)]


def test_there_are_dialogues_enough_and_a_third_is_sealed():
    assert len(EVERY) >= 600
    assert 0.28 < sum(is_sealed(row["id"]) for row in EVERY) / len(EVERY) < 0.38
    assert len({row["id"] for row in EVERY}) == len(EVERY)


def test_every_dialogue_has_four_to_twelve_turns_and_two_people():
    assert all(4 <= len(row["turns"]) <= 12 for row in EVERY)
    assert all(len({turn["speaker"] for turn in row["turns"]}) >= 2 for row in EVERY)


def test_every_label_is_one_of_the_record():
    for turn in (turn for row in EVERY for turn in row["turns"]):
        Emotion(turn["emotion"])
        if turn["holder"]:
            Who(turn["holder"]["who"])
            Mode(turn["holder"]["mode"])
        if turn["target"]:
            TargetKind(turn["target"]["kind"])
        for cause in turn["causes"]:
            CauseType(cause["type"])


def test_quotes_stand_in_turns_that_are_not_later():
    for row in EVERY:
        for i, turn in enumerate(row["turns"]):
            for quote in [*turn["causes"], turn["target"]]:
                if quote is None or quote["turn"] is None:
                    continue
                assert quote["turn"] <= i
                text = row["turns"][quote["turn"]]["text"]
                assert text[quote["from_char"] : quote["to_char"]] == quote["text"]


def test_the_second_reading_is_of_the_same_turns():
    first = {row["id"]: row for row in EVERY}
    for row in lines(FOLDER / "second-talks.jsonl"):
        assert len(row["turns"]) == len(first[row["id"]]["turns"])


@pytest.mark.parametrize(
    ("name", "n"),
    [("holder-test", 300), ("holder-dev", 300), ("holder-release-2", 320), ("holder-c", 800),
     ("holder-d", 800), ("holder-e", 900), ("holder-f", 982)],
)  # fmt: skip
def test_cues_and_names_stand_in_their_sentences(name, n):
    rows = list(lines(FOLDER / f"{name}.jsonl"))
    assert len({row["text"] for row in rows}) == len(rows) == n
    for row in rows:
        assert row["text"][row["from_char"] : row["to_char"]] == row["cue"]
        assert row["name"] in ("-", None) or row["name"] in row["text"]


def test_ratings_are_of_three_readers():
    rows = list(lines(FOLDER / "appraisal.jsonl"))
    assert len(rows) >= 600
    rated = ("attention", "certainty", "effort", "pleasantness", "responsibility", "control")
    assert all(0 <= row[name] <= 3 for row in rows for name in (*rated, "circumstance"))


def _plain(text):
    return " ".join(text.lower().split())


def test_no_sentence_that_teaches_holders_is_in_a_test():
    tests = {_plain(row["text"]) for name in TESTS for row in lines(FOLDER / f"{name}.jsonl")}
    taught = {_plain(row["text"]) for name in SENTENCES for row in lines(FOLDER / f"{name}.jsonl")}
    assert not tests & taught


def test_dialogues_for_emotions_alone_name_known_ones_and_are_sealed_by_nobody():
    rows = list(felt())
    assert len({row["id"] for row in rows}) == len(rows) > 700
    for turn in (turn for row in rows for turn in row["turns"]):
        Emotion(turn["emotion"])
        assert turn["second"] is None or Emotion(turn["second"])
        assert turn["speaker"]
        assert turn["text"]


def test_hardly_a_turn_that_teaches_emotions_is_in_a_sealed_dialogue():
    sealed = {_plain(turn["text"]) for row in dialogues(sealed=True) for turn in row["turns"]}
    taught = {_plain(turn["text"]) for row in felt() for turn in row["turns"]}
    # "What?" and "Okay." are anybody's.
    assert len([text for text in sealed & taught if len(text.split()) > 5]) <= 1


def test_events_are_rated_from_0_to_3():
    rows = [row for path in FOLDER.glob("appraisal*.jsonl") for row in lines(path)]
    assert len(rows) == 2_000
    assert {row[name] for row in rows for name in VARIABLES} == {0, 1, 2, 3}
