"""EmoBench: published answers, the publisher's rules, baselines, and runs of its own."""

import csv
import gzip
import io
import json
import re
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import AssetError, ConfigError, EvalError
from mien.evals.bench import Setup
from mien.evals.boards.bundling import bundle, verify
from mien.evals.boards.tables import boards_of, score_files
from mien.evals.result import Fault
from mien.evals.tasks.emobench import BENCH
from mien.evals.tasks.emobench.items import Item, Question, chosen
from mien.evals.tasks.emobench.options import Options
from mien.evals.tasks.emobench.prompts import wording
from mien.evals.tasks.emobench.reading import NONE, fault_of, in_json, letter, vote
from mien.evals.tasks.emobench.scoring import marked
from tests.data import shared
from tests.evals.tasks.made_emobench import write_2024, write_2025, write_table

PUBLISHED = {
    ("EA", "gpt-4", "en"): (75.50, (75.5, 74.5, 74.0, 78.0)),
    ("EA", "gpt-4", "en_cot"): (75.88, None),
    ("EA", "gpt-4", "zh"): (73.75, None),
    ("EA", "gpt-4", "zh_cot"): (73.50, None),
    ("EU", "gpt-4", "en"): (59.75, (62.0, 60.0, 60.0, 57.0)),
    ("EU", "gpt-4", "en_cot"): (58.25, None),
    ("EU", "gpt-4", "zh"): (54.12, None),
    ("EU", "gpt-4", "zh_cot"): (51.75, None),
    ("EA", "gpt-3.5-turbo", "en"): (61.38, None),
    ("EA", "gpt-3.5-turbo", "zh"): (55.75, None),
    ("EU", "gpt-3.5-turbo", "en"): (33.12, None),
    ("EU", "gpt-3.5-turbo", "zh"): (26.38, None),
    ("EA", "random", "en"): (24.12, None),
    ("EU", "random", "en"): (2.62, None),
}


def value(run):
    return BENCH.score(run.items, run.planned).main.value


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    return write_2024(tmp_path_factory.mktemp("paper") / "data")


@pytest.fixture(scope="module")
def present(tmp_path_factory):
    return write_2025(tmp_path_factory.mktemp("present"))


# --- published answers --------------------------------------------------------------------------


def test_published_answers_score_as_published():
    folder = shared("evals") / "emobench/results"
    runs = BENCH.stored(folder, Setup())
    found = {}
    for run in runs:
        told = run.variant
        name = told["language"] + ("_cot" if told["cot"] == "yes" else "")
        found[told["test"], run.model, name] = BENCH.score(run.items, run.planned)
        assert (told["orders"], told["answers"], run.planned) == ("4", "5", 800)
    for key, (whole, orders) in PUBLISHED.items():
        assert round(found[key].main.value, 2) == whole, key
        assert found[key].main.clusters == 200
        if orders:
            assert [found[key].parts[f"order {i}"].value for i in range(4)] == pytest.approx(orders)


def test_published_texts_are_read_as_they_were():
    folder = shared("evals") / "emobench/results"
    n = 0
    for test, name in (("EA", "gpt-3.5-turbo-en1"), ("EU", "gpt-3.5-turbo-zh2")):
        raw = gzip.decompress((folder / test / "gpt-3.5-turbo" / f"{name}.csv.gz").read_bytes())
        language, letters = name[14:16], 4 if test == "EA" else 6
        for row in csv.DictReader(io.StringIO(raw.decode("utf-8"), newline="")):
            for column in (column for column in row if "Res" in column):
                head = column.split("Res")[0]
                choices = re.findall(r"'([^']*)'", row[f"{head}Choices"])
                if '"' in row[f"{head}Choices"] or "\\" in row[f"{head}Choices"]:
                    continue
                told = int(row[column.replace("Res", "Pred")])
                assert letter(row[column], choices, language, letters) == told
                n += 1
    assert n > 2000


def test_baselines_come_to_what_the_items_give_away():
    runs = BENCH.baselines(Setup(data=shared("evals") / "emobench"))
    found = {(r.variant["test"], r.variant["language"], r.model): r for r in runs}
    assert value(found["EA", "en", "always c"]) == 37.0
    assert value(found["EA", "en", "longest option"]) == 31.0
    assert value(found["EA", "en", "chance"]) == 25.0
    assert value(found["EU", "en", "always a, b"]) == 11.5
    assert value(found["EU", "zh", "always a, a"]) == 24.5
    assert value(found["EU", "en", "first emotion, longest cause"]) == 18.0
    assert value(found["EU", "zh", "first emotion, longest cause"]) == 20.5
    longest = {
        language: BENCH.score(run.items, run.planned).parts["cause"].value
        for (_, language, model), run in found.items()
        if model == "first emotion, longest cause"
    }
    assert longest == {"en": 51.0, "zh": 53.0}
    assert "a 27, b 55, c 74, d 44" in found["EA", "en", "chance"].notes[0]


# --- tables in files ----------------------------------------------------------------------------


def four(folder, model="m"):
    names = [f"{model}-en{order}.csv" for order in ("", 1, 2, 3)]
    picks = ([[0]], [[0], [1]], [[1]], [[1], [1], [1], [0]])
    return [write_table(folder / name, rows) for name, rows in zip(names, picks, strict=True)]


def test_four_files_a_folder_and_one_file_are_the_same_run(tmp_path):
    paths = four(tmp_path)
    for given_ in (paths, paths[::-1], [tmp_path], [paths[2]], [tmp_path, paths[1]]):
        (row,) = score_files("emobench", given_)
        assert row["score"] == 43.75
        assert row["n"] == 800
        assert row["file"] == str(paths[0])


def test_a_bundle_holds_all_files_of_a_run(tmp_path):
    four(tmp_path / "a/m")
    four(tmp_path / "b/m")
    write_table(tmp_path / "b/m/m-en2.csv", [[0]])
    runs = {"a": tmp_path / "a/m/m-en.csv", "b": tmp_path / "b/m/m-en.csv"}
    labels = {str(path): name for name, path in runs.items()}
    bundle([*runs.values()], tmp_path / "b.zip", task="emobench", labels=labels)
    for folder in ("a", "b"):
        shutil.rmtree(tmp_path / folder)
    verdict = verify(tmp_path / "b.zip")
    assert verdict.differs == ""
    assert verdict.figures > 20


def test_a_file_that_is_given_twice_is_refused(tmp_path):
    paths = four(tmp_path)
    for path in (paths[0], paths[3]):
        with pytest.raises(EvalError, match="give it once"):
            score_files("emobench", [path, path])


def test_the_languages_tests_and_models_of_a_folder_are_runs_of_their_own(tmp_path):
    write_table(tmp_path / "a/a-en.csv", [[0]])
    write_table(tmp_path / "a/a-zh.csv", [[0]])
    write_table(tmp_path / "a/a-en_cot2.csv", [[0]])
    write_table(tmp_path / "b/b-3-en.csv", [[0]])
    (tmp_path / "a/notes-en.txt").write_text("x")
    runs = BENCH.stored(tmp_path, Setup())
    assert [(r.model, r.variant["language"], r.variant["cot"]) for r in runs] == [
        ("a", "en", "no"),
        ("a", "en", "yes"),
        ("a", "zh", "no"),
        ("b-3", "en", "no"),
    ]
    assert len(boards_of([tmp_path], task="emobench")) == 3


def test_runs_without_all_orders_say_so_in_their_name(tmp_path):
    first, second, *_ = four(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    for path in (first, second):
        path.rename(other / path.name)
    write_table(other / "m-en2.csv", [[0]], n=150)
    (run,) = BENCH.stored(other / "m-en.csv", Setup())
    assert run.variant["orders"] == "0, 1 of 4"
    assert run.notes == (
        "order 2 is left out: it has 150 of 200 items",
        "orders that were not found: 3; one order is up to four points off",
    )
    assert value(run) == 75.0


def test_orders_of_an_item_are_one_piece_of_evidence(tmp_path):
    for order in ("", 1, 2, 3):
        write_table(tmp_path / f"m-en{order}.csv", [[0], [1]])
    (run,) = BENCH.stored(tmp_path, Setup())
    main = BENCH.score(run.items, run.planned).main
    assert (main.n, main.clusters) == (800, 200)
    # As if each item had been asked once: 50 % of 200.
    assert main.se == pytest.approx(100 * (0.25 / 199) ** 0.5)


def test_a_folder_is_scored_though_one_of_its_runs_is_not_whole(tmp_path):
    four(tmp_path / "whole")
    write_table(tmp_path / "part/part-en.csv", [[0]], n=3)
    write_table(tmp_path / "none/none-en.csv", [[0]], n=0)
    rows = {row["model"]: row for row in score_files("emobench", [tmp_path])}
    assert rows["m"]["score"] == 43.75
    for name in ("part", "none"):
        assert rows[name]["score"] is None
        assert "none of 4" in rows[name]["task"]
        assert rows[name]["why_none"] == "none of 200 answers could be scored"


def test_empty_cells_are_no_option_as_some_published_tables_have_them(tmp_path):
    path = write_table(tmp_path / "m-en.csv", [["", 0, 0], ["", "", ""]])
    (run,) = BENCH.stored(path, Setup())
    assert value(run) == 50.0
    assert [item.fault for item in run.items[:2]] == [None, Fault.UNPARSEABLE]


@given(st.integers(0, 800))
def test_scores_are_rounded_as_the_publisher_rounds_them(hits):
    items = [marked(f"{i // 4}-{i % 4}", [[int(i >= hits)]], [0]) for i in range(800)]
    # Its program takes the mean of four percents.
    orders = [[item.score for item in items if item.item.endswith(str(k))] for k in range(4)]
    published = sum(sum(order) / 200 * 100 for order in orders) / 4
    assert BENCH.score(items, 800).main.value == pytest.approx(published)
    assert round(BENCH.score(items, 800).main.value, 2) == round(hits / 8, 2)


HEAD = "Choices,Label,Pred 1\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "neither the columns"),
        ("x,y\n1,2\n", "neither the columns"),
        (HEAD + "\"['a', 'b']\",0,0\n", "holds 1 rows"),
        (HEAD + "\"['a', 'b']\",2,0\n" * 200, "row 1 .* label 2 for 2 options"),
        (HEAD + "__import__('os'),0,0\n" * 200, "for 0 options"),
        (HEAD + "\"['a', 'b']\",0,high\n" * 200, "'high' in 'Pred 1'"),
        (HEAD + "\"['a', 'b']\",0,-2\n" * 200, "'-2' in 'Pred 1'"),
        (HEAD + "\"['a', 'b']\",0,1.5\n" * 200, "'1.5' in 'Pred 1'"),
        (HEAD + "\"['a', 'b']\",0\n" * 200, "None in 'Pred 1'"),
        (HEAD + '"[', "no table"),
    ],
)
def test_damaged_tables_are_refused_with_the_place(tmp_path, text, told):
    path = tmp_path / "m-en.csv"
    path.write_text(text)
    with pytest.raises(EvalError, match=told):
        BENCH.stored(path, Setup())


def test_files_of_other_names_and_folders_without_tables_are_refused(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(HEAD)
    for given_ in (path, tmp_path):
        with pytest.raises(EvalError, match="MODEL-en"):
            BENCH.stored(given_, Setup())
    latin = tmp_path / "m-en.csv"
    latin.write_bytes(HEAD.encode() + "ä".encode("latin-1"))
    with pytest.raises(EvalError, match="not UTF-8"):
        BENCH.stored(latin, Setup())


# --- rules --------------------------------------------------------------------------------------

PICKS = st.lists(st.integers(-1, 3), min_size=1, max_size=9)


@given(PICKS)
def test_a_vote_is_the_commonest_that_can_be_read(answers):
    won, read = vote(answers), [one for one in answers if one != NONE]
    assert (won == NONE) == (not read)
    assert all(read.count(won) >= read.count(one) for one in read)
    assert vote([NONE, *answers, NONE]) == won


@given(st.lists(st.text(max_size=5), min_size=2, max_size=7), st.data(), st.integers(0, 20))
def test_another_order_never_changes_which_option_is_right(choices, data, by):
    question = Question(tuple(choices), data.draw(st.integers(0, len(choices) - 1)))
    turned = question.turned(by)
    assert turned.choices[turned.right] == question.choices[question.right]
    assert sorted(turned.choices) == sorted(question.choices)
    assert turned.turned(len(choices) - by % len(choices)) == question


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=5))
def test_understanding_is_right_only_if_emotion_and_cause_are(answers):
    found = marked("1-0", answers, (2, 1))
    emotion, cause = (vote([answer[i] for answer in answers]) for i in (0, 1))
    assert found.score == float(emotion == 2 and cause == 1)
    assert found.score == min(found.parts["emotion"], found.parts["cause"])
    assert found.cluster == "1"


def test_answers_without_an_option_are_wrong_and_counted():
    found = marked("7-2", [[-1]], [0], fault=Fault.REFUSED)
    assert (found.score, found.fault, found.counts) == (0.0, Fault.REFUSED, {"unread": 1})
    voted = marked("7-2", [[-1], [-1], [0]], [0], fault=Fault.REFUSED)
    assert (voted.score, voted.fault, voted.counts) == (1.0, None, {"unread": 2})


def test_answers_that_the_token_limit_cut_have_no_score():
    found = marked("7-2", [[-1]], [0], fault=Fault.TRUNCATED)
    assert (found.score, found.fault) == (None, Fault.TRUNCATED)
    scored = BENCH.score([found], 1)
    assert scored.main.value != scored.main.value
    assert scored.why_none == "none of 1 answers could be scored"


CHOICES = ("tell her", "wait & see", "leave", "ask")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(c)", 2),
        ("C", 2),
        ("c)", 2),
        ("d: tell", 3),
        ("Option B", 1),
        ("Answer: [b]", 1),
        ("（Ｂ）", NONE),
        ("（b）", 1),
        ("选项 d", 3),
        ("I would wait and see", 1),
        ("Some thoughts on (a).\n\nB", 1),
        ("b\n(c) was worse", 2),
        ("e", NONE),
        ("", NONE),
        ("Sorry.", NONE),
        # Holes of the published rules.
        ("not (a) but (b)", 0),
        ("d: ask", 0),
        ("Answer: better not", 1),
    ],
)
def test_letters_are_read_as_published(text, place):
    assert letter(text, CHOICES, "en", 4) == place


@given(st.text(max_size=80), st.sampled_from(["en", "zh"]), st.sampled_from([4, 6]))
def test_any_text_picks_an_option_or_none(text, language, letters):
    assert NONE <= letter(text, CHOICES, language, letters) < letters
    assert all(NONE <= pick < 4 for pick in in_json(text, [Question(CHOICES, 0)]))


ONE, TWO = [Question(CHOICES, 0)], [Question(CHOICES, 0)] * 2


@pytest.mark.parametrize(
    ("text", "questions", "places"),
    [
        ('{"answer": "B"}', ONE, (1,)),
        ('Well:\n```json\n{"answer": "D"}\n```', ONE, (3,)),
        ('{"answer_q1": "A", "answer_q2": "C"}', TWO, (0, 2)),
        ('{"answer_q1": "A"}', TWO, (0, NONE)),
        ('{"answer": "b"}', ONE, (NONE,)),
        ('{"answer": "B) wait"}', ONE, (NONE,)),
        ('{"answer": "E"}', ONE, (NONE,)),
        ('{"answer": ["B"]}', ONE, (NONE,)),
        ('["B"]', ONE, (NONE,)),
        ('```json\n{"answer": "B"}', ONE, (NONE,)),
        ('The answer is {"answer": "B"}', ONE, (NONE,)),
        ("[" * 100_000, ONE, (NONE,)),
        ("B", ONE, (NONE,)),
    ],
)
def test_json_is_read_as_published(text, questions, places):
    assert in_json(text, questions) == places


@pytest.mark.parametrize(
    ("text", "stop", "fault"),
    [
        ("", "stop", Fault.EMPTY),
        ("", "max_tokens", Fault.TRUNCATED),
        ("So, first", "max_tokens", Fault.TRUNCATED),
        ("blocked", "content_filter", Fault.REFUSED),
        ("I can't answer that.", "stop", Fault.REFUSED),
        ("我无法回答这个问题", "stop", Fault.REFUSED),
        ('{"answer": "<Respond with the letter>"}', "stop", Fault.PLACEHOLDER),
        ("It depends.", "stop", Fault.UNPARSEABLE),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_apart(text, stop, fault):
    assert fault_of(text, stop) is fault


# --- items and prompts --------------------------------------------------------------------------


def test_the_papers_orders_are_the_publishers(paper):
    found = chosen(Options(test="EU"), Setup(data=paper, limit=2))
    assert [item.name for item in found.items] == [f"{i}-{k}" for i in (1, 2) for k in range(4)]
    assert [item.right for item in found.items[:4]] == [(1, 0), (0, 3), (5, 2), (4, 1)]
    assert found.cut == {"items": "first 2 of 200"}
    assert all(Item.from_plain(json.loads(json.dumps(i.as_plain()))) == i for i in found.items)


def test_further_orders_of_today_put_the_right_option_everywhere_once(present):
    options = Options.of({"protocol": 2025, "orders": 4})
    found = chosen(options, Setup(data=present, limit=1))
    assert sorted(item.right for item in found.items) == [(0,), (1,), (2,), (3,)]
    assert {item.questions[0].choices[item.right[0]] for item in found.items} == {"do 1 v"}
    assert options.variant["orders"] == "4 turned"


def test_a_cause_is_asked_after_the_emotion_that_was_picked(paper):
    options = Options(test="EU")
    found = chosen(options, Setup(data=paper, limit=1))
    words, item = wording(found.found, options), found.items[0]
    assert words.following(item, ["(c)"]).user.startswith("Scene 1. Why feel 1 w, Ada?\n(a) why")
    # As published: where no emotion can be read, the last one is named.
    assert "Why feel 1 z," in words.following(item, ["hm"]).user
    assert words.following(item, ["(c)", "(a)"]) is None


def test_braces_in_a_scene_are_never_filled_in(paper):
    options = Options()
    found = chosen(options, Setup(data=paper, limit=1))
    item = found.items[0]
    odd = Item.from_plain(item.as_plain() | {"scenario": "{choices} {0} {x.y}"})
    asked = wording(found.found, options).following(odd, [])
    assert asked.user.startswith("{choices} {0} {x.y} What Action for Ada?\n(a) do 1 u\n")


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("EA/data_permute_2.json", lambda rows: rows[:5], "EA_data_permute_2.json is not as"),
        ("EA/data.json", lambda rows: [{**rows[0], "Label": 9}, *rows[1:]], "item 1 is damaged"),
        ("EA/data.json", lambda rows: [{**rows[0], "Choices": {}}, *rows[1:]], "no 'en'"),
        ("EA/data.json", lambda rows: {}, "a list of 200"),
        ("dicts.json", lambda words: {"Prompts": {}}, "no text Prompts / "),
        ("dicts.json", lambda words: [], "no text Prompts / "),
    ],
)
def test_files_that_are_not_as_published_are_refused(tmp_path, name, change, told):
    folder = write_2024(tmp_path / "data")
    path = folder / name
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(EvalError, match=told):
        BENCH.plan(Setup(data=folder))


def test_prompts_with_unknown_places_are_refused(tmp_path):
    pytest.importorskip("yaml")
    folder = write_2025(tmp_path)
    path = folder / "prompts.yaml"
    path.write_text(path.read_text().replace("{q_type}", "{other}"), encoding="utf-8")
    with pytest.raises(EvalError, match=r"unknown place \{other\}"):
        BENCH.plan(Setup(data=folder, args={"protocol": "2025"}))
    path.write_text("a: [")
    with pytest.raises(EvalError, match="not YAML"):
        BENCH.plan(Setup(data=folder, args={"protocol": "2025"}))


def test_without_its_files_the_task_says_what_to_pull(tmp_path):
    from mien.core.config import Config

    bare = Config(home=tmp_path)
    with pytest.raises(AssetError, match="mien models pull emobench-2024"):
        BENCH.plan(Setup(config=bare))
    with pytest.raises(AssetError, match="mien models pull emobench`"):
        BENCH.plan(Setup(config=bare, args={"protocol": "2025"}))
    with pytest.raises(AssetError):
        BENCH.baselines(Setup(config=bare))


@pytest.mark.parametrize(
    "args",
    [
        {"part": "EA"},
        {"test": "both"},
        {"language": "de"},
        {"answers": 0},
        {"answers": "many"},
        {"orders": 5},
        {"protocol": 2023},
        {"cot": "maybe"},
    ],
)
def test_settings_that_make_no_sense_are_refused(paper, args):
    with pytest.raises(ConfigError, match=str(next(iter(args)))):
        BENCH.plan(Setup(data=paper, args=args))


@pytest.mark.parametrize(
    ("args", "calls"),
    [
        ({}, 800),
        ({"test": "EU"}, 1600),
        ({"test": "EU", "answers": "5", "cot": True}, 8000),
        ({"orders": 1}, 200),
    ],
)
def test_a_plan_counts_every_call(paper, args, calls):
    (planned,) = BENCH.plan(Setup(data=paper, args=args))
    assert (planned.role, planned.calls) == ("model", calls)
    assert planned.read > planned.calls
    assert planned.written > planned.calls


def test_baselines_stand_beside_runs_of_their_own_items_alone(paper, tmp_path):
    four(tmp_path / "runs")
    (board,) = boards_of([tmp_path / "runs"], task="emobench", setup=Setup(data=paper))
    names = [row.model for row in board.baselines]
    assert sorted(names) == [*(f"always {x}" for x in "abcd"), "chance", "longest option"]
    assert {row.run.variant["language"] for row in board.baselines} == {"en"}
    assert all(row.main.value == pytest.approx(25.0) for row in board.baselines[:5])


# --- runs ---------------------------------------------------------------------------------------


def run(folder, say, tmp_path, limit=2, stop="stop", **args):
    inspect_ai = pytest.importorskip("inspect_ai")
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    asked = []

    def answer(messages, *_):
        asked.append(messages)
        output = ModelOutput.from_content("m", say(messages[-1].text, len(asked)), stop_reason=stop)
        output.usage = ModelUsage(input_tokens=3, output_tokens=2, total_tokens=5)
        return output

    (log,) = inspect_ai.eval(
        BENCH.task(Setup(data=folder, limit=limit, args=args)),
        model=get_model("mockllm/m", custom_outputs=answer),
        display="none",
        log_dir=str(tmp_path / "logs"),
        max_connections=1,
    )
    from mien.evals.logs import read_log

    assert log.status == "success", log.error
    name = log.location.rsplit("/", 1)[-1]
    return read_log(tmp_path / "logs" / name), asked


def find_letter(text, option):
    """The letter before an option, as a model that reads them would find it."""
    return re.search(rf"\(?(\w)\) {option}$", text, re.MULTILINE)[1]


def test_a_model_that_knows_the_answers_has_100_in_every_order(paper, tmp_path):
    def knows(text, _):
        number = re.search(r"Scene (\d+)", text)[1]
        return f"({find_letter(text, f'do {number} u')})"

    result, asked = run(paper, knows, tmp_path)
    scored = BENCH.score(result.items, result.planned)
    assert scored.main.value == 100.0
    assert {f"order {i}" for i in range(4)} <= {*scored.parts}
    assert (result.planned, len(asked), scored.main.clusters) == (8, 8, 2)
    assert result.name == (
        "emobench (test EA, language en, cot no, protocol 2024-03, orders 4, answers 1, "
        f"items first 2 of 200, data {result.variant['data']})"
    )
    assert result.variant["data"].startswith("changed ")
    assert {*result.prompts} == {"system", "question 1", "ending"}


def test_a_constant_letter_is_right_in_one_order_of_four(paper, tmp_path):
    result, _ = run(paper, lambda text, _: "a", tmp_path)
    assert value(result) == 25.0


def test_the_commonest_of_several_answers_counts(paper, tmp_path):
    said = ["b", "what?", "a", "a", "hm"]
    result, asked = run(
        paper, lambda _, n: said[(n - 1) % 5], tmp_path, limit=1, answers=5, orders=1
    )
    (item,) = result.items
    assert (item.score, item.counts, len(asked)) == (1.0, {"unread": 2}, 5)
    assert item.parts["agreed"] == pytest.approx(0.4)
    assert all(len(messages) == 2 for messages in asked)


def test_understanding_takes_two_requests_and_both_must_be_right(paper, tmp_path):
    def half(text, _):
        return "a" if "Why" in text else "b"

    result, asked = run(paper, half, tmp_path, limit=1, test="EU", orders=2)
    assert [item.score for item in result.items] == [1.0, 0.0]
    assert [dict(item.parts) for item in result.items][1] == {"emotion": 0.0, "cause": 0.0}
    assert len(asked) == 4


def test_a_providers_notice_is_no_answer(paper, tmp_path):
    result, _ = run(
        paper, lambda *_: "(a) blocked", tmp_path, limit=1, stop="content_filter", orders=1
    )
    (item,) = result.items
    assert (item.score, item.fault) == (0.0, Fault.REFUSED)


@pytest.mark.parametrize("cot", [True, False])
def test_the_present_protocol_asks_for_json_once(present, tmp_path, cot):
    pytest.importorskip("yaml")
    said = '```json\n{"answer_q1": "A", "answer_q2": "D"}\n```'
    result, asked = run(
        present, lambda *_: said, tmp_path, limit=1, protocol="2025", test="EU", cot=cot
    )
    assert value(result) == 100.0
    assert len(asked) == 1
    assert ('"reasoning"' in asked[0][0].text) == cot
    assert asked[0][1].text.startswith("Scene 1. Ada\n1:\nA) feel 1 u\n")
    assert result.variant["protocol"] == "2025-05"


def test_kept_answers_are_kept_one_by_one(paper, tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    from mien.evals.inspecting import caching

    said = ["a", "b", "b"]
    with caching(True):
        first, asked = run(paper, lambda _, n: said[n - 1], tmp_path, limit=1, answers=3, orders=1)
        again, none = run(paper, lambda *_: "d", tmp_path, limit=1, answers=3, orders=1)
    assert (len(asked), len(none)) == (3, 0)
    assert first.items == again.items
    assert first.items[0].score == 0.0
