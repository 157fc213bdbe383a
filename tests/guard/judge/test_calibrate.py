import json

import pytest

from mien.core.config import Config
from mien.core.errors import ConfigError, ModelServiceError, SourceError
from mien.guard import Signal
from mien.guard.judge import (
    calibration_path,
    fit,
    grade_all,
    load_calibration,
    read_labeled,
    save_calibration,
)
from mien.llm.testing import Fault
from tests.fakes.judge import answer, judge_at, judged_text


def row(text, **labels):
    return {"messages": [{"role": "user", "content": text}], "labels": labels}


@pytest.fixture
def labeled(tmp_path):
    path = tmp_path / "labeled.jsonl"
    rows = [row(f"sad {i}", distress=True, crisis=False) for i in range(30)]
    rows += [row(f"fine {i}", distress=False) for i in range(30)]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    return path


def honest(request):
    sad = judged_text(request).startswith("sad")
    return answer(request, {Signal.DISTRESS: (2, "sad")} if sad else {})


def fitted(url, path, jobs=2):
    told = read_labeled(path)
    with judge_at(url) as judge:
        return fit(judge, told, grade_all(judge, told, jobs, lambda _: None), 0.05)


def test_what_people_labelled_becomes_a_calibration_that_is_found_again(
    scripted_server, labeled, tmp_path
):
    found = fitted(scripted_server(honest).url, labeled)
    made = found.calibration
    assert set(made.scales) == {Signal.DISTRESS}
    assert made.scales[Signal.DISTRESS].raised_from == 1
    assert made.n == 60
    assert found.figures[Signal.DISTRESS].recall.value == 1
    assert "0 with it and 30 without" in found.left_out[Signal.CRISIS]
    config = Config(home=tmp_path)
    save_calibration(made, config)
    assert load_calibration(made.judge, made.rubrics, config) == made
    assert load_calibration(made.judge, "0" * 12, config) is None


def test_a_judge_that_finds_nothing_is_not_calibrated(scripted_server, labeled):
    with pytest.raises(ConfigError, match="no grade finds any"):
        fitted(scripted_server(lambda request: answer(request, {})).url, labeled)


def test_a_judge_that_keeps_failing_stops_the_work_early(scripted_server, labeled):
    server = scripted_server(Fault(500))
    with pytest.raises(ModelServiceError, match="no usable answer"):
        fitted(server.url, labeled, jobs=1)
    assert len(server.requests) < 20


def test_a_few_failures_are_left_out_and_counted(scripted_server, labeled):
    def mostly(request):
        return Fault(500) if judged_text(request) == "sad 3" else honest(request)

    found = fitted(scripted_server(mostly).url, labeled)
    assert found.n_failed == 1
    assert found.calibration.n == 59


@pytest.mark.parametrize("content", ["", "{", '{"judge": "other"}', "[]", '{"n": 0}'])
def test_a_damaged_calibration_is_refused_with_what_to_do(tmp_path, content):
    config = Config(home=tmp_path)
    path = calibration_path("made@here", "0" * 12, config)
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="mien guard calibrate"):
        load_calibration("made@here", "0" * 12, config)


def test_judges_with_names_that_look_alike_have_files_of_their_own(tmp_path):
    config = Config(home=tmp_path)
    names = ["org/model@h", "org-model@h", "org/model@i", "../../model@h"]
    paths = {calibration_path(name, "0" * 12, config) for name in names}
    assert len(paths) == len(names)
    assert {path.parent for path in paths} == {tmp_path / "data" / "calibration" / "judges"}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        json.dumps(row("hi")),
        json.dumps(row("hi", crisis=1)),
        json.dumps(row("hi", sycophancy=True)),
        json.dumps(row("hi", joy=True)),
        json.dumps({"messages": [], "labels": {"crisis": True}}),
        json.dumps({"messages": [{"role": "tool", "content": "x"}], "labels": {"crisis": True}}),
    ],
)
def test_a_line_that_is_no_labelled_turn_is_named_without_its_words(tmp_path, line):
    path = tmp_path / "labeled.jsonl"
    path.write_text(f"{json.dumps(row('secret', crisis=True))}\n{line}\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 2") as caught:
        read_labeled(path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\xff\xfe"])
def test_a_file_without_labelled_turns_is_refused(tmp_path, content):
    path = tmp_path / "labeled.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError):
        read_labeled(path)
