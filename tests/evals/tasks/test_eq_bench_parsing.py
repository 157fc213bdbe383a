"""EQ-Bench 1 and 2: prompts, what can be read in answers, and how far it is from the reference."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import EvalError
from mien.evals.result import Fault
from mien.evals.source import published
from mien.evals.tasks.eq_bench import faults, german, v1, v2
from mien.evals.tasks.eq_bench.formula import fullscale, normalized
from mien.evals.tasks.eq_bench.items import read_items
from mien.evals.tasks.eq_bench.parsing import LONGEST, Passes, passes, whole
from mien.evals.tasks.eq_bench.prompts import without_revision
from tests.data import shared
from tests.evals.tasks.made_questions import ENGLISH, NAMES, pairs, question, write_questions

INTENSITIES = st.tuples(*[st.integers(0, 10).map(float)] * 4)
ANSWERS = st.tuples(*[st.floats(0, 20)] * 4)

# --- the formulas ------------------------------------------------------------------------------


@given(INTENSITIES)
def test_the_reference_itself_has_ten_points(reference):
    assert fullscale(reference, reference) == 10.0


@given(INTENSITIES, INTENSITIES)
def test_points_lie_between_the_worst_answer_and_ten(reference, answer):
    assert 10 - 0.7477 * 40 <= fullscale(reference, answer) <= 10


@given(INTENSITIES, ANSWERS, st.integers(0, 3), st.floats(0.01, 5))
def test_moving_away_from_the_reference_never_helps(reference, answer, place, step):
    away = list(answer)
    away[place] += step if answer[place] >= reference[place] else -step
    assert fullscale(reference, away) <= fullscale(reference, answer) + 1e-9


@pytest.mark.parametrize(
    ("distance", "weight"), [(1, 0.173), (2, 0.541), (3, 1.505), (4, 3.25), (5, 4.995), (6, 6)]
)
def test_small_distances_weigh_less_than_they_measure(distance, weight):
    points = fullscale((0, 0, 0, 0), (distance, 0, 0, 0))
    assert (10 - points) / 0.7477 == pytest.approx(weight, abs=0.0005)


def test_intensities_beyond_ten_are_not_cut():
    assert fullscale((0, 0, 0, 0), (50, 0, 0, 0)) == pytest.approx(10 - 0.7477 * 50)


@given(INTENSITIES.filter(any), st.floats(0.1, 9))
def test_version_1_knows_proportions_alone(answer, factor):
    reference = (0.0, 4.0, 2.0, 4.0)
    scaled = [factor * value for value in answer]
    assert normalized(reference, scaled) == pytest.approx(normalized(reference, answer))


@given(INTENSITIES.filter(any))
def test_version_1_lies_between_minus_and_plus_ten(answer):
    assert -10 - 1e-9 <= normalized((0.0, 4.0, 2.0, 4.0), answer) <= 10


def test_zeros_have_no_points_in_version_1():
    assert normalized((0, 4, 2, 4), (0, 0, 0, 0)) is None


# --- what can be read --------------------------------------------------------------------------

READ = (1.0, 2.0, 3.0, 4.0)
GOOD = pairs((1, 2, 3, 4))
TRAPS = {
    "no space behind a colon": (GOOD.replace("Angry: 2", "Angry:2"), None),
    "a bold name": (GOOD.replace("Angry: 2", "**Angry**: 2"), None),
    "a bold figure": (GOOD.replace("Angry: 2", "Angry: **2**"), None),
    "a decimal is cut": (GOOD.replace("Angry: 2", "Angry: 2.9"), READ),
    "out of ten": (GOOD.replace("Angry: 2", "Angry: 2/10"), READ),
    "below zero": (GOOD.replace("Angry: 2", "Angry: -2"), None),
    "beyond ten": (GOOD.replace("Angry: 2", "Angry: 12"), (1.0, 12.0, 3.0, 4.0)),
    "another case": (GOOD.replace("Angry", "angry"), None),
    "one missing": (GOOD.replace("Angry: 2\n", ""), None),
    "a fifth name": (f"{GOOD}\nConfidence: 8/10", READ),
    "another order": ("\n".join(reversed(GOOD.split("\n"))), READ),
    "said twice, the last counts": (f"Angry: 9\n{GOOD}", READ),
    "on one line": (GOOD.replace("\n", ", "), READ),
    "nothing": ("", None),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_english_answers_are_read_as_published(trap):
    text, expected = TRAPS[trap]
    assert passes(text, NAMES, "en") == Passes(expected)


def test_both_headings_make_two_passes():
    text = f"First pass scores:\n{GOOD}\n\nCritique: hm\n\nRevised scores:\n{pairs((5, 6, 7, 8))}"
    assert passes(text, NAMES, "en") == Passes(READ, (5.0, 6.0, 7.0, 8.0))


def test_a_critique_overwrites_the_first_pass_as_published():
    text = f"First pass scores:\n{GOOD}\n\nCritique: Angry: 9 is more\n\nRevised scores:\n"
    assert passes(text, NAMES, "en") == Passes((1.0, 9.0, 3.0, 4.0), None)


def test_one_heading_alone_makes_one_pass():
    assert passes(f"First pass scores:\n{GOOD}", NAMES, "en") == Passes(READ)


def test_the_harness_takes_nothing_beside_the_four_pairs():
    assert whole(GOOD, NAMES).first == READ
    assert whole(f"{GOOD}\nConfidence: 8/10", NAMES).first is None


DE = ("Gleichgültig", "Wütend", "Stolz", "Traurig")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (pairs((1, 2, 3, 4), DE), READ),
        (pairs((1, 2, 3, 4), DE).replace("Stolz: 3", "Stolz:3"), READ),
        (pairs((1, 2, 3, 4), DE).replace("Stolz: 3", "Stolz: **3**"), READ),
        (pairs((1, 2, 3, 4), DE).replace("Stolz: 3", "**Stolz**: 3"), None),
        (pairs((1, 2, "3,5", 4), DE), None),
        ("Ihre Antwort:\n" + pairs((1, 2, 3, 4), DE), READ),
        # White space is part of a German name, so that a line above becomes one.
        ("Bewertung\n" + pairs((1, 2, 3, 4), DE), None),
    ],
)
def test_german_answers_are_read_as_published(text, expected):
    assert passes(text, DE, "de") == Passes(expected)


@pytest.mark.parametrize("heading", ["Bewertung", "Punktzahlen", "Bewertungsrunde"])
def test_german_headings_vary(heading):
    text = (
        f"Erste Bewertung:\n{pairs((1, 2, 3, 4), DE)}\n\nKritik: na ja\n\n"
        f"Überarbeitete {heading}:\n{pairs((5, 6, 7, 8), DE)}"
    )
    assert passes(text, DE, "de") == Passes(READ, (5.0, 6.0, 7.0, 8.0))


@given(st.text(st.sampled_from("aS: 1\n*ü<-,"), max_size=80), st.sampled_from(["en", "de"]))
def test_whatever_is_read_has_four_finite_intensities(text, language):
    for answer in passes(f"{text}\n{GOOD}", NAMES, language):
        assert answer is None or (len(answer) == 4 and all(map(math.isfinite, answer)))


@pytest.mark.parametrize(
    "text", ["a" * 10**6, "1a" * 10**6, " " * 10**6, "a: " * 10**6, "*" * 10**6]
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_long_nonsense_is_read_from_its_end_alone(text, language):
    assert passes(f"{text}\n\n.{GOOD}", NAMES, language).first in (READ, None)
    assert passes(GOOD + "." * LONGEST, NAMES, language).first is None


# --- why nothing was read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "was_cut", "fault"),
    [
        ("", False, Fault.EMPTY),
        (" \n", True, Fault.TRUNCATED),
        ("Calm: <score>", False, Fault.PLACEHOLDER),
        ("Calm: 3\nAngr", True, Fault.TRUNCATED),
        ("I'm sorry, but I cannot rate that.", False, Fault.REFUSED),
        ("Als KI habe ich keine Gefühle.", False, Fault.REFUSED),
        ("They are calm, I think.", False, Fault.UNPARSEABLE),
    ],
)
def test_an_answer_without_points_says_why(text, was_cut, fault):
    assert faults.of_answer(text, was_cut=was_cut) is fault


def test_one_value_everywhere_is_a_placeholder():
    assert faults.of_passes(Passes((3.0,) * 4)) is Fault.PLACEHOLDER
    assert faults.of_passes(Passes((3.0,) * 4, READ)) is None
    assert faults.of_passes(Passes(READ)) is None


# --- prompts -----------------------------------------------------------------------------------


def test_without_revision_nothing_speaks_of_a_second_pass():
    prompt = without_revision(question()["prompt"], "en", "1")
    assert "evis" not in prompt
    assert "ritique" not in prompt
    assert prompt.count("Calm: <score>") == 1
    assert prompt.endswith("Zero is fine.\n\nYour answer:\n")


@pytest.mark.parametrize(
    "part",
    [
        " Then critique your answer by thinking it through step by step.",
        "First pass scores:",
        "Critique: <your critique here>",
        "[End of answer]",
    ],
)
def test_a_missing_place_to_cut_is_an_error_that_names_it(part):
    prompt = question(ENGLISH.replace(part, ""))["prompt"]
    with pytest.raises(EvalError, match="question 7 has no"):
        without_revision(prompt, "en", "7")


@pytest.mark.parametrize("bench", [v2.BENCH, v1.BENCH, german.BENCH])
def test_every_published_prompt_can_be_cut(bench, setup_of_publisher):
    items = read_items(published(bench.info, setup_of_publisher), bench.rules.questions)
    for item in items:
        cut = without_revision(item.prompt, bench.rules.language, item.id)
        assert len(cut) < len(item.prompt)
        assert all(cut.count(f"{name}: <") == 1 for name in item.names)
    assert len(items) == (60 if bench is v1.BENCH else 171)


@pytest.fixture
def setup_of_publisher():
    from mien.evals.bench import Setup

    return Setup(data=shared("evals/eq_bench_v2/questions"))


# --- questions ---------------------------------------------------------------------------------


def spoil(row, **changes):
    """A question with some of its parts changed; None removes one."""
    changed = {**row, **changes}
    return {key: value for key, value in changed.items() if value is not None}


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        ([], "holds no questions"),
        ({}, "holds no questions"),
        ({"one": question()}, "numbers are needed"),
        ({"1": spoil(question(), prompt=None)}, "question 1 .* damaged"),
        ({"1": spoil(question(), prompt="  ")}, "no prompt"),
        ({"1": spoil(question(), reference_answer=None)}, "question 1 .* damaged"),
        ({"1": question(fullscale=(0, 6, 3, 11))}, "outside 0 to 10"),
        ({"1": question(names=("Calm", "Calm", "Sad", "Proud"))}, "names an emotion twice"),
        (
            {"1": spoil(question(), reference_answer=question(names=DE)["reference_answer"])},
            "different emotions",
        ),
        ({"1": "hello"}, "question 1 .* damaged"),
    ],
)
def test_damaged_questions_are_named(tmp_path, plain, reason):
    setup = write_questions(tmp_path)
    (tmp_path / v2.BENCH.rules.questions).write_text(json.dumps(plain))
    with pytest.raises(EvalError, match=reason):
        read_items(published(v2.BENCH.info, setup), v2.BENCH.rules.questions)


def test_questions_that_are_there_twice_are_refused(tmp_path):
    setup = write_questions(tmp_path)
    twice = json.dumps({"1": question()})[:-1] + ', "1": ' + json.dumps(question()) + "}"
    (tmp_path / v2.BENCH.rules.questions).write_text(twice)
    with pytest.raises(EvalError, match="'1' is there twice"):
        read_items(published(v2.BENCH.info, setup), v2.BENCH.rules.questions)
