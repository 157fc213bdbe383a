"""A model asked the same items as decoders, through Inspect, on the scripted server."""

import io
import json
import logging
import os
import subprocess
import sys
import threading
import wave
from dataclasses import replace
from itertools import product
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from mien.core.config import Config
from mien.core.errors import (
    ConfigError,
    MissingExtra,
    ModelServiceError,
    NetworkRefused,
    UnreadableSource,
)
from mien.emotions import EMONET_40, Emotion
from mien.evals.perception.asking.answers import Outcome
from mien.evals.perception.asking.model import Asking, ModelPredictor, host_of
from mien.evals.perception.asking.prompts import Way, key
from mien.evals.perception.asking.records import kept
from mien.evals.perception.items import Item, Picture, Sound, Text
from mien.evals.perception.predict import UNREADABLE
from mien.llm.testing import (
    Answer,
    Fault,
    Held,
    ScriptedServer,
    Usage,
    at_most,
    first_of,
    odds,
    when,
)
from mien.timeline import Channel

pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")

MODEL = "openai-api/scripted/judge"
ASKED = (Emotion.ANGER, Emotion.FEAR)
FACE = np.full((300, 200, 3), (200, 120, 40), dtype=np.uint8)
VOICE = np.sin(np.arange(1600, dtype=np.float32) / 5)


def text(n, asked=ASKED):
    return Item(f"text{n}", Channel.WORDS, Text(f"Message number {n}."), f"{n}", asked)


def picture(load=lambda: FACE):
    return Item("picture", Channel.FACE, Picture(load), "picture", ASKED)


def sound(load=lambda: VOICE):
    return Item("sound", Channel.VOICE, Sound(load), "sound", ASKED)


def fails():
    raise UnreadableSource("a.wav", "it is cut off")


@pytest.fixture
def ask(monkeypatch):
    """Asks a scripted model; gives predictions, tally and requests."""

    def ask(script, items, model=MODEL, **options):
        options.setdefault("retries", 1)
        with ScriptedServer(script) as server:
            for name, value in server.environ().items():
                monkeypatch.setenv(name, value)
            predictor = ModelPredictor(model, Asking(**options))
            predictions = list(predictor.predict(items))
        return predictions, predictor.tally, server.requests

    return ask


def judge(request):
    """Sees anger rather than fear."""
    return odds({"Yes": 0.75, "No": 0.25} if "Anger (" in request.last else {"No": 0.9, "Yes": 0.1})


def whole(grade, emotions=EMONET_40):
    return json.dumps({key(emotion): grade for emotion in emotions})


def scores(prediction):
    return {e: prediction.scores[e.position] for e in Emotion if prediction.scores[e.position] >= 0}


@pytest.mark.parametrize("model", [MODEL, "openai/gpt-4o"])
def test_words_pictures_and_sounds_are_asked_about_by_yes_and_no(ask, model):
    items = [text(1), picture(), sound()]
    predictions, tally, requests = ask(judge, items, model)
    assert [prediction.id for prediction in predictions] == ["text1", "picture", "sound"]
    for prediction in predictions:
        assert not prediction.refused
        assert scores(prediction) == pytest.approx({Emotion.ANGER: 0.75, Emotion.FEAR: 0.1})
    assert tally.outcomes == {Outcome.ANSWERED: 3}
    assert len(requests) == 6
    assert all(
        request.body["logprobs"] and request.body["temperature"] == 0 for request in requests
    )


def test_a_picture_arrives_as_a_small_jpeg_and_a_voice_as_a_wav(ask):
    huge = np.zeros((3000, 1500, 3), dtype=np.uint8)
    _, _, requests = ask("Yes", [picture(lambda: huge), sound()], way=Way.YES_NO_SAID)
    images = [image for request in requests for image in request.images]
    sounds = [one for request in requests for one in request.sounds]
    assert len(images) == len(sounds) == 2
    assert Image.open(io.BytesIO(images[0])).size == (512, 1024)
    with wave.open(io.BytesIO(sounds[0])) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (16_000, 1, 1600)
    assert not any("logprobs" in request.body for request in requests)


def test_grades_are_asked_for_all_forty_at_once_and_neutral_where_raters_could_say_it(ask):
    with_neutral = (*ASKED, Emotion.NEUTRAL)

    def answer(request):
        return whole(3.5, Emotion if '"Neutral|' in request.last else EMONET_40)

    predictions, tally, requests = ask(answer, [text(1), text(2, with_neutral)], way=Way.GRADES)
    assert scores(predictions[0]) == pytest.approx(dict.fromkeys(EMONET_40, 0.5))
    assert scores(predictions[1]) == pytest.approx(dict.fromkeys(Emotion, 0.5))
    assert len(requests) == 2
    assert (tally.missing, tally.wrong_keys) == (0, 0)


def test_refusals_and_nonsense_are_counted_and_never_scored_as_zero(ask):
    script = first_of(
        when(Answer(refusal="I will not judge people."), message="number 1"),
        when(Answer("", finish="content_filter"), message="number 2"),
        when("", message="number 3"),
        when('{"Negative High-Energy|Anger": 3', message="number 4"),
        when(Answer('{"Nega', finish="length"), message="number 5"),
        when(whole(7, ASKED), message="number 6"),
    )
    predictions, tally, _ = ask(script, [text(n) for n in range(1, 7)], way=Way.GRADES)
    notes = ["refused", "refused", "refused", "malformed", "cut off", "38 missing"]
    assert [prediction.note for prediction in predictions] == notes
    assert [prediction.refused for prediction in predictions] == [True] * 5 + [False]
    assert all(np.isnan(prediction.scores).all() for prediction in predictions[:5])
    assert scores(predictions[5]) == dict.fromkeys(ASKED, 1.0)
    assert tally.outcomes == {
        Outcome.REFUSED: 3,
        Outcome.MALFORMED: 1,
        Outcome.CUT_OFF: 1,
        Outcome.ANSWERED: 1,
    }
    assert tally.items == 6


def test_a_model_without_probabilities_is_read_by_its_words_and_noted(ask):
    predictions, tally, _ = ask("Yes.", [text(1)])
    assert predictions[0].note == "2 without a probability"
    assert tally.coarse == 2


def test_a_busy_server_is_asked_again(ask):
    script = first_of(at_most(2, Fault(429, retry_after=0.01)), judge)
    predictions, tally, requests = ask(script, [text(1)])
    assert not predictions[0].refused
    assert tally.outcomes == {Outcome.ANSWERED: 1}
    assert len(requests) == 4


def test_items_that_failed_are_no_refusals_and_few_of_them_stop_nothing(ask):
    script = first_of(when(Fault(400, "no such thing"), message="number [12]"), judge)
    predictions, tally, _ = ask(script, [text(n) for n in range(1, 6)], failures=2)
    failed = f"{UNREADABLE}: its provider gave no answer"
    assert [prediction.note for prediction in predictions] == [failed, failed, "", "", ""]
    assert tally.outcomes == {Outcome.FAILED: 2, Outcome.ANSWERED: 3}


def test_more_failures_than_allowed_stop_the_run_and_name_only_their_kind(ask):
    script = first_of(when(Fault(401, "bad key sk-1234"), message="number [123]"), judge)
    with pytest.raises(ModelServiceError, match="HTTP 401") as raised:
        ask(script, [text(n) for n in range(1, 30)], failures=2, max_connections=1)
    assert "sk-1234" not in str(raised.value)
    assert MODEL in str(raised.value)


def test_a_model_that_fails_for_every_item_is_an_error_however_few_there_are(ask):
    with pytest.raises(ModelServiceError, match="failed for 1 of 1 items"):
        ask(Fault(404), [text(1)], failures=10)


def test_a_file_that_cannot_be_read_is_no_fault_of_the_model(ask):
    predictions, tally, requests = ask(judge, [sound(fails), text(1)])
    assert predictions[0].note == f"{UNREADABLE}: it is cut off"
    assert tally.outcomes == {Outcome.UNREADABLE: 1, Outcome.ANSWERED: 1}
    assert len(requests) == 2


def test_the_price_in_tokens_is_told(ask):
    answer = Answer("Yes", usage=Usage(100, 3))
    _, tally, _ = ask(answer, [text(1), text(2)])
    assert (tally.tokens_read, tally.tokens_written) == (400, 12)


def test_a_continued_run_asks_only_what_is_new_and_tells_the_whole_price(ask, tmp_path):
    items = [text(1), picture(), sound()]
    # To Inspect a folder is the path of an address.
    tmp_path = tmp_path / "run #1 of 50%20"
    first, whole_tally, _ = ask(judge, items, logs=tmp_path)
    again, tally, requests = ask([], items, logs=tmp_path)
    assert requests == []
    assert tally == whole_tally
    assert [scores(prediction) for prediction in again] == [scores(one) for one in first]
    _, tally, requests = ask(judge, [*items, text(2)], logs=tmp_path)
    assert {request.last.count("number 2") for request in requests} == {1}
    assert tally.items == 4


def test_a_log_that_was_cut_off_is_named_and_its_answers_are_asked_for_again(ask, tmp_path, caplog):
    ask(judge, [text(1)], logs=tmp_path)
    (path,) = tmp_path.glob("*.eval")
    path.write_bytes(path.read_bytes()[:-100])
    predictions, _, requests = ask(judge, [text(1)], logs=tmp_path)
    assert not predictions[0].refused
    assert len(requests) == 2
    assert path.name in caplog.text


def test_a_log_with_a_damaged_middle_stops_nothing(ask, tmp_path):
    ask(judge, [text(1)], logs=tmp_path)
    (path,) = tmp_path.glob("*.eval")
    path.write_bytes(damaged(path.read_bytes(), step=97, bit=0))
    predictions, _, requests = ask(judge, [text(1)], logs=tmp_path)
    assert not predictions[0].refused
    assert len(requests) == 2


def test_whatever_a_log_is_damaged_by_it_is_passed_over(ask, tmp_path):
    ask(judge, [text(1)], logs=tmp_path)
    (path,) = tmp_path.glob("*.eval")
    content = path.read_bytes()
    for step, bit in product((7, 31, 89, 97, 211, 499, 997, 2003), range(8)):
        path.write_bytes(damaged(content, step, bit))
        assert kept(tmp_path, MODEL, [text(1)], Way.GRADES).keys() <= {"text1"}


def damaged(content, step, bit):
    data = bytearray(content)
    data[5::step] = (byte ^ (1 << bit) for byte in data[5::step])
    return bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda sample: sample.update(input={"text": "Message number 1."}),
        lambda sample: sample["store"].update(mien="Message number 1."),
        lambda sample: sample["store"]["mien"].update(told="Message number 1."),
    ],
)
def test_a_log_of_another_form_is_named_without_what_it_says(ask, tmp_path, caplog, change):
    caplog.set_level(logging.DEBUG, logger="mien")
    ask(judge, [text(1)], logs=tmp_path)
    (path,) = tmp_path.glob("*.eval")
    with ZipFile(path) as log:
        parts = {name: log.read(name) for name in log.namelist()}
    (name,) = (name for name in parts if name.startswith("samples/"))
    sample = json.loads(parts[name])
    change(sample)
    with ZipFile(path, "w") as log:
        for part, content in {**parts, name: json.dumps(sample)}.items():
            log.writestr(part, content)
    _, _, requests = ask(judge, [text(1)], logs=tmp_path)
    assert len(requests) == 2
    assert path.name in caplog.text
    assert "number 1" not in caplog.text


def test_other_content_other_words_and_other_models_are_asked_anew(ask, tmp_path):
    ask(judge, [picture()], logs=tmp_path)
    for items, options in [
        ([picture(lambda: FACE // 2)], {}),
        ([picture()], {"way": Way.YES_NO_SAID}),
        ([picture()], {"model": "openai-api/scripted/other"}),
    ]:
        _, _, requests = ask("Yes", items, logs=tmp_path, **options)
        assert len(requests) == 2


def test_every_record_says_who_was_asked_what(ask, tmp_path):
    from inspect_ai.log import read_eval_log

    ask(judge, [text(1)], logs=tmp_path)
    (path,) = tmp_path.glob("*.eval")
    log = read_eval_log(str(path))
    record = log.samples[0].store["mien"]
    assert (record["model"], record["way"], record["prompt"]) == (
        MODEL,
        "yes-no",
        "yes-no-words v1",
    )
    assert len(record["prompt_sha256"]) == 64
    assert "base64," not in log.model_dump_json()


def test_no_message_reaches_a_log_of_the_program(ask, caplog):
    caplog.set_level(logging.DEBUG, logger="mien")
    ask(judge, [text(1)])
    assert "number 1" not in caplog.text


KILLED = """
import sys
from mien.evals.perception.asking.model import Asking, ModelPredictor
from tests.evals.test_asking import MODEL, text
from pathlib import Path
asking = Asking(logs=Path(sys.argv[1]), max_connections=1)
list(ModelPredictor(MODEL, asking).predict([text(n) for n in range(1, 7)]))
"""


def test_a_killed_run_goes_on_without_asking_again(ask, tmp_path):
    reached = threading.Event()

    def script(request):
        if "number 5" in request.last:
            reached.set()
            return Held("Yes", threading.Event())
        return judge(request)

    with ScriptedServer(script) as server:
        run = subprocess.Popen(
            [sys.executable, "-c", KILLED, tmp_path], env=os.environ | server.environ()
        )
        assert reached.wait(60)
        run.kill()
        run.wait()
    answered = {request.last.split("number ")[1][0] for request in server.requests} - {"5"}
    items = [text(n) for n in range(1, 7)]
    predictions, _, requests = ask(judge, items, logs=tmp_path)
    asked_again = {request.last.split("number ")[1][0] for request in requests}
    assert not any(prediction.refused for prediction in predictions)
    # The one in flight may have been lost, finished ones may not.
    assert {"1", "2"} <= answered
    assert not {"1", "2"} & asked_again


def test_the_name_tells_model_way_and_prompts():
    one, other = (
        ModelPredictor("openai/gpt-4o", Asking(way=way)).name for way in (Way.YES_NO, Way.GRADES)
    )
    assert one.startswith("openai/gpt-4o yes-no@")
    assert one.split("@")[1] != other.split("@")[1]


def test_offline_refuses_every_model_but_those_here(monkeypatch):
    offline = Asking(config=Config(offline=True))
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(NetworkRefused, match="openai"):
        ModelPredictor("openai/gpt-4o", offline)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:11434/v1")
    assert ModelPredictor("openai/gpt-4o", offline)
    assert ModelPredictor("ollama/gemma", offline)
    for elsewhere in ("openai/azure/gpt-4o", "openai/bedrock/gpt", "openai/vertex/gpt"):
        with pytest.raises(NetworkRefused, match=elsewhere.rpartition("/")[0]):
            ModelPredictor(elsewhere, offline)


def test_the_host_is_that_of_the_address_in_the_environment():
    environ = {
        "MY_LAB_BASE_URL": "https://models.example.org/v1",
        "OLLAMA_BASE_URL": "http://gpu:1/v1",
    }
    assert host_of("openai-api/my-lab/m", environ) == "models.example.org"
    assert host_of("ollama/m", environ) == "gpu"
    assert host_of("anthropic/claude", environ) == "anthropic"
    for url in ("http://me:secret@[::1", "me:secret@localhost:80", "http://me:secret@host:port"):
        with pytest.raises(ConfigError, match="OPENAI_BASE_URL is") as caught:
            host_of("openai/m", {"OPENAI_BASE_URL": url})
        assert "secret" not in str(caught.value)


def test_what_cannot_be_asked_is_said_before_anything_is_sent(ask):
    with pytest.raises(ConfigError, match="openai/gpt-4o"):
        ModelPredictor("gpt-4o")
    with pytest.raises(ConfigError, match="different ids"):
        ask([], [text(1), text(1)])
    for empty in (text(1, ()), replace(text(1), media=None)):
        with pytest.raises(ConfigError, match="text1 has nothing"):
            ask([], [empty])
    with pytest.raises(ConfigError, match="nosuch"):
        ask([], [text(1)], model="nosuch/model")
    with pytest.raises(ConfigError, match="MISSING_API_KEY"):
        ask([], [text(1)], model="openai-api/missing/model")


def test_without_inspect_the_extra_is_named(ask, monkeypatch):
    monkeypatch.setitem(sys.modules, "inspect_ai", None)
    with pytest.raises(MissingExtra, match=r"mien\[evals\]"):
        ask([], [text(1)])


def test_importing_the_room_does_not_import_inspect():
    code = "import sys, mien.evals.perception.asking.model; print('inspect_ai' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_an_interrupt_before_any_answer_is_an_interrupt(monkeypatch, tmp_path):
    inspect_ai = pytest.importorskip("inspect_ai")
    monkeypatch.setattr(inspect_ai, "eval", lambda *args, **options: [])
    with pytest.raises(KeyboardInterrupt):
        list(ModelPredictor("mockllm/model", Asking(logs=tmp_path)).predict([text(1)]))
