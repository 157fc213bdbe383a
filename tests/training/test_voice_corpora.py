"""Corpora: labels are read as they are, and no speaker is on both sides of a fold."""

import csv

import numpy as np
import pytest

from tests.data import shared
from training.voice.corpora import (
    LABELS,
    TAUGHT,
    extra_corpora,
    read_clips,
    read_corpora,
    speaker_folds,
)

COLUMNS = ("file", "corpus", "speaker", "sex", "emotion", "intensity", "licence")


def write(folder, rows):
    folder.mkdir(parents=True)
    with (folder / "clips.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows)


def row(speaker, emotion, sex="female"):
    return (f"{speaker}-{emotion}.wav", "mine", speaker, sex, emotion, "", "CC0-1.0")


def test_spellings_become_labels_and_arousal(tmp_path):
    write(tmp_path / "mine", [row("a", "Anger"), row("a", "boredom"), row("a", "disgust")])
    clips = read_clips(tmp_path / "mine")
    assert [clip.label for clip in clips] == ["angry", "boredom", "disgust"]
    np.testing.assert_array_equal([clip.arousal for clip in clips], [1.0, 0.0, np.nan])
    assert [LABELS[clip.index] for clip in clips] == [clip.label for clip in clips]


def test_an_unknown_label_stops_the_run(tmp_path):
    write(tmp_path / "mine", [row("a", "wistful")])
    with pytest.raises(ValueError, match="wistful"):
        read_clips(tmp_path / "mine")


def test_added_corpora_are_found_by_their_table(tmp_path):
    write(tmp_path / "mine", [row("a", "joy")])
    (tmp_path / "notes").mkdir()
    assert list(extra_corpora(tmp_path)) == ["mine"]
    assert extra_corpora(None) == {}


def test_folds_part_speakers_and_hold_both_sexes(tmp_path):
    people = [(f"mine_{i:02d}", "female" if i % 2 else "male") for i in range(12)]
    write(tmp_path / "mine", [row(p, e, s) for p, s in people for e in ("joy", "anger")])
    clips = read_clips(tmp_path / "mine")
    fold = speaker_folds(clips)
    for number in range(3):
        tested = {clip.speaker for clip, f in zip(clips, fold, strict=True) if f == number}
        taught = {clip.speaker for clip, f in zip(clips, fold, strict=True) if f != number}
        assert tested.isdisjoint(taught)
        assert {c.sex for c, f in zip(clips, fold, strict=True) if f == number} == {
            "female",
            "male",
        }


def test_the_shared_corpora_are_whole_and_every_speaker_is_tested_once():
    clips = read_corpora(shared("voice"), TAUGHT)
    fold = speaker_folds(clips)
    assert len(clips) == 1440 + 3087 + 535
    by_speaker = {clip.speaker: set() for clip in clips}
    for clip, number in zip(clips, fold, strict=True):
        by_speaker[clip.speaker].add(number)
    assert {len(numbers) for numbers in by_speaker.values()} == {1}
    assert len(by_speaker) == 24 + 9 + 10
