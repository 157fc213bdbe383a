import json

import pytest

from mien.core.errors import ConfigError
from mien.emotions import EMONET_40, Emotion, Group
from tests.data import shared


def test_there_are_forty_emotions_and_neutral_comes_last():
    assert len(EMONET_40) == 40
    assert tuple(Emotion) == (*EMONET_40, Emotion.NEUTRAL)


def test_positions_are_the_columns():
    assert [emotion.position for emotion in Emotion] == list(range(41))


def test_every_emotion_has_a_label_a_group_and_words():
    assert all(emotion.label and emotion.words for emotion in Emotion)
    assert {emotion.group for emotion in Emotion} == set(Group)
    assert [e for e in Emotion if e.group is Group.NEUTRAL] == [Emotion.NEUTRAL]


@pytest.mark.parametrize(
    ("spelling", "emotion"),
    [
        ("anger", Emotion.ANGER),
        ("  Anger ", Emotion.ANGER),
        ("model_pleasure_ecstasy_best.pth", Emotion.PLEASURE),
        ("model_Pleasure_Ecstasy_best.pth", Emotion.PLEASURE),
        ("model_jealousy_&_envy_best.pth", Emotion.JEALOUSY),
        ("Jealousy / Envy", Emotion.JEALOUSY),
        ("Jealousy___Envy", Emotion.JEALOUSY),
        ("Hope/Optimism", Emotion.HOPE),
        ("Intoxication/Altered States", Emotion.INTOXICATION),
        ("Hopelessness", Emotion.HELPLESSNESS),
        ("Negative High-Energy Emotions|Anger", Emotion.ANGER),
        ("Neutral", Emotion.NEUTRAL),
    ],
)
def test_published_spellings_are_understood(spelling, emotion):
    assert Emotion.parse(spelling) is emotion


@pytest.mark.parametrize("spelling", ["", "angr", "model_best.pth", "emotional", "_best.pth"])
def test_what_is_no_emotion_is_refused(spelling):
    with pytest.raises(ConfigError, match=r"is called .*: choose from amusement, elation"):
        Emotion.parse(spelling)


def test_every_spelling_in_laions_files_is_understood():
    published = json.loads(shared("laion/emotions40.json").read_text(encoding="utf-8"))
    for emotion, row in zip(EMONET_40, published["emotions"], strict=True):
        names = [row["name"], row["face_file"], row["voice_file"], row["bench_label"]]
        for name in (*names, row["voice_taxonomy_name"], *row["aliases"]):
            assert Emotion.parse(name) is emotion
        assert emotion.group.value in row["group"].lower().replace("&", "and")
