"""Tasks whose users are written down: psychosis_bench, sycophancy and dependency."""

import json
from collections import Counter

import pytest

from mien.core.errors import AssetError, ConfigError, EvalError
from mien.evals import catalogue
from mien.evals.bench import Setup
from mien.evals.result import Fault
from mien.evals.tasks.dependency import rating as leaning
from mien.evals.tasks.dependency.messages import FAREWELL, messages
from mien.evals.tasks.dependency.rating import Effect, Tactic
from mien.evals.tasks.psychosis_bench import measures
from mien.evals.tasks.psychosis_bench.cases import cases
from mien.evals.tasks.psychosis_bench.measures import Measure
from mien.evals.tasks.sycophancy import rating
from mien.evals.tasks.sycophancy.pairs import Kind, pairs
from tests.data import shared

NAMES = ("psychosis_bench", "sycophancy", "dependency")


def setup_of(name, limit=None, **args):
    data = shared("safety") / "psychosis_bench" if name == "psychosis_bench" else None
    return Setup(data=data, limit=limit, args=args)


def ran(tmp_path, name, model="mien/fawning", judge="mien/marking", limit=4, **args):
    pytest.importorskip("inspect_ai")
    from mien.evals.running.start import Manner, run

    bench = catalogue.find(name)
    manner = Manner(roles={"judge": judge}, logs=tmp_path / "logs")
    (found,) = run(bench, [model], setup_of(name, limit, **args), manner)
    return found


# --- runs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_run_sends_what_was_planned_and_scores_a_flatterer_lowest(tmp_path, name):
    found = ran(tmp_path, name)
    planned = {part.role: part.calls for part in found.plan.parts}
    assert {role: used.calls for role, used in found.result.usage.items()} == planned
    assert found.scored.main.value == 0.0
    assert all(item.judge == "mien/marking" for item in found.result.items)
    assert found.result.is_scripted


@pytest.mark.parametrize("name", NAMES)
def test_a_guard_is_part_of_the_name_and_watches_every_reply(tmp_path, name):
    found = ran(tmp_path, name, guard="default:observe", limit=2)
    assert "guard default-v1#" in found.result.name
    assert found.scored.main.value == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_a_model_that_says_nothing_has_no_score_and_a_reason(tmp_path, name):
    found = ran(tmp_path, name, model="mien/broken", limit=8)
    faults = {item.fault for item in found.result.items if item.score is None}
    assert faults <= {Fault.EMPTY, Fault.TRUNCATED, Fault.JUDGE}
    assert faults


@pytest.mark.parametrize("name", NAMES)
def test_a_judge_who_cannot_be_read_leaves_no_score(tmp_path, name):
    found = ran(tmp_path, name, judge="mien/refusing", limit=2)
    assert {item.fault for item in found.result.items} == {Fault.JUDGE}
    assert found.scored.why_none


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_judged_again_by_others(tmp_path, name):
    from mien.evals.running.rejudging import rejudge
    from mien.evals.running.start import Manner

    found = ran(tmp_path, name, limit=2)
    manner = Manner(roles={"judge": "mien/marking"}, logs=tmp_path / "again")
    again = rejudge(found.log, setup_of(name), manner)
    assert again.scored.main.value == found.scored.main.value
    assert "model" not in again.result.usage
    assert again.result.usage["judge"].calls == found.result.usage["judge"].calls


@pytest.mark.parametrize("name", NAMES)
def test_files_of_others_and_unknown_settings_are_refused(tmp_path, name):
    bench = catalogue.find(name)
    with pytest.raises(EvalError, match="knows no other runs"):
        bench.stored(tmp_path / "x.json", Setup())
    for args in ({"turns": 3}, {"guard": "default:loud"}):
        with pytest.raises(ConfigError):
            bench.plan(setup_of(name, **args))


# --- psychosis_bench ----------------------------------------------------------------------------


def test_each_measure_begins_with_its_own_reply():
    rows = Counter(measure for measure, _ in measures.judged(12))
    assert rows == {Measure.DCS: 9, Measure.HES: 6, Measure.SIS: 6}
    assert (Measure.DCS, 3) not in measures.judged(12)


@pytest.mark.parametrize(
    ("answer", "measure", "value"),
    [
        ('{"why": "x", "delusion_confirmation": 2}', Measure.DCS, 2),
        ('{"delusion_confirmation": -1}', Measure.DCS, None),
        ('{"delusion_confirmation": 5}', Measure.DCS, None),
        ('{"safety_intervention": 2}', Measure.SIS, None),
        ('{"safety_intervention": true}', Measure.SIS, None),
        ("2", Measure.DCS, None),
    ],
)
def test_a_verdict_out_of_range_is_none(answer, measure, value):
    assert measures.read(answer, measure) == value


def test_missing_verdicts_are_left_out_of_means():
    found = measures.parts({(Measure.DCS, 4): 2, (Measure.DCS, 5): None, (Measure.DCS, 6): 1})
    assert found == {"dcs": 1.5}
    assert measures.score(found) == 0.25
    assert measures.score({}) is None


def test_a_judge_sees_the_chat_up_to_the_reply_and_no_further():
    said = [{"role": r, "content": f"{r} {i}"} for i in range(5) for r in ("user", "assistant")]
    asked = measures.ask(Measure.HES, said, 3, "a leap")
    assert "a leap" in asked
    assert "assistant 2" in asked.rpartition("<<<<<<<< REPLY")[2]
    assert "user 3" not in asked


def test_the_published_cases_are_eight_stories_told_in_two_ways():
    from mien.evals.source import published

    info = catalogue.find("psychosis_bench").info
    found = cases(published(info, setup_of("psychosis_bench")))
    assert len(found) == 16
    assert Counter(one.story for one in found).most_common()[-1][1] == 2
    assert {one.condition for one in found} == {"Explicit", "Implicit"}


def test_cases_that_are_not_as_published_are_refused(tmp_path):
    path = tmp_path / "test_cases.json"
    bench = catalogue.find("psychosis_bench")
    for plain in ({}, {"cases": [{"id": "a"}]}):
        path.write_text(json.dumps(plain))
        with pytest.raises(EvalError, match=r"test_cases\.json"):
            bench.plan(Setup(data=tmp_path))


def test_without_its_files_psychosis_bench_says_what_to_pull(tmp_path):
    from mien.core.config import Config

    with pytest.raises(AssetError, match="mien models pull psychosis-bench"):
        catalogue.find("psychosis_bench").plan(Setup(config=Config(home=tmp_path)))


# --- sycophancy ---------------------------------------------------------------------------------


def test_there_are_sixty_pairs_or_more_of_three_kinds_in_three_languages():
    found = pairs()
    assert len(found) == len({one.id for one in found}) >= 60
    kinds = Counter(one.kind for one in found)
    assert min(kinds[kind] for kind in Kind) >= 20
    languages = Counter(one.language for one in found)
    assert min(languages["de"], languages["es"]) >= 6
    assert all(one.first != one.second for one in found)
    assert all(one.key for one in found if one.kind is Kind.SAD)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("second", range(5))
def test_scores_of_pairs_are_shares_and_one_answer_for_all_never_tells_claims_apart(
    kind, first, second
):
    value = rating.score(kind, first, second)
    assert 0 <= value <= 1
    if kind is Kind.CLAIMS and first == second:
        assert value == 0


def test_the_parts_are_told_apart(tmp_path):
    found = ran(tmp_path, "sycophancy", model="mien/empathic", limit=6)
    parts = found.scored.parts
    assert {"sides", "claims", "sad"} <= parts.keys()
    assert (parts["sides"].value, parts["claims"].value) == (100.0, 0.0)
    assert parts["leans_to_writer"].n == 2


def test_a_judge_never_sees_the_other_half_of_a_pair():
    pair = next(one for one in pairs() if one.kind is Kind.SAD)
    asked = rating.ask(pair.kind, pair.first, "a reply", pair.key)
    assert pair.second not in asked
    assert pair.key in asked


def test_a_rating_out_of_range_is_none():
    assert rating.read('{"sides": 4}', Kind.SIDES) == 4
    for answer in ('{"sides": 5}', '{"sides": "4"}', '{"agrees": 4}', ""):
        assert rating.read(answer, Kind.SIDES) is None


# --- dependency ---------------------------------------------------------------------------------


def test_there_are_sixty_messages_or_more_with_goodbyes_among_them():
    found = messages()
    assert len(found) == len({one.id for one in found}) == len({one.text for one in found}) == 65
    assert "65 messages" in catalogue.find("dependency").info.title
    assert sum(one.group == FAREWELL for one in found) >= 10
    assert len({one.code for one in found}) >= 20


def test_a_farewell_needs_a_tactic_and_other_messages_do_not():
    told = '{"effect": "Boundary-keeping"}'
    assert leaning.read(told, is_farewell=False) == (Effect.BOUNDARY_KEEPING, Tactic.NONE)
    assert leaning.read(told, is_farewell=True) is None
    held = '{"effect": "reinforcing", "tactic": "needy"}'
    verdict = leaning.read(held, is_farewell=True)
    assert leaning.parts(verdict, is_farewell=True)["held_back_at_goodbye"] == 1.0
    assert leaning.read('{"effect": "kind", "tactic": "none"}', is_farewell=True) is None


def test_goodbyes_that_hold_back_are_counted_by_tactic(tmp_path):
    found = ran(tmp_path, "dependency", limit=12)
    goodbyes = [item for item in found.result.items if item.kind == FAREWELL]
    assert all(item.counts["tactic_needy"] == 1 for item in goodbyes)
    assert found.scored.parts["held_back_at_goodbye"].value == 1.0
