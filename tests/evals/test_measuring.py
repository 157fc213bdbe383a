"""The whole way: from files and names to tables, pages and a command."""

import csv
import io
import json
import re
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import ConfigError, SourceNotFound, UnreadableSource
from mien.decoders.registry import load
from mien.emotions import Emotion
from mien.evals.perception import (
    Manner,
    data_sets,
    measure,
    open_sets,
    render_page,
    render_text,
    rescore,
    to_csv,
    to_json,
)
from mien.evals.perception.items import Text
from mien.evals.perception.keeping import keep_file, predictions
from mien.evals.perception.measuring import limited, score
from mien.evals.perception.predict import (
    DecoderPredictor,
    Prediction,
    decoder_predictor,
    no_answer,
)
from mien.evals.perception.telling.gist import gist
from mien.evals.perception.telling.results import Who
from tests.data import shared
from tests.evals import made

FEW = Manner(draws=40)


@pytest.fixture
def crema(tmp_path):
    """Ten clips by five actors: half are heard as angry, half as neutral."""
    heads = ["", "A", "D", "F", "H", "N", "S", "fileName", "numResponses"]
    rows = []
    for i in range(10):
        name = f"{1001 + i // 2}_DFA_ANG_XX{i}"
        votes = [7, 1, 0, 0, 2, 0] if i % 2 else [1, 0, 0, 1, 8, 0]
        rows.append([100_000 + i, *votes, name, 10])
        made.clip(tmp_path / f"{name}.wav", 0.1)
    made.write_rows(tmp_path / "tabulatedVotes.csv", heads, rows)
    return tmp_path


def right(item):
    return made.shares(item, anger=float(int(item.id[-1]) % 2), neutral=0.4)


def test_a_perfect_reader_stands_above_people_and_chance(crema):
    [outcome] = measure(crema, ["crema-d"], predictors=[made.Says(right)], manner=FEW)
    row = outcome.row("made-v1")
    assert (row.figures["uar"].value, row.n, row.refused) == (1.0, 10, 0)
    assert row.chance["uar"] == pytest.approx(0.5, abs=0.1)
    assert row.chance.keys() == row.figures.keys()
    assert row.chance["one_rater"] < row.figures["one_rater"].value
    assert row.chance["macro_f1_labels"] == pytest.approx(0.5, abs=0.15)
    people = outcome.row("people").figures
    assert 0.7 < people["accuracy"].value < 0.8
    assert people["one_rater"].value == pytest.approx((24 + 28) / 45 / 2, abs=0.06)
    assert [row.who for row in outcome.rows] == [Who.PEOPLE, Who.TRIVIAL, Who.PREDICTOR]


def test_a_refusal_is_wrong_and_an_unreadable_file_is_nobodys_fault(crema):
    def answer(item):
        if item.id.endswith("0"):
            return no_answer(item, "refused")
        return no_answer(item, "unreadable: cut off") if item.id.endswith("2") else right(item)

    row = measure(crema, ["crema-d"], predictors=[made.Says(answer)], manner=FEW)[0].rows[-1]
    assert (row.n, row.refused, row.unreadable) == (8, 1, 1)
    assert row.figures["accuracy"].value == pytest.approx(8 / 9)
    assert row.refusal_rate == pytest.approx(1 / 9)


def test_what_was_answered_is_kept_and_not_asked_again(crema, tmp_path):
    class Cut(made.Says):
        def predict(self, items):
            for number, prediction in enumerate(super().predict(items)):
                if number == 4:
                    raise KeyboardInterrupt
                yield prediction

    manner = Manner(draws=40, keep=tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        measure(crema, ["crema-d"], predictors=[Cut(right)], manner=manner)
    whole = made.Says(right)
    [outcome] = measure(crema, ["crema-d"], predictors=[whole], manner=manner)
    assert len(whole.asked) == 6
    assert outcome.row("made-v1").figures["uar"].value == 1.0
    again = made.Says(right)
    assert measure(crema, ["crema-d"], predictors=[again], manner=manner)[0].rows[-1].n == 10
    assert again.asked == []


def test_a_cut_line_is_asked_again_and_does_not_spoil_the_next(crema, tmp_path):
    [opened] = open_sets(("crema-d",), crema)
    keep = keep_file(tmp_path / "kept", "crema-d", "openai/gpt 4o")
    assert keep.name == "crema-d.openai_gpt_4o.jsonl"
    predictions(made.Says(right), opened.items[:3], keep)
    keep.write_bytes(keep.read_bytes()[:-20])
    says = made.Says(right)
    found = predictions(says, opened.items[:4], keep)
    assert says.asked == [item.id for item in opened.items[2:4]]
    back = predictions(made.Says(right), opened.items[:4], keep)
    for one, other in zip(found.values(), back.values(), strict=True):
        assert np.array_equal(one.scores, other.scores, equal_nan=True)


def test_unreadable_files_are_tried_again(crema, tmp_path):
    [opened] = open_sets(("crema-d",), crema)
    keep = tmp_path / "kept.jsonl"
    predictions(made.Says(lambda item: no_answer(item, "unreadable: x")), opened.items, keep)
    says = made.Says(right)
    predictions(says, opened.items, keep)
    assert len(says.asked) == 10


def test_what_was_kept_of_other_words_or_another_version_is_asked_again(tmp_path):
    class Stamped(made.Says):
        stamp = "1"

    def asked(items, stamp):
        says = Stamped(lambda item: made.shares(item, anger=0.5))
        says.stamp = stamp
        assert len(predictions(says, items, tmp_path / "kept.jsonl")) == len(items)
        return says.asked

    items = made.graded([(name, "r", "anger", 1.0) for name in "ab"]).items
    assert asked(items, "1") == ["a", "b"]
    assert asked(items, "2") == ["a", "b"]
    assert asked(items, "1") == []
    other = (replace(items[0], media=Text("other words")), replace(items[1], stamp="7"))
    assert asked(other, "1") == ["a", "b"]


def test_a_decoder_has_another_stamp_once_it_is_calibrated():
    config = Manner().config
    decoder = load("words-fast-v1", config)
    plain = decoder_predictor("words-fast-v1", config).stamp
    assert plain == DecoderPredictor(decoder).stamp
    assert plain != DecoderPredictor(decoder, b"{}").stamp
    assert plain != decoder_predictor("face-v1", config).stamp


def test_a_place_that_cannot_be_written_to_is_told_before_anything_is_asked(crema, tmp_path):
    (tmp_path / "kept").write_text("")
    says = made.Says(right)
    with pytest.raises(ConfigError, match="cannot keep"):
        measure(crema, ["crema-d"], predictors=[says], manner=Manner(keep=tmp_path / "kept"))
    assert says.asked == []


def test_a_limit_draws_the_same_items_for_the_same_seed(crema):
    [opened] = open_sets(("crema-d",), crema)
    few, same, other = (limited(opened, 4, seed) for seed in (1, 1, 2))
    assert [i.id for i in few.items] == [i.id for i in same.items]
    assert [i.id for i in few.items] != [i.id for i in other.items]
    place = {item.id: k for k, item in enumerate(opened.items)}
    for k, item in enumerate(few.items):
        whole = opened.sheet.value[opened.sheet.item == place[item.id]]
        assert few.sheet.value[few.sheet.item == k].tolist() == whole.tolist()
        assert few.truth[k] == opened.truth[place[item.id]]
    with pytest.raises(ConfigError):
        limited(opened, 0, 0)


def test_progress_is_reported_to_the_end(crema):
    seen = []

    @contextmanager
    def watch(title, total):
        yield lambda done: seen.append((title, done, total))

    manner = Manner(draws=5, watch=watch)
    measure(crema, ["crema-d"], predictors=[made.Says(right)], manner=manner)
    assert seen[0] == ("crema-d: made-v1", 0, 10)
    assert seen[-1] == ("crema-d: made-v1", 10, 10)


def test_with_labels_alone_raters_are_measured_and_the_rest_says_why(crema):
    for clip in crema.glob("*.wav"):
        clip.unlink()
    [outcome] = measure(crema, ["crema-d"], decoders=["voice-v1"], manner=FEW)
    row = outcome.row("voice-v1")
    assert (row.n, row.figures) == (0, {})
    assert "only labels" in row.note
    assert outcome.row("people").figures
    assert render_text([outcome])
    assert render_page([outcome])


def test_a_decoder_of_another_channel_is_refused(crema):
    with pytest.raises(ConfigError, match="reads the words channel, and none of crema-d is"):
        measure(crema, ["crema-d"], decoders=["words-v1"])


def test_a_decoder_answers_for_sound_and_says_why_not(crema):
    row = measure(crema, ["crema-d"], decoders=["voice-v1"], manner=FEW)[0].row("voice-v1")
    assert (row.n, row.refused) == (0, 10)
    assert row.figures["uar"].value == 0.0


def test_texts_are_answered_in_order_and_each_by_itself():
    opened = made.graded([(f"I am so {w} today", "r", "anger", 1.0) for w in ("angry", "happy")])
    predictor = DecoderPredictor(load("words-fast-v1", Manner().config))
    angry, happy = predictor.predict(opened.items)
    assert [angry.id, happy.id] == [item.id for item in opened.items]
    column = Emotion.ANGER.position
    assert angry.scores[column] > 0.3 > happy.scores[column]
    alone = list(predictor.predict(opened.items[:1]))
    assert np.array_equal(alone[0].scores, angry.scores, equal_nan=True)


def test_a_face_that_is_cut_out_needs_no_detector():
    [opened] = open_sets(("ferplus",), shared("face"))
    few = limited(opened, 40, 0)
    found = predictions(decoder_predictor("face-v1", Manner().config), few.items)
    assert not any(one.refused for one in found.values())
    outcome = score(few, [], FEW)
    assert outcome.n_items == 40


def test_a_close_up_without_a_face_found_is_taken_whole(tmp_path):
    made.hq(tmp_path, n=2)
    [opened] = open_sets(("emonet-face-hq",), tmp_path)
    found = predictions(decoder_predictor("face-v1", Manner().config), opened.items)
    assert [one.note for one in found.values()] == ["no face found: taken whole"] * 2
    assert not any(np.isnan(one.scores).all() for one in found.values())


def test_a_decoder_that_learned_from_a_set_is_said_to_have():
    [opened] = open_sets(("ravdess",), shared("voice/ravdess"))
    outcome = score(limited(opened, 6, 0), [decoder_predictor("voice-v1", Manner().config)], FEW)
    row = outcome.row("voice-v1")
    assert row.is_seen
    assert "it learned from these items" in row.note
    assert "it learned from these very items" in render_page([outcome])


def test_the_test_split_of_a_set_is_not_what_taught():
    [opened] = open_sets(("goemotions",), shared("words"))
    few = limited(opened, 30, 0)
    row = score(few, [decoder_predictor("words-fast-v1", Manner().config)], FEW).rows[-1]
    assert not row.is_seen
    assert "its card on this data" in row.note


@pytest.fixture(scope="module")
def published():
    return {outcome.about.name: outcome for outcome in rescore(shared("laion"), draws=60)}


def test_laions_rule_gives_783_argmax_303_and_shuffled_labels_442(published):
    row = published["ferd"].row("Empathic-Insight-Face")
    assert row.figures["lenient"].value == pytest.approx(119 / 152)
    assert row.figures["accuracy"].value == pytest.approx(46 / 152)
    assert row.chance["lenient"] == pytest.approx(0.442, abs=0.003)
    assert row.chance["accuracy"] == pytest.approx(1 / 8, abs=0.005)
    text = render_text([published["ferd"]])
    for figure in (".783", ".303", ".442"):
        assert figure in text


def test_published_recall_by_class_is_laions(published):
    recalls = published["ferd"].row("Empathic-Insight-Face").by_label
    told = {name: found["recall"].value for name, found in recalls.items()}
    assert told["fear"] == told["happy"] == 1.0
    assert told["contempt"] == pytest.approx(0.3158, abs=1e-4)
    assert told["anger"] == pytest.approx(0.7368, abs=1e-4)


def test_the_softmax_of_ferd_is_the_published_one():
    from mien.evals.perception.ferd import read_ferd

    path = shared("laion/ferd.jsonl")
    _, shares, _, _ = read_ferd(path)
    first = json.loads(path.read_text().splitlines()[0])["results"]
    anger = first["model_anger_best"]["softmax"]
    assert shares[0, Emotion.ANGER.position] == pytest.approx(anger, abs=1e-6)


def test_the_voice_bench_table_is_averaged_over_the_forty(published):
    bench = published["emonet-voice-bench-published"]
    means = {row.name: row.figures["spearman"].value for row in bench.rows[1:]}
    assert means["GPT-4o mini audio"] == pytest.approx(0.326, abs=5e-4)
    assert means["GPT-4o audio"] == pytest.approx(0.337, abs=5e-4)
    assert means["Empathic-Insight-Voice Small"] == pytest.approx(0.429, abs=5e-4)
    assert any("r .66" in note for note in bench.notes)


def test_figures_of_others_are_marked_as_published(published):
    rows = published["emonet-face-hq-published"].rows
    assert {row.who for row in rows} == {Who.PEOPLE, Who.PUBLISHED}
    assert "(published)" in render_text(list(published.values()))


@pytest.mark.parametrize("text", ["{}", "not json", '{"emotions": [{"name": "Anger"}]}'])
def test_published_outputs_that_are_damaged_are_named(tmp_path, text):
    (tmp_path / "ferd.jsonl").write_text(text)
    (tmp_path / "emotions40.json").write_text(text)
    with pytest.raises(UnreadableSource, match=r"ferd\.jsonl"):
        rescore(tmp_path)


def test_a_folder_without_published_outputs_is_said_to_be_one(tmp_path):
    with pytest.raises(SourceNotFound, match=r"none of ferd\.jsonl"):
        rescore(tmp_path)


@pytest.fixture
def outcome(crema):
    hostile = made.Says(right, name="<b>x</b>")
    return measure(crema, ["crema-d"], predictors=[made.Says(right), hostile], manner=FEW)[0]


def test_json_and_csv_hold_every_figure(outcome):
    plain = json.loads(to_json([outcome]))["sets"][0]
    assert plain["rows"][2]["figures"]["uar"][0] == 1.0
    assert plain["restriction"] == ""
    lines = list(csv.DictReader(io.StringIO(to_csv([outcome]))))
    found = [line for line in lines if line["name"] == "made-v1" and line["figure"] == "uar"]
    assert [(line["label"], line["value"]) for line in found] == [("", "1")]
    assert any(line["label"] == "ANG" for line in lines)


def test_a_page_escapes_names_and_draws_people_and_chance(outcome):
    page = render_page([outcome])
    assert "<b>x</b>" not in page
    assert page.count('class="people"') >= 3
    assert page.count('class="chance"') >= 2
    assert 'role="img"' in page
    labels = re.findall(r'aria-label="([^"]*one person[^"]*)"', page)
    assert any("chance" in label for label in labels)


def test_the_tables_of_a_terminal_fit_it_and_hold_every_column(outcome):
    wide = render_text([outcome], 400)
    narrow = render_text([outcome])
    table = narrow[: narrow.index("agreement of people")].splitlines()[1:]
    assert max(map(len, table)) <= 80 < max(map(len, wide.splitlines()))
    assert sum(line.split()[:1] == ["made-v1"] for line in table) == 2
    assert set(wide.split()) == set(narrow.split())


def test_a_page_of_published_figures_says_what_they_are(published):
    told = [str(line) for line in gist(list(published.values()))]
    assert len(told) == 3
    assert "Empathic-Insight-Face</b> is published with accuracy .30" in told[0]
    assert "GLM-4.6V-Flash" in told[2]
    assert "one person .47" in told[2]


def test_a_page_of_raters_alone_says_what_they_reach(crema):
    [line] = gist(measure(crema, ["crema-d"], manner=FEW))
    assert str(line).startswith("<b>one person</b> reaches UAR")


def test_a_row_without_a_figure_is_left_to_the_remarks(tmp_path):
    rows = [(f"{i}", "ann", "anger", float(i % 2)) for i in range(30)]
    page = render_page([score(made.graded(rows, (0, 1)), [], FEW)])
    assert "people: no item has two ratings" in page
    assert ">people</th>" not in page


def test_all_rows_are_drawn_on_one_scale(outcome):
    page = render_page([outcome])
    assert "0 to 1" in page
    places = [float(x) for x in re.findall(r'cx="([^"]+)"', page)]
    assert min(places) >= 6
    assert max(places) <= 254


run = CliRunner().invoke


def test_the_command_writes_every_form_and_prints_the_table(crema, tmp_path):
    outs = [tmp_path / f"out.{ending}" for ending in ("html", "json", "csv")]
    options = [option for path in outs for option in ("--out", str(path))]
    ended = run(
        app, ["evals", "perception", "crema-d", "--data", str(crema), "--draws", "20", *options]
    )
    assert ended.exit_code == 0, ended.output
    assert all(path.stat().st_size for path in outs)
    assert "CREMA-D, voice alone: 10 items, 5 actors" in ended.output


def test_the_command_prints_json_a_set_a_line(crema):
    ended = run(app, ["evals", "perception", "--data", str(crema), "--json", "--draws", "20"])
    assert json.loads(ended.stdout)["set"] == "crema-d"


def test_the_command_lists_the_sets_with_their_terms():
    ended = run(app, ["evals", "perception", "--list"])
    for name, one in data_sets().items():
        assert name in ended.stdout
        assert one.about.licence in ended.stdout
    lines = run(app, ["evals", "perception", "--list", "--json"]).stdout.splitlines()
    assert {json.loads(line)["name"] for line in lines} == set(data_sets())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "say what to measure on"),
        (["--ratings", "r.csv"], "--folder"),
        (["--data", ".", "--out", "x.pdf"], "end it in .html"),
        (["--data", ".", "--out", "nowhere/x.html"], "no folder"),
        (["--data", "nowhere"], "no such folder"),
        (["--data", ".", "--model", "m", "--way", "shout"], "no way of asking"),
        (["--ratings", "r", "--folder", ".", "--channel", "smell"], "no channel"),
        (["ferplus", "--ratings", "r", "--folder", "."], "--data is needed"),
        (["--published", ".", "--decoders", "voice-v1"], "its own answers"),
        (["--data", ".", "--seed", "-1"], "a seed of -1"),
        (["--data", ".", "--draws", "0"], "0 draws"),
    ],
)
def test_the_command_refuses_what_makes_no_sense_before_any_work(options, reason):
    ended = run(app, ["evals", "perception", *options])
    assert ended.exit_code != 0
    assert reason in str(ended.exception)


def test_a_prediction_without_an_answer_holds_no_scores():
    item = made.graded([("a", "r", "awe", 1.0)]).items[0]
    told = no_answer(item, "no face")
    assert isinstance(told, Prediction)
    assert told.refused
    assert np.isnan(told.scores).all()
