"""EQ-Bench 1 and 2 through Inspect, with a model in this process."""

from pathlib import Path

import pytest

pytest.importorskip("inspect_ai")

from inspect_ai import eval as run_inspect
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from mien.evals.bench import Setup
from mien.evals.boards.gathering import gather
from mien.evals.logs import read_log
from mien.evals.result import Fault
from mien.evals.tasks.eq_bench import german, lm_eval, v1, v2
from mien.evals.tasks.eq_bench.formula import fullscale
from tests.data import shared
from tests.evals.tasks.made_questions import REFERENCE, pairs, write_questions

PERFECT = pairs(REFERENCE)
BOTH = f"First pass scores:\n{pairs((3, 3, 3, 4))}\n\nCritique: no\n\nRevised scores:\n{PERFECT}"


class Answers:
    """A model that gives the answers it is told, and keeps what it was asked."""

    def __init__(self, *told):
        self.told, self.asked, self.configs = list(told), [], []

    def __call__(self, messages, tools, tool_choice, config):
        self.asked.append(messages[-1].text)
        self.configs.append(config)
        told = self.told.pop(0) if len(self.told) > 1 else self.told[0]
        text, stop = told if isinstance(told, tuple) else (told, "stop")
        output = ModelOutput.from_content("mockllm/model", text, stop_reason=stop)
        output.usage = ModelUsage(input_tokens=10, output_tokens=5, total_tokens=15)
        return output


@pytest.fixture
def ask(tmp_path):
    """Runs a bench on a model; gives its result and its scores."""

    def run(model, bench=v2.BENCH, n=1, epochs=1, **args):
        setup = write_questions(tmp_path, n)
        task = bench.task(Setup(data=setup.data, args=args))
        (log,) = run_inspect(
            task,
            model=get_model("mockllm/model", custom_outputs=model),
            epochs=epochs,
            display="none",
            max_samples=1,
            log_dir=str(tmp_path / "logs"),
        )
        assert log.status == "success", log.error
        result = read_log(Path(log.location))
        return result, bench.score(result.items, result.planned)

    return run


def test_a_run_has_the_score_of_its_answers(ask):
    model = Answers(PERFECT)
    result, found = ask(model, n=3)
    assert found.main.value == 100.0
    assert result.task == "eq_bench"
    assert result.planned == 3
    assert len(model.asked) == 3
    assert "Critique" not in model.asked[0]
    assert result.data[v2.BENCH.rules.questions]


def test_each_try_is_warmer_until_one_can_be_read(ask):
    model = Answers("no", "I will not", PERFECT)
    result, found = ask(model)
    assert [config.temperature for config in model.configs] == [0.01, 0.16, 0.31]
    assert result.items[0].counts == {"retries": 2}
    assert found.main.value == 100.0


def test_after_all_tries_an_item_is_unscored_and_never_zero(ask):
    result, found = ask(Answers("no"), n=2)
    assert [(item.score, item.fault) for item in result.items] == [(None, Fault.UNPARSEABLE)] * 2
    assert found.why_none == "no answer could be read"


def test_an_answer_with_one_pass_is_kept_if_no_try_gives_both(ask):
    half = BOTH.replace("Sad: 8", "Sad: -")
    model = Answers(half, "no", "no")
    result, _ = ask(model, revise=True)
    assert result.items[0].parts.keys() == {"first_pass"}
    assert result.variant["revision"] == "yes"
    assert "Critique" in model.asked[0]


def test_the_better_pass_of_a_run_counts(ask):
    _, found = ask(Answers(BOTH), bench=v1.BENCH, n=2)
    assert found.main.value == pytest.approx(found.parts["revised"].value)
    assert found.parts["revised"].value > found.parts["first_pass"].value


def test_tables_compare_models_by_the_pass_that_counts(ask):
    run, _ = ask(Answers(BOTH), n=2, revise="true")
    (held,) = gather([run.source])
    assert [item.score for item in held.items] == [10.0, 10.0]
    assert [item.parts["first_pass"] for item in held.items] != [10.0, 10.0]


def test_zeros_everywhere_are_a_placeholder_without_a_score(ask):
    result, _ = ask(Answers(pairs((0, 0, 0, 0))))
    assert (result.items[0].score, result.items[0].fault) == (None, Fault.PLACEHOLDER)


def test_one_value_everywhere_has_a_score_and_is_counted(ask):
    result, found = ask(Answers(pairs((3, 3, 3, 3))))
    assert result.items[0].fault is Fault.PLACEHOLDER
    assert found.main.value == pytest.approx(10 * result.items[0].score)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (("", "stop"), Fault.EMPTY),
        (("Calm: 3\nAng", "max_tokens"), Fault.TRUNCATED),
        ((PERFECT, "content_filter"), Fault.REFUSED),
        (("I'm sorry, but I can't rate people.", "stop"), Fault.REFUSED),
        (("Calm: <score>\nAngry: <score>", "stop"), Fault.PLACEHOLDER),
    ],
)
def test_why_nothing_was_read_is_kept(ask, answer, fault):
    result, _ = ask(Answers(answer), tries=1)
    assert result.items[0].fault is fault


def test_the_harness_asks_once_and_counts_zero(ask):
    model = Answers(PERFECT, f"{PERFECT}\nConfidence: 9")
    _, found = ask(model, bench=lm_eval.BENCH, n=2)
    assert len(model.asked) == 2
    assert (model.configs[0].temperature, model.configs[0].max_tokens) == (0.0, 80)
    assert model.configs[0].stop_seqs == ["\n\n"]
    assert found.main.value == 50.0
    assert found.parts["parseable"].value == 50.0


def test_the_harness_takes_zeros_for_an_answer(ask):
    result, _ = ask(Answers(pairs((0, 0, 0, 0))), bench=lm_eval.BENCH)
    (item,) = result.items
    assert item.score == pytest.approx(fullscale(REFERENCE, (0, 0, 0, 0)))
    assert item.fault is Fault.PLACEHOLDER


def test_epochs_are_averaged(ask):
    result, found = ask(Answers(PERFECT), n=2, epochs=2)
    assert result.planned == 4
    assert {item.epoch for item in result.items} == {1, 2}
    assert found.main.value == 100.0


def test_a_limit_is_in_the_name_of_the_score(tmp_path):
    setup = write_questions(tmp_path, 5)
    task = v2.BENCH.task(Setup(data=setup.data, limit=2))
    assert len(task.dataset) == 2
    assert task.metadata["mien"]["variant"]["items"] == "first 2 of 5"


@pytest.mark.parametrize(("name", "usual"), [("tries", 3), ("max_tokens", 2_000)])
def test_more_tries_or_tokens_than_usual_are_in_the_name_of_the_score(ask, name, usual):
    asked = Answers(PERFECT)
    told = [ask(asked, **{name: value})[0].variant.get(name) for value in (usual, "5")]
    assert told == [None, "5"]
    assert name not in ask(asked, bench=lm_eval.BENCH)[0].variant


def test_the_wording_of_all_questions_is_in_the_log(ask):
    plain, _ = ask(Answers(PERFECT), n=2)
    revised, _ = ask(Answers(BOTH), n=2, revise=True)
    assert plain.prompts.keys() == {"questions"}
    assert plain.prompts != revised.prompts


def test_german_is_asked_and_read_in_german(tmp_path):
    setup = Setup(data=shared("evals/eq_bench_v2/questions"), limit=2)
    task = german.BENCH.task(setup)

    def says(messages, tools, tool_choice, config):
        (names,) = [one.metadata["names"] for one in task.dataset if one.input == messages[0].text]
        output = ModelOutput.from_content("mockllm/model", pairs((1, 2, 3, "**4**"), names))
        output.usage = ModelUsage(input_tokens=10, output_tokens=5, total_tokens=15)
        return output

    model = get_model("mockllm/model", custom_outputs=says)
    (log,) = run_inspect(task, model=model, display="none", log_dir=str(tmp_path))
    result = read_log(Path(log.location))
    assert [item.fault for item in result.items] == [None, None]
    assert "Ihre Antwort:" in task.dataset[0].input
    assert result.name == "eq_bench_de (items first 2 of 171)"
