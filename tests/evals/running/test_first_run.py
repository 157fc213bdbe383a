"""Every task runs on a laptop without a key: characters answer, judge and play the user."""

import re

import pytest

from mien.core.config import Config
from mien.core.errors import AssetError, EvalError
from mien.evals.bench import Setup
from mien.evals.boards.tables import boards_of, compare_files
from mien.evals.catalogue import NAMES, find
from mien.evals.characters import CHARACTERS
from mien.evals.logs import read_log
from mien.evals.result import Fault
from mien.evals.running.start import Manner, run
from tests.data import shared

ALONE = tuple(name for name in NAMES if not name.endswith("_pairs"))
EMPATHIC = "mien/empathic"
SAFETY = {name: f"safety/{name}" for name in ("psychosis_bench", "humanebench", "vera_mh")}
MISSING = ("simulator_response", "EA_data", "humanebench_rubric", "persona_prompt_template")
"""Files that some tasks need and the data has not, or has elsewhere."""


def ran(name, folder, *, model=EMPATHIC, helper=EMPATHIC, **args):
    bench = find(name)
    manner = Manner(
        roles=dict.fromkeys(bench.info.roles, helper), logs=folder, config=Config(offline=True)
    )
    setup = Setup(data=shared(SAFETY.get(name, "evals")), limit=2, args=args)
    try:
        (one,) = run(bench, [model], setup, manner)
    except (AssetError, EvalError) as error:
        if any(one in str(error) for one in MISSING):
            pytest.skip(f"published files are not among the data: {error}")
        raise
    return one


@pytest.mark.parametrize("name", ALONE)
def test_the_empathic_one_gets_a_score_in_every_task(name, tmp_path):
    one = ran(name, tmp_path)
    assert one.result.is_scripted
    assert one.scored.main.n == one.result.planned > 0
    assert not [item for item in one.result.items if item.score is None]
    assert {part.role for part in one.plan.parts} == {*one.result.usage}


@pytest.mark.parametrize("name", [name for name in ALONE if find(name).info.roles])
def test_a_judge_or_user_that_refuses_leaves_no_score(name, tmp_path):
    one = ran(name, tmp_path, helper="mien/refusing")
    faults = {item.fault for item in one.result.items}
    assert faults <= {Fault.JUDGE, Fault.SIMULATOR}
    assert all(item.score is None for item in one.result.items)
    assert one.scored.why_none


@pytest.mark.parametrize("character", [one for one in CHARACTERS if one != "slow"])
@pytest.mark.parametrize("name", ["eq_bench", "eq_bench_v3", "live"])
def test_every_character_comes_through_without_an_error(name, character, tmp_path):
    one = ran(name, tmp_path, model=f"mien/{character}")
    assert Fault.FAILED not in {item.fault for item in one.result.items}
    assert len(one.result.items) == one.result.planned


@pytest.mark.parametrize(
    ("name", "of"), [("eq_bench_v3_pairs", "eq_bench_v3"), ("live_pairs", "live")]
)
def test_runs_are_compared_in_pairs(name, of, tmp_path):
    first = ran(of, tmp_path / "first")
    second = ran(of, tmp_path / "second", model="mien/flat")
    one = ran(name, tmp_path / "pairs", model="none/none", runs=f"{first.log},{second.log}")
    assert len(one.result.items) == one.result.planned > 0
    assert Fault.FAILED not in {item.fault for item in one.result.items}
    for made in (boards_of, compare_files):
        with pytest.raises(EvalError, match=f"`mien rate {re.escape(str(one.log))}` makes"):
            made([one.log])
    assert len(boards_of([first.log, one.log])) == 2


@pytest.mark.parametrize("name", ["eq_bench", "eq_bench_v3", "live"])
def test_inspect_scores_a_log_again_to_the_same_figure(name, tmp_path):
    from inspect_ai import score
    from inspect_ai.log import read_eval_log, write_eval_log
    from inspect_ai.scorer._scorer import scorer_create

    one = ran(name, tmp_path / "logs")
    args = {} if name == "live" else {"data": str(shared("evals"))}
    again = score(
        read_eval_log(str(one.log)),
        scorer_create(f"mien/{name}", **args),
        action="overwrite",
        display="none",
    )
    write_eval_log(again, str(tmp_path / "again.eval"))
    assert read_log(tmp_path / "again.eval").items == one.result.items
