"""Running the probe on models of the scripted server and on characters."""

import json
import subprocess
import sys

import pytest

from mien.core.config import Config
from mien.core.errors import ConfigError, MissingExtra, ModelServiceError, NetworkRefused
from mien.evals.result import Fault
from mien.llm.testing import Answer, Usage, always, first_of, when
from mien.llm.testing import Fault as Refusal
from tests.evals.running.conftest import MODEL
from tests.fakes.bench import JUDGED

ANSWER = "Calm: 4\nSad: 2"
VERDICT = '{"score": 7}'
CHARACTER = "mien/empathic"


def judge_or_model(request):
    return VERDICT if "Judge reply" in request.last else ANSWER


def test_a_server_of_ones_own_is_asked_once_an_item(served, probe):
    server = served(always(Answer(ANSWER, usage=Usage(30, 6))))
    (ran,) = probe()
    assert len(server.requests) == 12
    assert ran.scored.main.value == 3.0
    assert ran.result.model == MODEL
    used = ran.result.usage["model"]
    assert (used.calls, used.read, used.written, used.usd) == (12, 360, 72, 0.0)
    assert not ran.result.is_scripted


def test_each_role_is_counted_and_named(served, probe):
    served(judge_or_model)
    (ran,) = probe(bench=JUDGED, roles={"judge": "openai-api/scripted/j"})
    assert ran.scored.main.value == 7.0
    assert ran.result.roles == {"judge": "openai-api/scripted/j"}
    assert {role: used.calls for role, used in ran.result.usage.items()} == {
        "model": 12,
        "judge": 12,
    }
    assert {item.judge for item in ran.result.items} == {"openai-api/scripted/j"}


def test_a_model_that_judges_itself_has_two_bills(served, probe):
    served(first_of(when(Answer(VERDICT, usage=Usage(50, 5)), message="Judge"), ANSWER))
    (ran,) = probe(bench=JUDGED, roles={"judge": MODEL})
    assert ran.result.usage["judge"].read == 600
    assert 0 < ran.result.usage["model"].read < 600


def test_a_judge_must_be_named(probe):
    with pytest.raises(ConfigError, match="--role judge=PROVIDER/MODEL"):
        probe(CHARACTER, bench=JUDGED)


def test_an_unknown_role_is_refused(probe):
    with pytest.raises(ConfigError, match="no role 'jduge'"):
        probe(CHARACTER, roles={"jduge": CHARACTER})


def test_a_model_without_provider_is_refused(probe):
    with pytest.raises(ConfigError, match="PROVIDER/gpt-4o"):
        probe("gpt-4o")


@pytest.mark.parametrize("model", ["nobody/m", "mien/angry"])
def test_a_model_that_inspect_cannot_make_is_refused(probe, model):
    with pytest.raises(ConfigError):
        probe(model)


def test_offline_reaches_nobody_but_this_machine(served, probe):
    served(always(ANSWER))
    probe(config=Config(offline=True))
    with pytest.raises(NetworkRefused, match="anthropic"):
        probe("anthropic/claude", config=Config(offline=True))
    with pytest.raises(NetworkRefused):
        probe(bench=JUDGED, roles={"judge": "anthropic/claude"}, config=Config(offline=True))


def test_characters_need_no_net(probe):
    (ran,) = probe(CHARACTER, config=Config(offline=True))
    assert ran.result.is_scripted
    assert "scripted characters" in ran.notes()[0]


def test_a_model_that_answers_nothing_is_an_error_and_no_score(served, probe):
    served(always(Refusal(401, "secret words")))
    with pytest.raises(ModelServiceError, match="none of 12 samples") as caught:
        probe()
    assert "secret words" not in str(caught.value)


def test_a_server_that_is_not_there_is_told_from_a_refusal(probe, monkeypatch):
    monkeypatch.setenv("GONE_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("GONE_API_KEY", "none")
    with pytest.raises(ModelServiceError, match="APIConnectionError"):
        probe("openai-api/gone/m", n=1, retries=0)


def test_what_a_model_refuses_once_leaves_the_others(served, probe):
    served(first_of(when(Refusal(400, "no"), message=r"Question 5\."), ANSWER))
    (ran,) = probe()
    assert [item.item for item in ran.result.items if item.fault is Fault.FAILED] == ["q5"]
    assert ran.scored.main.n == 11
    assert "1 of 12 samples are without a score" in ran.notes()
    assert ran.result.planned == 12


def test_epochs_ask_every_item_again(served, probe):
    server = served(always(ANSWER))
    (ran,) = probe(epochs=3, n=4)
    assert len(server.requests) == ran.result.planned == 12
    assert {item.epoch for item in ran.result.items} == {1, 2, 3}
    assert ran.plan.parts[0].calls == 12


def test_a_cache_answers_a_second_run(served, probe, tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    server = served(judge_or_model)
    judge = {"judge": MODEL}
    probe(bench=JUDGED, roles=judge, cache=True)
    assert len(server.requests) == 24
    (ran,) = probe(bench=JUDGED, roles=judge, cache=True, fresh=True)
    assert len(server.requests) == 24
    kept = ran.result.usage["judge"]
    assert (kept.calls, kept.read, kept.usd) == (12, 0, 0.0)
    assert ran.scored.main.value == 7.0
    probe(bench=JUDGED, roles=judge, fresh=True)
    assert len(server.requests) == 48


def test_without_inspect_the_extra_is_named(probe, monkeypatch):
    monkeypatch.setitem(sys.modules, "inspect_ai", None)
    with pytest.raises(MissingExtra, match=r"mien\[evals\]"):
        probe(CHARACTER)


def test_what_came_of_a_run_is_json(served, probe):
    served(always(ANSWER))
    (ran,) = probe(n=1)
    told = json.loads(json.dumps(ran.to_dict(), allow_nan=False))
    assert told["score"] == 3.0
    assert told["ci"] == [None, None]
    assert told["plan"]["parts"][0]["calls"] == 1


def test_inspect_finds_tasks_and_characters():
    code = (
        "from inspect_ai._util.registry import registry_lookup\n"
        "from inspect_ai.model import get_model\n"
        "import mien.evals.catalogue as c\n"
        "import importlib.metadata as m\n"
        "[e.load() for e in m.entry_points(group='inspect_ai') if e.name == 'mien']\n"
        "assert all(registry_lookup('task', f'mien/{n}') for n in c.NAMES)\n"
        "print(get_model('mien/flat'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "mien/flat", done.stderr[-2000:]
