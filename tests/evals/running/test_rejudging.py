"""Answers judged again: nobody asks the model under test, nobody needs its key."""

import pytest

from mien.core.errors import ConfigError, EvalError
from mien.evals import catalogue
from mien.evals.bench import Setup
from mien.evals.inspecting import HEADER
from mien.evals.running.rejudging import rejudge
from mien.evals.running.start import Manner
from mien.llm.testing import Fault as Refusal
from mien.llm.testing import first_of, when
from tests.fakes.bench import BENCH, JUDGED

MODEL, OLD, NEW = (f"openai-api/scripted/{name}" for name in ("m", "old", "new"))


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The probes are in the catalogue."""
    find = catalogue.find
    probes = {"probe": BENCH, "judged_probe": JUDGED}
    found = lambda name: probes.get(name) or find(name)  # noqa: E731
    monkeypatch.setattr("mien.evals.running.rejudging.find", found)


@pytest.fixture
def judged(served, probe):
    served(
        first_of(
            when('{"score": 4}', model="old"),
            when('{"score": 8}', model="new"),
            when("Calm: 1\nSad: 1", model="m"),
        )
    )
    (ran,) = probe(bench=JUDGED, roles={"judge": OLD})
    return ran


def again(ran, tmp_path, judge=NEW, **manner):
    manner.setdefault("logs", tmp_path / "again")
    return rejudge(ran.log, Setup(), Manner(roles={"judge": judge}, retries=1, **manner))


def test_another_judge_gives_other_scores_to_the_same_answers(judged, served, tmp_path):
    server = served(when('{"score": 8}', model="new"))
    ran = again(judged, tmp_path)
    assert len(server.requests) == 12
    assert all("Calm: 1" in request.last for request in server.requests)
    assert {item.score for item in ran.result.items} == {8.0}
    assert (ran.result.model, ran.result.roles) == (MODEL, {"judge": NEW})
    assert ran.result.variant == judged.result.variant
    assert set(ran.result.usage) == {"judge"}
    assert judged.log.name in ran.result.notes[0]
    assert judged.scored.main.value == 4.0


def test_it_needs_no_key_of_the_model(judged, tmp_path, monkeypatch):
    from inspect_ai.log import read_eval_log, write_eval_log

    log = read_eval_log(str(judged.log))
    log.eval.model = "anthropic/claude-without-a-key"
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    path = tmp_path / "other.eval"
    write_eval_log(log, str(path))
    ran = rejudge(path, Setup(), Manner(roles={"judge": NEW}, logs=tmp_path / "again"))
    assert ran.result.model == "anthropic/claude-without-a-key"
    assert {item.score for item in ran.result.items} == {8.0}


def test_what_was_judged_again_is_not_judged_once_more(judged, served, tmp_path):
    server = served(when('{"score": 8}', model="new"))
    again(judged, tmp_path)
    assert again(judged, tmp_path).kept == 12
    assert len(server.requests) == 12
    again(judged, tmp_path, fresh=True)
    assert len(server.requests) == 24


def test_a_judge_that_was_cut_off_goes_on(judged, served, tmp_path):
    lost = Refusal(400, "no")
    served(first_of(when(lost, message="reply 7"), '{"score": 8}'))
    assert sum(item.score is None for item in again(judged, tmp_path).result.items) == 1
    server = served(when('{"score": 8}', model="new"))
    assert {item.score for item in again(judged, tmp_path).result.items} == {8.0}
    assert len(server.requests) == 1


def test_items_that_were_not_answered_stay_without_a_score(served, probe, tmp_path):
    served(
        first_of(
            when(Refusal(400, "no"), message=r"Question 3\."),
            when('{"score": 4}', message="Judge"),
            "Calm: 1\nSad: 1",
        )
    )
    (ran,) = probe(bench=JUDGED, roles={"judge": OLD})
    told = again(ran, tmp_path)
    assert [item.item for item in told.result.items if item.score is None] == ["q3"]


def test_the_same_judge_may_be_asked_once_more(judged, served, tmp_path):
    server = served(when('{"score": 5}', model="old"))
    ran = again(judged, tmp_path, judge=OLD, logs=judged.log.parent)
    assert len(server.requests) == 12
    assert ran.log != judged.log
    assert judged.log.exists()


def test_a_task_without_judges_is_refused(served, probe, tmp_path):
    served("Calm: 1\nSad: 1")
    (ran,) = probe()
    with pytest.raises(ConfigError, match="no judge"):
        again(ran, tmp_path)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"version": "0"}, "version '0'"),
        ({"data": {"q": "1" * 64}}, "q"),
        ({"prompts": {"ask": "1" * 64}}, "ask"),
    ],
)
def test_answers_to_other_items_or_prompts_are_not_judged_as_answers_to_these(
    judged, served, tmp_path, changed, reason
):
    from inspect_ai.log import read_eval_log, write_eval_log

    log = read_eval_log(str(judged.log))
    log.eval.metadata[HEADER].update(changed)
    path = tmp_path / "earlier.eval"
    write_eval_log(log, str(path))
    server = served(when('{"score": 8}', model="new"))
    with pytest.raises(EvalError, match=reason):
        rejudge(path, Setup(), Manner(roles={"judge": NEW}, logs=tmp_path / "again"))
    assert not server.requests


def test_another_prompt_of_the_judge_keeps_nobody_from_judging(judged, tmp_path):
    from inspect_ai.log import read_eval_log, write_eval_log

    log = read_eval_log(str(judged.log))
    log.eval.metadata[HEADER]["prompts"]["judge"] = "1" * 64
    path = tmp_path / "earlier.eval"
    write_eval_log(log, str(path))
    ran = rejudge(path, Setup(), Manner(roles={"judge": NEW}, logs=tmp_path / "again"))
    assert {item.score for item in ran.result.items} == {8.0}


def test_all_judges_must_be_named(judged, tmp_path):
    with pytest.raises(ConfigError, match="--role judge="):
        rejudge(judged.log, Setup(), Manner(logs=tmp_path))
    with pytest.raises(ConfigError, match="name judges only"):
        rejudge(judged.log, Setup(), Manner(roles={"judge": NEW, "user": NEW}, logs=tmp_path))


def test_other_items_than_those_of_the_log_are_refused(judged, tmp_path):
    from inspect_ai.log import read_eval_log, write_eval_log

    log = read_eval_log(str(judged.log))
    log.eval.dataset.sample_ids = ["a", "b"]
    path = tmp_path / "other.eval"
    write_eval_log(log, str(path))
    with pytest.raises(EvalError, match="other items"):
        rejudge(path, Setup(), Manner(roles={"judge": NEW}, logs=tmp_path / "again"))
