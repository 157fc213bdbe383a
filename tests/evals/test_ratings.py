"""A user's own coders: their table, their agreement, and maps fitted on what they said."""

import itertools
import json
import wave

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.config import Config
from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.emotions import Emotion
from mien.evals.perception import Manner, calibrate, measure_ratings, render_page, render_text
from mien.evals.perception.calibrating import ENOUGH, fit, pairs, rising
from mien.evals.perception.items import Form
from mien.evals.perception.predict import Prediction, no_answer
from mien.evals.perception.ratings import open_ratings
from mien.timeline.reading import Channel
from tests.evals import made

HEADS = ["file", "start", "end", "rater", "label", "score"]


def table(folder, rows, heads=HEADS):
    path = folder / "ratings.csv"
    made.write_rows(path, heads, rows)
    return path


def opened_of(folder, rows, channel=Channel.VOICE, heads=HEADS):
    return open_ratings(table(folder, rows, heads), folder, channel)


def test_labels_are_read_in_any_spelling_and_strange_rows_are_counted(tmp_path):
    rows = [
        ["a.wav", 0, 2, "ann", "Pleasure/Ecstasy", ""],
        ["a.wav", 0, 2, "ben", "model_anger_best.pth", ""],
        ["a.wav", 2, 5, "ann", "ANGER", ""],
        ["a.wav", 2, 5, "ben", "grumpy", ""],
        ["a.wav", 5, 3, "ben", "anger", ""],
        ["a.wav", "x", 3, "ben", "anger", ""],
        ["", 2, 5, "ben", "anger", ""],
    ]
    opened = opened_of(tmp_path, rows)
    assert [item.id for item in opened.items] == ["a.wav 0-2", "a.wav 2-5"]
    assert {item.cluster for item in opened.items} == {"a.wav"}
    assert opened.sheet.labels == ("pleasure", "anger")
    assert opened.sheet.raters == ("ann", "ben")
    reasons = {skip.reason: skip.count for skip in opened.skipped}
    assert reasons["label that is no emotion of Mien's: 'grumpy'"] == 1
    assert sum(reasons.values()) == 4
    assert opened.notes == ("2 of 2 stretches have no file here",)


def test_who_named_one_emotion_said_no_to_the_others_that_anybody_named(tmp_path):
    rows = [["a.wav", "", "", "ann", "anger", ""], ["b.wav", "", "", "ann", "awe", ""]]
    opened = opened_of(tmp_path, rows)
    assert opened.about.form is Form.TAGS
    assert len(opened.sheet.value) == 4
    assert opened.sheet.value.sum() == 2


def test_who_rates_twice_is_no_second_rater(tmp_path):
    rows = [[f"{i}.wav", "", "", r, "anger", i % 7] for i in range(20) for r in ("ann", "ben")]
    once = opened_of(tmp_path, rows)
    first = [[file, "", "", "ann", "anger", 6] for file, *_ in rows[::2]]
    again = opened_of(tmp_path, first + rows)
    assert again.sheet.value.tolist() == once.sheet.value.tolist()
    [skip] = again.skipped
    assert (skip.reason, skip.count) == ("rating that the same rater gave again later", 20)


def test_a_file_that_was_replaced_is_another_one(tmp_path):
    rows = [["a.txt", "", "", "ann", "anger", ""]]
    stamps = set()
    for text in ("one", "three"):
        (tmp_path / "a.txt").write_text(text)
        stamps |= {item.stamp for item in opened_of(tmp_path, rows, Channel.WORDS).items}
    assert len(stamps) == 2


def test_files_outside_the_folder_are_not_opened(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("mine")
    inside = tmp_path / "in" / "a.txt"
    names = ["../secret.txt", str(tmp_path / "secret.txt"), str(inside), "x/../../secret.txt"]
    rows = [[name, "", "", "ann", "anger", ""] for name in names]
    opened = opened_of(tmp_path / "in", rows, Channel.WORDS)
    assert [item.id for item in opened.items] == [str(inside)]
    assert opened.skipped[0].count == 3


@pytest.mark.parametrize(("n_files", "said"), [(4, "it takes 5 files"), (12, "other files needed")])
def test_what_more_ratings_would_bring_is_said_or_that_nobody_knows(n_files, said, tmp_path):
    random, rows = np.random.default_rng(0), []
    for i in range(60):
        grade = random.integers(7)
        rows += [[f"{i % n_files}.txt", i, i + 1, r, "anger", grade] for r in ("ann", "ben")]
    for i in range(n_files):
        (tmp_path / f"{i}.txt").write_text("hm")
    path = table(tmp_path, rows)
    reader = made.Says(lambda item: made.shares(item, anger=random.random()))
    outcomes = measure_ratings(
        path, tmp_path, predictors=[reader], channel=Channel.WORDS, manner=Manner(draws=40)
    )
    assert said in render_text(outcomes)
    assert said in render_page(outcomes)


def test_scores_keep_their_scale(tmp_path):
    rows = [["a.wav", "", "", r, "anger", s] for r, s in (("ann", 1), ("ben", 5), ("cem", 3))]
    opened = opened_of(tmp_path, rows)
    assert opened.about.form is Form.GRADES
    assert opened.about.scale == (1.0, 5.0)
    rows.append(["a.wav", "", "", "dan", "anger", 0])
    assert opened_of(tmp_path, rows).about.scale == (0.0, 5.0)


def test_tables_that_cannot_be_understood_say_what_they_need(tmp_path):
    with pytest.raises(ConfigError, match="no column label"):
        opened_of(tmp_path, [["a.wav", "ann"]], heads=["file", "rater"])
    rows = [["a.wav", "", "", "ann", "anger", 1], ["a.wav", "", "", "ben", "anger", ""]]
    with pytest.raises(ConfigError, match="scores in some rows only"):
        opened_of(tmp_path, rows)
    with pytest.raises(UnreadableSource, match="no rating"):
        opened_of(tmp_path, [["a.wav", "", "", "ann", "grumpy", ""]])


def test_the_stretch_that_was_rated_is_what_is_heard(tmp_path):
    samples = np.concatenate([np.zeros(16_000), np.full(16_000, 8_000), np.zeros(16_000)])
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    rows = [["a.wav", 1, 2, "ann", "anger", ""], ["a.wav", "", "", "ann", "anger", ""]]
    part, whole = (item.media.load() for item in opened_of(tmp_path, rows).items)
    assert len(whole) == 48_000
    assert len(part) == pytest.approx(16_000, abs=400)
    assert np.abs(part[500:-500]).min() > 0.2


def test_a_photo_is_shown_and_a_chat_is_read(tmp_path):
    Image.new("RGB", (30, 20), (9, 99, 9)).save(tmp_path / "a.png")
    rows = [["a.png", "", "", "ann", "anger", ""]]
    picture = opened_of(tmp_path, rows, Channel.FACE).items[0].media
    assert picture.load()[0, 0].tolist() == [9, 99, 9]
    assert not picture.is_cut_out
    chat = [{"role": "user", "content": "you broke it"}, {"role": "user", "content": "again"}]
    (tmp_path / "a.json").write_text(json.dumps(chat))
    rows = [["a.json", "", "", "ann", "anger", ""]]
    assert opened_of(tmp_path, rows, Channel.WORDS).items[0].media.text == "you broke it again"


@pytest.fixture
def chats(tmp_path):
    """Forty chats that two coders call angry, glad or neither; one of them often guesses."""
    random = np.random.default_rng(0)
    words = {
        "anger": "I am furious, this makes me so angry",
        "elation": "I am so happy, what a joy today",
        "neutral": "The meeting is in room four at ten",
    }
    rows = []
    for i, label in zip(range(60), itertools.cycle(words), strict=False):
        chat = [{"role": "user", "content": f"{words[label]} {i}"}]
        (tmp_path / f"{i:02}.json").write_text(json.dumps(chat))
        guess = random.choice(list(words)) if random.random() < 0.5 else label
        rows += [[f"{i:02}.json", "", "", "ann", label, ""]]
        rows += [[f"{i:02}.json", "", "", "ben", guess, ""]]
    table(tmp_path, rows)
    return tmp_path


def test_a_decoder_stands_beside_each_coder_in_one_figure(chats):
    [outcome] = measure_ratings(
        chats / "ratings.csv", chats, decoders=["words-fast-v1"], manner=Manner(draws=60)
    )
    row, people = outcome.row("words-fast-v1"), outcome.row("people")
    assert (row.n, outcome.n_clusters) == (60, 60)
    assert row.by_rater["ann"].value > row.by_rater["ben"].value
    assert set(people.by_rater) == {"ann", "ben"}
    assert 0.2 < people.figures["kappa"].value < 0.8
    assert set(row.by_label) == {"anger", "elation", "neutral"}
    text = render_text([outcome])
    assert "kappa of words-fast-v1 with ann" in text
    assert "needed for κ" in text
    assert "ann" in render_page([outcome])


def test_without_a_decoder_somebody_must_say_what_to_read(chats):
    with pytest.raises(ConfigError, match="name a decoder or a channel"):
        measure_ratings(chats / "ratings.csv", chats)
    [outcome] = measure_ratings(
        chats / "ratings.csv", chats, channel=Channel.WORDS, manner=Manner(draws=20)
    )
    assert outcome.row("people").figures["alpha_nominal"].value > 0.2


def test_the_command_takes_ratings(chats):
    given = ["--ratings", str(chats / "ratings.csv"), "--folder", str(chats)]
    options = ["--decoders", "words-fast", "--draws", "20", "--json"]
    ended = CliRunner().invoke(app, ["evals", "perception", *given, *options])
    assert ended.exit_code == 0, ended.output
    rows = {row["name"]: row for row in json.loads(ended.stdout)["rows"]}
    assert rows["words-fast-v1"]["more_items_for_05"] is not None
    assert rows["words-fast-v1"]["by_rater"]["ann"][0] is not None


def bent(share):
    """What made raters' shares become in a decoder whose scale is off."""
    return share**3 * 0.4


def rated(n=300, raters=10, files=30, seed=0):
    """Raters drawn from a share that is known, and a decoder that bends it."""
    random = np.random.default_rng(seed)
    share = random.random(n)
    rows, found, clusters = [], {}, {}
    for i in range(n):
        name = f"{i:03}"
        clusters[name] = f"file {i % files}"
        named = random.random(raters) < share[i]
        rows += [(name, f"r{k}", "anger", float(is_named)) for k, is_named in enumerate(named)]
        row = np.full(len(Emotion), np.nan, dtype=np.float32)
        row[Emotion.ANGER.position] = bent(share[i])
        found[name] = Prediction(name, row)
    return share, made.graded(rows, (0.0, 1.0), Form.TAGS, clusters), found


def test_the_true_map_is_found_again():
    share, opened, found = rated()
    calibration = fit("made-v1", opened, found)
    fitted = calibration.maps[Emotion.ANGER]
    grid = np.linspace(0.1, 0.9, 9)
    assert fitted(bent(grid).astype(np.float32)) == pytest.approx(grid, abs=0.08)
    assert (calibration.n, calibration.raters) == (300, 10)
    figures = calibration.figures
    assert figures["rmse_after"] < 0.2 < 0.3 < figures["rmse_before"]
    assert share is not None


def test_what_is_right_already_gets_no_map():
    _, opened, _ = rated(raters=1, n=200)
    share = pairs_of_truth(opened)
    found = {
        item.id: Prediction(item.id, anger_row(share[i])) for i, item in enumerate(opened.items)
    }
    calibration = fit("made-v1", opened, found)
    assert calibration.figures["rmse_before"] == 0.0
    assert calibration.maps == {}


def test_a_rare_emotion_that_is_told_too_low_gets_its_map():
    """Most raters say no to it: always no has the least absolute error, and is no share."""
    random = np.random.default_rng(0)
    share, rows, found = 0.3 * random.random(400) ** 3, [], {}
    for i, true in enumerate(share):
        rows += [(f"{i:03}", f"r{k}", "anger", float(random.random() < true)) for k in range(3)]
        found[f"{i:03}"] = Prediction(f"{i:03}", anger_row(true / 20))
    opened = made.graded(rows, (0.0, 1.0), Form.TAGS, {f"{i:03}": f"{i % 20}" for i in range(400)})
    fitted = fit("made-v1", opened, found).maps[Emotion.ANGER]
    assert fitted(np.float32([0.01])) == pytest.approx(0.2, abs=0.07)


@pytest.mark.parametrize("seed", range(6))
def test_ratings_at_random_teach_nothing(seed):
    """Any map about their mean errs less than the shares; the mean alone errs least."""
    random = np.random.default_rng(seed)
    rows = [(f"{i:03}", "r", "anger", float(random.random())) for i in range(66)]
    found = {name: Prediction(name, anger_row(np.float32(random.random()))) for name, *_ in rows}
    opened = made.graded(rows, (0.0, 1.0), Form.TAGS, {name: name for name, *_ in rows})
    calibration = fit("made-v1", opened, found)
    figures = calibration.figures
    assert figures["rmse_mean.anger"] < figures["rmse_after.anger"] < figures["rmse_before.anger"]
    assert calibration.maps == {}
    assert figures["rmse_after"] == figures["rmse_before"]


def test_a_table_that_is_not_there_is_said_before_anything_is_loaded(tmp_path):
    with pytest.raises(SourceNotFound, match=r"none\.csv"):
        calibrate("emonet-voice-small", tmp_path / "none.csv", tmp_path, Config(home=tmp_path))


def pairs_of_truth(opened):
    return opened.sheet.value.reshape(len(opened.items), -1).mean(axis=1)


def anger_row(value):
    row = np.full(len(Emotion), np.nan, dtype=np.float32)
    row[Emotion.ANGER.position] = value
    return row


def test_too_few_items_are_refused_with_how_many_are_needed():
    _, opened, found = rated(n=ENOUGH - 1)
    with pytest.raises(ConfigError, match=f"{ENOUGH - 1} answered items .* {ENOUGH} items of 5"):
        fit("made-v1", opened, found)
    _, opened, found = rated(n=100, files=2)
    with pytest.raises(ConfigError, match="of 2 files"):
        fit("made-v1", opened, found)


def test_items_without_an_answer_teach_nothing():
    _, opened, found = rated(n=100)
    for item in opened.items[:50]:
        found[item.id] = no_answer(item, "no face")
    assert len(pairs(opened, found)[Emotion.ANGER].said) == 50


@pytest.mark.parametrize("seed", range(5))
def test_knots_rise_whatever_the_scores(seed):
    random = np.random.default_rng(seed)
    said = np.round(random.random(80), 1)
    fitted = rising(said, random.random(80))
    assert (np.diff(fitted.x) > 0).all()
    assert (np.diff(fitted.y) >= 0).all()


def test_a_decoder_whose_shares_come_from_its_training_is_not_calibrated(chats, tmp_path):
    with pytest.raises(ConfigError, match="applies no calibration"):
        calibrate("words-fast-v1", chats / "ratings.csv", chats, Config(home=tmp_path))
