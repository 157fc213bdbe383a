"""SAGE: published talks, the published rules, and talks of its own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import AssetError, ConfigError, EvalError
from mien.evals.bench import Setup
from mien.evals.result import Fault
from mien.evals.source import published
from mien.evals.tasks.sage import BENCH
from mien.evals.tasks.sage.people import FILE
from mien.evals.tasks.sage.prompts import MODEL, SIMULATOR, prompts_of
from mien.evals.tasks.sage.simulator import (
    Feeling,
    is_over,
    moved,
    read_feeling,
    read_reply,
    state_of,
)
from tests.data import shared

PUBLISHED = {
    "gpt-4.1": (68.15, 35, 13),
    "gpt-4.5": (62.70, None, None),
    "claude3.7-think": (61.25, None, None),
    "deepseek-v3-0324": (54.40, None, None),
    "deepseek-v3-1227": (37.55, None, None),
    "llama3.3-70b": (33.25, None, None),
    "gemini2.0-flash": (32.92, None, None),
    "gpt-4o-0808": (31.75, None, None),
    "openai-o1": (28.95, None, None),
}

# The publisher's program in miniature: the same names, other words.
PROGRAM = '''
import os
target_prompt = """to be heard"""

def planning_reply(player_data):
    template = """Aim {{target}} at {{emotion}}.
{{simulator_role}}|{{simulator_scene}}|{{dialog_history}}"""
    prompt = template.replace("{{emotion}}", "no")

def player_reply(player_data, planning):
    template = """Say {{target}} {{player_type}} {{player_topic}} {{dialog_history}}
{{new_history}} {{planning}} {{emotion}}"""

os.remove("/")
'''
ROLE = "def call_npc(player_history):\n    role_system = '''Be kind.'''\n"


@pytest.fixture
def folder(tmp_path):
    rows = [
        {
            "id": f"p{i}",
            "player": f"person {i}",
            "scene": "a move",
            "main_cha": "calm",
            "first_talk": "我要搬家了",
        }
        for i in range(3)
    ]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    (tmp_path / SIMULATOR).write_text(PROGRAM, encoding="utf-8")
    (tmp_path / MODEL).write_text(ROLE, encoding="utf-8")
    return tmp_path


# --- published talks ----------------------------------------------------------------------------


@pytest.mark.parametrize("model", PUBLISHED)
def test_published_talks_score_as_published(model):
    path = shared("evals") / "sage" / f"{model}_result.jsonl.gz"
    (run,) = BENCH.stored(path, Setup())
    scored = BENCH.score(run.items, run.planned)
    expected, successes, failures = PUBLISHED[model]
    assert round(scored.main.value, 2) == expected
    assert 3.0 < scored.main.se < 3.8
    if successes is not None:
        counts = [round(scored.parts[name].value * 100) for name in ("success", "failure")]
        assert counts == [successes, failures]


def test_who_played_the_person_is_part_of_the_scores_name(tmp_path):
    folder = tmp_path / "gpt-4o_based_simulator"
    folder.mkdir()
    row = json.dumps({"id": "a", "emo_point": "55", "history": [{"role": "assistant"}]})
    (folder / "m_result.jsonl").write_text(row)
    (run,) = BENCH.stored(folder / "m_result.jsonl", Setup())
    assert run.model == "m"
    assert run.name == "sage (user gpt-4o, rounds 10)"
    assert run.items[0].counts == {"rounds": 1}
    assert run.planned == 100


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no talks"),
        ("[]", "no talk of SAGE"),
        ('{"id": "a"}', "no talk of SAGE"),
        ('{"id": "a", "emo_point": "high"}', "no number"),
        ('{"id": "a", "emo_point": 1}\n{"id": "a", "emo_point": 2}', "twice"),
        ('{"id": "a", "emo_po', "line 1"),
    ],
)
def test_files_that_hold_no_talks_are_refused_with_the_line(tmp_path, text, told):
    path = tmp_path / "x_result.jsonl"
    path.write_text(text)
    with pytest.raises(EvalError, match=told):
        BENCH.stored(path, Setup())


def test_other_encodings_are_named(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes('{"id": "ä"}'.encode("latin-1"))
    with pytest.raises(EvalError, match="not UTF-8"):
        BENCH.stored(path, Setup())


# --- published rules ----------------------------------------------------------------------------


@given(st.integers(-30, 100), st.integers(-10, 10))
def test_feelings_stop_at_a_hundred_and_have_no_floor(feeling, change):
    after = moved(feeling, change)
    assert after <= 100
    assert after == min(100, feeling + change)


@given(st.integers(-50, 100))
def test_every_feeling_has_one_state_and_ruins_end_the_talk(feeling):
    assert (state_of(feeling) == "Emotion-F") == (feeling < 10)
    assert is_over("嗯", feeling) == (feeling < 10 or feeling >= 100)


def test_a_goodbye_ends_a_talk():
    assert is_over("那就再见啦", 50)
    assert not is_over("谢谢", 50)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Content:\nx\nChange:\n+7", 7),
        ("Change：[-3]", -3),
        ("**Change:** +25", 10),
        ("Change: -99 because", -10),
        ("Change: none", None),
        ("+7", None),
        ("", None),
    ],
)
def test_a_change_is_read_as_published_and_clamped(text, change):
    found = read_feeling(text)
    assert (found.change if found else None) == change


def test_a_feeling_is_cut_as_published():
    text = "Content:\nc\nTargetCompletion:\n[t]\nActivity:\na\nAnalyse:\nhow\nChange:\n2"
    assert read_feeling(text) == Feeling(2, "t", "a", "how")


def test_a_reply_is_what_follows_the_last_mark():
    assert read_reply("Thinking:\nx\nResponse:\n[“好的”]") == "好的"
    assert read_reply("no mark") is None
    assert read_reply("Response:\n[]") is None


# --- the publisher's program --------------------------------------------------------------------


def test_prompts_are_taken_from_a_program_that_is_never_run(folder):
    prompts = prompts_of(published(BENCH.info, Setup(data=folder)))
    assert prompts.aim == "to be heard"
    assert prompts.system == "Be kind."
    assert prompts.feeling.startswith("Aim {{target}}")
    assert prompts.reply.startswith("Say {{target}}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "sets no 'target_prompt'"),
        ("def (", "no Python"),
        (PROGRAM.replace("{{planning}}", ""), "no {{planning}}"),
        (PROGRAM.replace("def player_reply", "def other"), "sets no 'template'"),
    ],
)
def test_a_program_that_is_not_as_published_is_refused(folder, text, told):
    (folder / SIMULATOR).write_text(text)
    with pytest.raises(EvalError, match=told):
        prompts_of(published(BENCH.info, Setup(data=folder)))


def test_profiles_without_a_first_line_are_refused_with_their_line(folder):
    (folder / FILE).write_text('{"id": "a", "player": "x", "scene": "y", "main_cha": "z"}')
    with pytest.raises(EvalError, match=r"line 1 .* 'first_talk'"):
        BENCH.plan(Setup(data=folder))


def test_without_its_files_the_task_says_what_to_pull(tmp_path):
    from mien.core.config import Config

    with pytest.raises(AssetError, match="mien models pull sage"):
        BENCH.plan(Setup(config=Config(home=tmp_path)))


def test_unknown_settings_are_refused(folder):
    for args in ({"round": 3}, {"rounds": 0}, {"rounds": "many"}):
        with pytest.raises(ConfigError):
            BENCH.plan(Setup(data=folder, args=args))


def test_a_plan_counts_every_call(folder):
    model, user = BENCH.plan(Setup(data=folder, args={"rounds": 4}))
    assert (model.role, model.calls) == ("model", 12)
    assert (user.role, user.calls) == ("user", 18)
    assert model.read > 0
    assert user.read > user.written > 0


# --- talks --------------------------------------------------------------------------------------


class Cast:
    """A model under test and a simulator that answer in process, with their requests kept."""

    def __init__(self, *, changes, reply="嗯嗯", spoil=False):
        self.changes, self.reply, self.spoil = iter(changes), reply, spoil
        self.asked = []

    def _output(self, text):
        from inspect_ai.model import ModelOutput, ModelUsage

        output = ModelOutput.from_content("m", text)
        output.usage = ModelUsage(input_tokens=3, output_tokens=2, total_tokens=5)
        return output

    def model(self, messages, *_):
        return self._output("我在听。")

    def user(self, messages, *_):
        text = messages[-1].text
        self.asked.append(text)
        if self.spoil:
            return self._output("I will not say")
        if text.startswith("Aim"):
            return self._output(f"Activity:\na\nAnalyse:\nb\nChange:\n{next(self.changes)}")
        return self._output(f"Response:\n{self.reply}")


def run(folder, cast, tmp_path, **args):
    inspect_ai = pytest.importorskip("inspect_ai")
    from inspect_ai.model import get_model

    (log,) = inspect_ai.eval(
        BENCH.task(Setup(data=folder, limit=1, args=args)),
        model=get_model("mockllm/m", custom_outputs=cast.model),
        model_roles={"user": get_model("mockllm/u", custom_outputs=cast.user)},
        display="none",
        log_dir=str(tmp_path / "logs"),
    )
    from mien.evals.logs import read_log

    assert log.status == "success", log.error
    return read_log(tmp_path / "logs" / log.location.rsplit("/", 1)[-1]), log.samples[0]


def test_a_contented_person_ends_the_talk(folder, tmp_path):
    result, _ = run(folder, Cast(changes=[10] * 9), tmp_path)
    (item,) = result.items
    assert item.score == 100.0
    assert item.counts["rounds"] == 6
    assert result.roles == {"user": "mockllm/u"}
    assert result.variant["items"] == "first 1 of 3"


def test_the_last_reply_is_never_weighed(folder, tmp_path):
    cast = Cast(changes=[1] * 9)
    (item,) = run(folder, cast, tmp_path, rounds=4)[0].items
    assert item.score == 43.0
    assert item.counts["rounds"] == 4
    assert sum(asked.startswith("Aim") for asked in cast.asked) == 3


def test_a_goodbye_ends_the_talk_early(folder, tmp_path):
    (item,) = run(folder, Cast(changes=[2] * 9, reply="拜拜"), tmp_path)[0].items
    assert item.counts["rounds"] == 1
    assert item.score == 42.0


def test_a_simulator_that_cannot_be_read_leaves_no_score(folder, tmp_path):
    (item,) = run(folder, Cast(changes=[], spoil=True), tmp_path)[0].items
    assert item.score is None
    assert item.fault is Fault.SIMULATOR
    assert item.counts["simulator_unreadable"] == 3


def test_the_simulator_hears_the_talk_and_the_model_never_the_profile(folder, tmp_path):
    cast = Cast(changes=[1] * 9)
    _, sample = run(folder, cast, tmp_path, rounds=3)
    assert "person 0" in cast.asked[0]
    assert "我在听。" in cast.asked[0]
    assert "Emotion-B" in cast.asked[1]
    assert not any("person 0" in message.text for message in sample.messages)
    assert sample.messages[0].text == "Be kind."


def test_marks_in_what_somebody_says_are_never_filled_in():
    from mien.evals.tasks.sage.people import Person
    from mien.evals.tasks.sage.prompts import Prompts
    from mien.evals.tasks.sage.simulator import ask_feeling

    prompts = Prompts("aim", "{{dialog_history}} {{simulator_role}} {{simulator_scene}}", "", "")
    person = Person(id="a", profile="SECRET", scene="s", kind="k", first="f")
    talk = [{"role": "assistant", "content": "{{simulator_role}}"}]
    assert ask_feeling(prompts, person, talk, 40).count("SECRET") == 1


def test_scripted_characters_can_play_the_person():
    from mien.evals.characters.speaking import Prompt, speak

    form = "# 输出格式:\nActivity:\n[心理活动]\nAnalyse:\n[感受]\nChange:\n[人物的emotion变化]"
    felt = read_feeling(speak("empathic", Prompt(form, form)).text)
    assert 1 <= felt.change <= 6
    assert felt.activity
    assert read_feeling(speak("flat", Prompt(form, form)).text).change == 0
    said = "Thinking:\n[分析内容]\nResponse:\n[最终回复]"
    assert read_reply(speak("empathic", Prompt(said, said)).text)
