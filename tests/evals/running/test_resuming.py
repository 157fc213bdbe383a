"""A run that was cut off goes on; nothing that was answered is asked again."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest

from mien.evals.logs import open_log, read_log
from mien.evals.result import Fault
from mien.llm.testing import Fault as Refusal
from mien.llm.testing import always, when
from tests.data import ROOT

ANSWER = "Calm: 4\nSad: 2"
N = 24
CHILD = """
import sys
from pathlib import Path
from mien.evals.bench import Setup
from mien.evals.running.start import Manner, run
from tests.fakes.bench import BENCH
manner = Manner(logs=Path(sys.argv[1]), max_connections=2)
list(run(BENCH, ["openai-api/scripted/m"], Setup(args={"n": int(sys.argv[2])}), manner))
"""


def asked(server):
    found = (re.search(r"Question (\d+)", request.last) for request in server.requests)
    return Counter(f"q{match[1]}" for match in found)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_kill_no_finished_sample_is_asked_again(served, probe, tmp_path):
    logs, child = tmp_path / "logs", None

    def script(request):
        if request.index == N // 2 and child is not None:
            os.kill(child.pid, signal.SIGKILL)
        return ANSWER

    server = served(script)
    environ = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(logs), str(N)], env=environ)
    assert child.wait() == -signal.SIGKILL
    before = asked(server)
    (killed,) = logs.glob("*.eval")
    half = read_log(killed)
    finished = {item.item for item in half.items}
    assert 0 < len(finished) < N
    assert half.planned == N
    assert "was killed" in half.notes[0]
    # What was on its way when the process died is all that may come twice.
    assert before.total() <= len(finished) + 4

    child = None
    (ran,) = probe(n=N, logs=logs)
    after = asked(server)
    assert set(after) == {f"q{n}" for n in range(N)}
    assert all(after[one] == 1 for one in finished)
    assert after.total() == before.total() + N - len(finished)
    assert ran.kept == len(finished)
    assert len(ran.result.items) == N
    assert all(item.score == 3.0 for item in ran.result.items)
    assert ran.result.usage["model"].calls == N
    assert [*logs.glob("*.eval")] == [ran.log]
    assert ran.replaced == killed


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for children")
def test_an_interrupted_run_says_so_and_goes_on(served, probe, tmp_path):
    logs, child = tmp_path / "logs", None

    def script(request):
        if request.index == N // 2 and child is not None:
            child.send_signal(signal.SIGINT)
        return ANSWER

    server = served(script)
    environ = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    words = [sys.executable, "-c", CHILD, str(logs), str(N)]
    child = subprocess.Popen(words, env=environ, stderr=subprocess.DEVNULL)
    code = child.wait()
    assert code in (130, -signal.SIGINT)
    (stopped,) = logs.glob("*.eval")
    finished = {item.item for item in read_log(stopped).items if item.score is not None}
    assert 0 < len(finished) < N
    child = None
    (ran,) = probe(n=N, logs=logs)
    assert all(asked(server)[one] == 1 for one in finished)
    assert len(ran.result.items) == N
    assert not [item for item in ran.result.items if item.fault]


def test_a_whole_run_is_not_asked_again_unless_afresh(served, probe):
    server = served(always(ANSWER))
    (first,) = probe()
    (again,) = probe()
    assert len(server.requests) == 12
    assert (again.log, again.kept, again.seconds) == (first.log, 12, 0.0)
    (fresh,) = probe(fresh=True)
    assert len(server.requests) == 24
    assert fresh.log != first.log


def test_failed_samples_are_asked_again_and_only_they(served, probe, tmp_path):
    down = [True]

    def script(request):
        is_lost = "Question 3." in request.last and down[0]
        return Refusal(400, "no") if is_lost else ANSWER

    server = served(script)
    (first,) = probe()
    assert [item.item for item in first.result.items if item.fault is Fault.FAILED] == ["q3"]
    down[0] = False
    (second,) = probe()
    assert asked(server)["q3"] > 1
    assert all(n == 1 for one, n in asked(server).items() if one != "q3")
    assert not [item for item in second.result.items if item.fault]
    assert [*(tmp_path / "logs").glob("*.eval")] == [second.log]


@pytest.mark.parametrize("other", [{"n": 11}, {"epochs": 2}])
def test_other_items_or_epochs_are_another_run(served, probe, other):
    server = served(always(ANSWER))
    probe()
    (ran,) = probe(**other)
    assert ran.kept == 0
    assert len(server.requests) == 12 + ran.result.planned


def test_another_model_is_another_run(served, probe):
    server = served(when(ANSWER, model="*"))
    first, second = probe("openai-api/scripted/a", "openai-api/scripted/b")
    assert (first.kept, second.kept) == (0, 0)
    assert len(server.requests) == 24


def test_a_damaged_log_in_the_folder_stops_nothing(served, probe, tmp_path):
    served(always(ANSWER))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "torn.eval").write_bytes(b"PK\x03\x04torn")
    (ran,) = probe()
    assert ran.kept == 0
    assert len(open_log(ran.log).samples) == 12
