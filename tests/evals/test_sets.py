"""Every set is read from the files that its publisher gives out."""

import numpy as np
import pytest

from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.emotions import EMONET_40, Emotion
from mien.evals.perception.files import Tally
from mien.evals.perception.sets import data_sets, open_sets
from mien.evals.perception.sets.emonet_voice_bench import read_label
from mien.evals.perception.sets.ferplus import majority
from mien.timeline.reading import Channel
from tests.data import shared
from tests.evals import made


def reasons(opened):
    return {skip.reason: skip.count for skip in opened.skipped}


@pytest.mark.parametrize("name", list(data_sets()))
def test_every_set_says_its_terms_and_what_it_needs(name):
    about = data_sets()[name].about
    assert about.name == name
    assert all((about.title, about.licence, about.source, about.files, about.cluster))
    assert about.scale[0] < about.scale[1]


@pytest.mark.parametrize("name", ["emonet-face-hq", "emonet-face-binary"])
def test_the_faces_of_emonet_come_with_their_restriction(name):
    assert "surveillance" in data_sets()[name].about.restriction


@pytest.mark.parametrize("name", list(data_sets()))
def test_an_empty_folder_holds_none_of_them(name, tmp_path):
    with pytest.raises(SourceNotFound, match="holds no"):
        data_sets()[name].open(tmp_path)
    with pytest.raises(SourceNotFound):
        open_sets((), tmp_path)


def test_an_unknown_name_is_met_with_those_there_are(tmp_path):
    with pytest.raises(ConfigError, match="choose from emonet-face-hq"):
        open_sets(("affectnet",), tmp_path)


def test_hq_keeps_peoples_grades_alone(tmp_path):
    made.hq(tmp_path)
    [opened] = open_sets(("emonet-face-hq",), tmp_path)
    assert len(opened.items) == 6
    assert opened.sheet.labels == tuple(emotion.value for emotion in EMONET_40)
    assert len(opened.sheet.value) == 6 * 3 * 40
    assert opened.sheet.raters == ("human-0", "human-1", "human-2")
    assert reasons(opened) == {
        "answer of a model, not of a person": 6,
        "annotations that cannot be read": 1,
    }
    assert opened.items[2].media.load()[0, 0].tolist() == [2, 0, 0]
    assert opened.items[2].media.is_close_up
    assert opened.notes == ()


def test_hq_without_pictures_says_what_is_missing(tmp_path):
    made.hq(tmp_path)
    (tmp_path / "00003.png").unlink()
    [opened] = open_sets(("emonet-face-hq",), tmp_path)
    assert opened.notes == ("1 of 6 pictures are not here",)
    assert opened.items[3].media is None


def test_a_cell_of_hq_runs_no_code_and_cannot_be_huge(tmp_path):
    heads = ["image", "annotator", "human", "annotations"]
    cells = ["open('x','w')", "(" * 9_000, "{'Anger': 1}" + " " * 30_000, "[1]", "{'Anger': 'x'}"]
    rows = [["a.png", "h", "True", cell] for cell in cells]
    made.write_rows(tmp_path / "hq.csv", heads, [*rows, ["b.png", "h", "True", "{'Anger': 5}"]])
    [opened] = open_sets(("emonet-face-hq",), tmp_path)
    assert reasons(opened) == {"annotations that cannot be read": len(cells)}
    assert opened.sheet.value.tolist() == [5.0]


def test_binary_spells_helplessness_in_its_own_way(tmp_path):
    made.binary(
        tmp_path, [["00000", "human-1", "True", "Hopelessness"], ["0", "h", "maybe", "Awe"]]
    )
    [opened] = open_sets(("emonet-face-binary",), tmp_path)
    assert opened.items[0].asked == (Emotion.HELPLESSNESS,)
    assert reasons(opened) == {"answer that is neither yes nor no": 1}


def test_the_published_binary_file_is_whole():
    shared("laion/emonet_face_binary.csv.gz")
    [opened] = open_sets(("emonet-face-binary",), shared("laion"))
    assert (len(opened.items), len(opened.sheet.value)) == (19_999, 65_686)
    assert len(opened.sheet.raters) == 7
    assert opened.sheet.value.mean() == pytest.approx(0.575, abs=5e-4)


def test_voice_bench_steps_become_the_papers_scale(tmp_path):
    label = (
        "[{'r1': {'Jealousy / Envy': 2}}, {'r2': {'Jealousy / Envy': 1}}, {'r3': {'Arousal': 1}}]"
    )
    made.voice_bench(tmp_path, {"clip-1": label, "clip-2": "[{'r1': {'Fatigue': 0}}]", "c": "oh"})
    made.clip(tmp_path / "clip-1.wav")
    [opened] = open_sets(("emonet-voice-bench",), tmp_path)
    assert opened.sheet.value.tolist() == [10.0, 5.0, 0.0]
    assert opened.items[0].asked == (Emotion.JEALOUSY,)
    assert opened.items[0].media.load().shape == (4800,)
    assert opened.items[1].media is None
    assert reasons(opened) == {
        "rating of arousal, which is no emotion": 1,
        "label that cannot be read": 1,
    }


@pytest.mark.parametrize(
    "label", ["", "None", "[1]", "[{'r': 2}]", "{'r': {'Anger': [1]}}", "(" * 400]
)
def test_a_label_of_voice_bench_that_is_none_is_counted(label):
    tally = Tally("x")
    assert read_label(label, tally) == []
    assert sum(skip.count for skip in tally.skipped()) == 1


def test_ferplus_takes_the_test_pictures_with_a_majority(tmp_path):
    rows = [
        ["PrivateTest", "fer0000001.png", 1, 8, 0, 0, 0, 0, 0, 0, 1, 0],
        ["PrivateTest", "fer0000002.png", 5, 5, 0, 0, 0, 0, 0, 0, 0, 0],
        ["PrivateTest", "fer0000003.png", 0, 0, 0, 0, 0, 0, 0, 0, 0, 10],
        ["Training", "fer0000004.png", 10, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
    made.ferplus(tmp_path, rows)
    [opened] = open_sets(("ferplus",), tmp_path)
    assert [item.id for item in opened.items] == ["row 0 fer0000001.png"]
    assert opened.truth.tolist() == [1]
    picture = opened.items[0].media
    assert picture.is_cut_out
    assert picture.load().shape == (48, 48, 3)
    assert sum(reasons(opened).values()) == 2


@pytest.mark.parametrize(
    ("votes", "label"),
    [
        ([5, 4, 0, 0, 0, 0, 0, 0, 1, 0], 0),  # single votes fall away: 5 of 9
        ([5, 5, 0, 0, 0, 0, 0, 0, 0, 0], -1),
        ([1] * 10, -1),
        ([0, 0, 0, 0, 0, 0, 0, 4, 6, 0], -1),  # unknown wins
        ([0, 0, 0, 0, 2, 0, 0, 0, 0, 1], 4),
    ],
)
def test_the_majority_rule_is_the_publishers(votes, label):
    assert majority(np.array(votes, dtype=float)) == label


def test_the_published_test_of_ferplus_has_3153_pictures():
    [opened] = open_sets(("ferplus",), shared("face"))
    counts = np.bincount(opened.truth, minlength=8).tolist()
    assert counts == [1090, 893, 396, 384, 273, 18, 83, 16]
    assert opened.items[0].media.load().shape == (48, 48, 3)


def test_ravdess_takes_speech_and_leaves_songs(tmp_path):
    for name in ("03-01-06-01-02-01-12", "03-02-06-01-02-01-12", "01-01-06-01-02-01-12", "notes"):
        made.clip(tmp_path / f"{name}.wav")
    (tmp_path / "again").mkdir()
    made.clip(tmp_path / "again" / "03-01-06-01-02-01-12.wav")
    [opened] = open_sets(("ravdess",), tmp_path)
    assert [(item.id, item.cluster) for item in opened.items] == [
        ("03-01-06-01-02-01-12", "actor 12")
    ]
    assert opened.sheet.labels[opened.truth[0]] == "fearful"
    assert reasons(opened) == {"a song, or the sound of a film": 2, "a second copy": 1}


def test_the_published_ravdess_is_whole():
    [opened] = open_sets(("ravdess",), shared("voice/ravdess"))
    assert len(opened.items) == 1440
    assert len({item.cluster for item in opened.items}) == 24
    assert 1 < len(opened.items[0].media.load()) / 16_000 < 4


def test_crema_d_takes_the_votes_on_voices(tmp_path):
    heads = ["", "A", "D", "F", "H", "N", "S", "fileName", "numResponses"]
    rows = [
        ["100001", 0, 0, 2, 0, 7, 0, "1001_DFA_FEA_XX", 9],
        ["100002", 4, 0, 0, 0, 4, 0, "1001_DFA_ANG_XX", 8],
        ["200001", 9, 0, 0, 0, 0, 0, "1001_DFA_FEA_XX", 9],
    ]
    made.write_rows(tmp_path / "tabulatedVotes.csv", heads, rows)
    made.clip(tmp_path / "1001_DFA_FEA_XX.wav")
    [opened] = open_sets(("crema-d",), tmp_path)
    assert [item.cluster for item in opened.items] == ["actor 1001", "actor 1001"]
    assert opened.truth.tolist() == [opened.sheet.labels.index("NEU"), -1]
    assert opened.sheet.value.tolist() == [2.0, 7.0, 4.0, 4.0]
    assert "tied" in next(iter(reasons(opened)))


def test_goemotions_tells_emotions_from_labels(tmp_path):
    from mien.emotions import label_map

    labels = label_map("goemotions").labels
    (tmp_path / "emotions.txt").write_text("\n".join(labels))
    lines = [
        f"What a\tday\t{labels.index('joy')},{labels.index('remorse')}\tid1",
        f"Hm.\t{labels.index('approval')}\tid2",
    ]
    (tmp_path / "test.tsv").write_text("\n".join(lines) + "\n")
    [opened] = open_sets(("goemotions",), tmp_path)
    assert opened.items[0].media.text == "What a\tday"
    said = {
        (int(i), opened.sheet.labels[label])
        for i, label, value in zip(
            opened.sheet.item, opened.sheet.label, opened.sheet.value, strict=True
        )
        if value
    }
    assert said == {(0, "elation"), (0, "shame")}
    assert "approval" in opened.notes[0]


def test_goemotions_takes_single_raters_where_they_are_there(tmp_path):
    from mien.emotions import label_map

    labels = label_map("goemotions").labels
    (tmp_path / "emotions.txt").write_text("\n".join(labels))
    joy = labels.index("joy")
    (tmp_path / "test.tsv").write_text(f"Nice\t{joy}\tid1\nBad\t{joy}\tid2\n")
    heads = ["text", "id", "rater_id", "example_very_unclear", *labels]

    def row(rater, unclear, *said):
        return ["Nice", "id1", rater, unclear, *(int(label in said) for label in labels)]

    rows = [row("7", "False", "joy"), row("8", "False", "joy", "fear"), row("9", "True", "anger")]
    made.write_rows(tmp_path / "goemotions_1.csv", heads, rows)
    [opened] = open_sets(("goemotions",), tmp_path)
    assert opened.sheet.raters == ("7", "8", "published")
    fear = opened.sheet.label == opened.sheet.labels.index("fear")
    assert opened.sheet.value[fear].tolist() == [0.0, 1.0, 0.0]
    assert "single raters of 1 comments" in opened.notes[1]


def test_a_table_of_something_else_is_refused_with_a_reason(tmp_path):
    (tmp_path / "hq.csv").write_text("a,b\n1,2\n")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00broken")
    with pytest.raises(UnreadableSource, match="no column 'image'"):
        open_sets(("emonet-face-hq",), tmp_path)
    with pytest.raises(UnreadableSource):
        open_sets(("emonet-face-binary",), tmp_path)


def test_items_are_unique_and_of_the_sets_channel(tmp_path):
    made.hq(tmp_path)
    for opened in open_sets((), tmp_path):
        ids = [item.id for item in opened.items]
        assert len(set(ids)) == len(ids)
        assert {item.channel for item in opened.items} == {Channel.FACE}
