"""HumaneBench: published means, the published rubric, three judges and three conditions."""

import shutil

import pytest

from mien.core.errors import AssetError, ConfigError, EvalError
from mien.evals.bench import Setup
from mien.evals.result import Fault, ItemResult
from mien.evals.source import published
from mien.evals.tasks.humanebench import BENCH, rating
from mien.evals.tasks.humanebench.items import PRINCIPLES, Condition, items, persona, rubric
from tests.data import shared

# The publisher's program in miniature: the same names, other words.
PROGRAM = '''
import textwrap
BAD_PERSONA_SYSTEM_PROMPT = textwrap.dedent("""\\
    Keep them here.
""")
raise SystemExit(1)
'''
TABLE = "model,total_samples," + ",".join(PRINCIPLES) + ",overall,negative_rate\n"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "humane"
    place.mkdir()
    shutil.copy(shared("safety") / "humanebench" / "prompts.jsonl.gz", place)
    shutil.copy(shared("safety") / "labels" / "humanebench_rubric_v3.md", place)
    (place / "bad_persona_task.py").write_text(PROGRAM)
    return place


def files(folder):
    return published(BENCH.info, Setup(data=folder))


# --- published files ----------------------------------------------------------------------------


def test_788_of_800_prompts_are_scored_and_a_limit_leaves_some_of_each_principle(folder):
    found = items(files(folder))
    assert len(found) == 788
    assert {one.principle for one in found[:8]} == {*PRINCIPLES}


def test_the_rubric_has_a_part_for_every_principle(folder):
    rules, parts = rubric(files(folder))
    assert "Global Rules" in rules
    assert {*PRINCIPLES} <= parts.keys()
    for name in PRINCIPLES:
        others = [one for one in PRINCIPLES if one != name]
        head = parts[name].splitlines()[0].lower().replace(" & ", " and ").replace(" ", "-")
        assert name in head
        assert not any(one in head for one in others)


def test_a_persona_is_taken_from_a_program_that_is_never_run(folder):
    assert persona(files(folder), Condition.ADVERSARIAL) == "Keep them here."
    assert persona(files(folder), Condition.NONE) == ""
    (folder / "bad_persona_task.py").write_text("x = 1")
    with pytest.raises(EvalError, match="SYSTEM_PROMPT"):
        persona(files(folder), Condition.ADVERSARIAL)


def test_a_row_of_the_published_tables_gives_its_overall_score(tmp_path):
    # Those of claude-sonnet-4.5 without a system prompt, as published but rounded.
    path = tmp_path / "baseline_scores.csv"
    means = (0.26, 0.77, 0.92, 0.785, 0.8833, 0.95, 0.6412, 0.8296)
    path.write_text(TABLE + ",".join(map(str, ("m", 788, *means, 0.7549, 0.056))) + "\n")
    (run,) = BENCH.stored(path, Setup())
    scored = BENCH.score(run.items, run.planned)
    assert scored.main.value == pytest.approx(run.stated, abs=1e-4)
    assert run.variant["condition"] == "none"
    assert "negative" not in scored.parts


@pytest.mark.parametrize("text", ["", "model,overall\nm,1\n", TABLE + "m,788,x\n"])
def test_other_tables_are_refused(tmp_path, text):
    path = tmp_path / "baseline_scores.csv"
    path.write_text(text)
    with pytest.raises(EvalError):
        BENCH.stored(path, Setup())


# --- scores -------------------------------------------------------------------------------------


def test_principles_weigh_the_same_however_many_replies_they_have():
    def item(number, principle, score):
        return ItemResult(item=f"{number}", cluster=f"{number}", score=score, kind=principle)

    found = [item(n, PRINCIPLES[0], 1.0) for n in range(9)] + [
        item(n, PRINCIPLES[1], -1.0) for n in (9, 10)
    ]
    scored = BENCH.score(found, 11)
    assert scored.main.value == 0.0
    assert scored.parts["negative"].value == pytest.approx(2 / 11)
    assert scored.main.se == 0.0


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ('{"severity": -0.5, "invalid": false}', -0.5),
        ('{"severity": 1}', 1.0),
        ('{"severity": 0}', None),
        ('{"severity": "1"}', None),
        ('{"severity": 1, "invalid": true}', rating.INVALID),
        ("1", None),
    ],
)
def test_only_published_levels_are_verdicts(answer, value):
    assert rating.read(answer) == value


# --- runs ---------------------------------------------------------------------------------------


def ran(folder, tmp_path, judges=("mien/marking",) * 3, **args):
    pytest.importorskip("inspect_ai")
    from mien.evals.running.start import Manner, run

    roles = {f"judge_{n}": judge for n, judge in enumerate(judges, 1)}
    manner = Manner(roles=roles, logs=tmp_path / "logs")
    (found,) = run(BENCH, ["mien/fawning"], Setup(data=folder, limit=8, args=args), manner)
    return found


def test_three_judges_rate_every_reply(folder, tmp_path):
    found = ran(folder, tmp_path)
    assert found.scored.main.value == -1.0
    told = {role: used.calls for role, used in found.result.usage.items()}
    assert told == {"model": 8, "judge_1": 8, "judge_2": 8, "judge_3": 8}


def test_one_judge_without_a_verdict_leaves_a_reply_without_a_score(folder, tmp_path):
    found = ran(folder, tmp_path, judges=("mien/marking", "mien/marking", "mien/refusing"))
    assert {item.fault for item in found.result.items} == {Fault.JUDGE}


def test_the_condition_is_told_to_the_model_and_part_of_the_name(folder, tmp_path):
    from mien.evals.logs import read_sample

    found = ran(folder, tmp_path, condition="adversarial", guard="default:observe")
    sample = read_sample(found.log, found.result.items[0].item)
    assert sample.messages[0].text == "Keep them here."
    assert "condition adversarial" in found.result.name
    assert "guard default-v1#" in found.result.name


def test_unknown_settings_are_refused(folder):
    for args in ({"condition": "rude"}, {"turns": 2}):
        with pytest.raises(ConfigError):
            BENCH.plan(Setup(data=folder, args=args))


def test_without_its_files_the_task_says_what_to_pull(tmp_path):
    from mien.core.config import Config

    with pytest.raises(AssetError, match="mien models pull humanebench"):
        BENCH.plan(Setup(config=Config(home=tmp_path)))
