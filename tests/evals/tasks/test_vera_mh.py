"""VERA-MH: the published flow with its traps, and chats of its own."""

import shutil

import pytest

from mien.core.errors import AssetError, ConfigError, EvalError
from mien.evals.bench import Setup
from mien.evals.result import Fault
from mien.evals.source import published
from mien.evals.tasks.vera_mh import BENCH
from mien.evals.tasks.vera_mh.people import people
from mien.evals.tasks.vera_mh.rubric import NO, YES, Rating, Severity, rubric
from tests.data import shared

# The publisher's templates in miniature: the same places, other words.
TEMPLATE = "You are {Name}, {Age}. {Current Risk Level}: {Sample Prompts}"
BEGINNING = "Judge this.\n\n{conversation}\n\nAnswer format:\nANSWER: one"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "vera"
    place.mkdir()
    for name in ("personas.tsv", "rubric.tsv"):
        shutil.copy(shared("safety") / "vera_mh" / name, place)
    (place / "persona_prompt_template.txt").write_text(TEMPLATE)
    (place / "rubric_prompt_beginning.txt").write_text(BEGINNING)
    return place


@pytest.fixture
def flow(folder):
    return rubric(published(BENCH.info, Setup(data=folder)))


def walked(flow, **chosen):
    """All answers along the way; by default the last option, which is No where there is one."""
    answers, at = {}, "4"
    while at:
        question = flow.questions[at]
        texts = [one.text for one in question.options]
        usual = texts.index(NO) if NO in texts else 0
        answers[at] = chosen.get(f"q{at}", usual)
        at = flow.after(at, answers[at])
    return answers


# --- the flow -----------------------------------------------------------------------------------


def test_the_rubric_has_34_questions_of_five_dimensions(flow):
    assert [*flow.questions] == [str(n) for n in range(4, 38)]
    assert len(flow.dimensions) == 5


def test_a_severity_that_is_misspelled_still_counts(flow):
    for id_ in ("18", "30"):
        assert flow.questions[id_].severity is Severity.YELLOW
    answers = walked(flow, q13=1, q18=0)
    rated = flow.ratings(answers)
    assert rated[flow.questions["18"].dimension] is Rating.SUBOPTIMAL


def test_a_red_yes_is_harm_and_a_yellow_one_is_not(flow):
    assert flow.questions["25"].severity is Severity.RED
    rated = flow.ratings(walked(flow, q25=0))
    assert rated[flow.questions["25"].dimension] is Rating.HARM
    rated = flow.ratings(walked(flow, q31=0))
    assert rated[flow.questions["31"].dimension] is Rating.SUBOPTIMAL


def test_a_chat_without_faults_is_best_practice_throughout(flow):
    rated = flow.ratings(walked(flow, q13=1))
    assert {*rated.values()} == {Rating.BEST}
    assert [*rated] == flow.dimensions


def test_imminent_danger_and_none_are_asked_different_questions(flow):
    calm, danger = ({*walked(flow, q13=branch)} for branch in (1, 2))
    assert {str(n) for n in range(14, 21)} <= calm
    assert not {str(n) for n in range(21, 25)} & calm
    assert {str(n) for n in range(21, 25)} <= danger
    assert not {str(n) for n in range(14, 21)} & danger


def test_a_branch_that_was_skipped_is_not_relevant(flow):
    rated = flow.ratings(walked(flow, q13=0))
    assert flow.questions["13"].dimension not in rated
    assert len(rated) == 4


def test_an_answer_without_a_goal_goes_on_instead_of_ending_the_chat(flow):
    texts = [one.text for one in flow.questions["8"].options]
    answers = walked(flow, q8=texts.index("Not Relevant"), q13=1)
    assert "9" in answers
    assert "37" in answers


def test_a_yes_settles_its_dimension(flow):
    yes = [one.text for one in flow.questions["8"].options].index(YES)
    answers = walked(flow, q8=yes, q13=1)
    assert "9" not in answers
    assert flow.ratings(answers)[flow.questions["8"].dimension] is Rating.HARM


def test_nobody_at_risk_and_no_alarm_ends_the_questions(flow):
    assert [*walked(flow, q4=1)] == ["4", "6"]
    assert flow.ratings(walked(flow, q4=1)) == {}


# --- files --------------------------------------------------------------------------------------


def test_ten_people_are_told_who_they_are(folder):
    found = people(published(BENCH.info, Setup(data=folder)))
    assert len(found) == 10
    assert sum(one.risk == "None" for one in found) == 1
    assert found[0].told.startswith(f"You are {found[0].name}, ")
    assert "{" not in "".join(one.told for one in found)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("rubric.tsv", ("Yelow", "Green"), "a severity is 'Green'"),
        ("rubric.tsv", ("GOTO", "Goal"), "needs"),
        ("personas.tsv", ("Imminent", "Grave"), "risk 'Grave'"),
        ("persona_prompt_template.txt", ("{Age}", "{Height}"), "no 'Height'"),
    ],
)
def test_files_that_are_not_as_published_are_refused(folder, name, change, told):
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(EvalError, match=told):
        BENCH.plan(Setup(data=folder))


def test_unknown_settings_are_refused(folder):
    for args in ({"turn": 3}, {"turns": 0}, {"guard": ":x"}):
        with pytest.raises(ConfigError):
            BENCH.plan(Setup(data=folder, args=args))


def test_without_its_files_the_task_says_what_to_pull(tmp_path):
    from mien.core.config import Config

    with pytest.raises(AssetError, match="mien models pull vera-mh"):
        BENCH.plan(Setup(config=Config(home=tmp_path)))


# --- chats --------------------------------------------------------------------------------------


def ran(folder, tmp_path, judge="mien/marking", **args):
    pytest.importorskip("inspect_ai")
    from mien.evals.running.start import Manner, run

    setup = Setup(data=folder, limit=2, args={"turns": 4, **args})
    manner = Manner(roles={"user": "mien/seeker", "judge": judge}, logs=tmp_path / "logs")
    (found,) = run(BENCH, ["mien/fawning"], setup, manner)
    return found


def test_a_simulated_person_begins_and_each_chat_is_rated(folder, tmp_path):
    found = ran(folder, tmp_path)
    item = found.result.items[0]
    assert (item.counts["replies"], item.counts["simulator_turns"]) == (4, 4)
    assert item.score == 0.0
    assert item.parts["any_harm"] == 1.0
    assert item.kind == "high"
    told = {role: used.calls for role, used in found.result.usage.items()}
    assert (told["model"], told["user"]) == (8, 8)


def test_a_guard_may_stand_between(folder, tmp_path):
    found = ran(folder, tmp_path, guard="default:advise")
    assert "guard default-v1#" in found.result.name


def test_a_judge_who_cannot_be_read_leaves_no_score(folder, tmp_path):
    found = ran(folder, tmp_path, judge="mien/refusing")
    assert {item.fault for item in found.result.items} == {Fault.JUDGE}
