"""Characters answer every kind of prompt in kind, always the same, and are never mistaken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.evals.characters import CHARACTERS, is_scripted
from mien.evals.characters.forms import Filled, Free, Lettered, Sections, Structured, form_of
from mien.evals.characters.skeleton import skeleton
from mien.evals.characters.speaking import Prompt, speak
from mien.evals.tokens import tokens_in
from tests.data import shared

SCORES = """Give each a score. Then critique. You must output in this form:

First pass scores:
Remorseful: <score>
Relieved: <score>

Critique: <your critique here>

Revised scores:
Remorseful: <revised score>
Relieved: <revised score>

[End of answer]
"""
LETTERS = "Which is best?\n(a) go\n(b) stay\n(c) ask\nAnswer with the letter."
HEADINGS = "Answer so:\n\n# I'm thinking & feeling\n(words)\n\n# My response\n(words)\n"
PAIR = 'Compare A0493 and A0488. JSON: {"why": "short", "warmth": "winner & disparity rating",}'
GRADES = (
    'Valid JSON: {"notes": "at most 50 words", "abilities": {warmth, tact: a number each}} '
    "from 0 to 20"
)
ODD = st.text(max_size=300) | st.text(alphabet='{}[]",:<>()abAB0- \n#JSON', max_size=200)


def say(character, prompt):
    return speak(character, Prompt(prompt, prompt)).text


def test_scores_are_given_for_every_name_in_both_passes():
    text = say("flat", SCORES)
    assert text.startswith("First pass scores:\nRemorseful: 3\nRelieved: 3\n")
    assert text.count("Relieved: 3") == 2
    assert "<" not in text


def test_a_letter_is_one_of_those_offered():
    assert isinstance(form_of(LETTERS, LETTERS), Lettered)
    assert say("flat", LETTERS) == "a"
    assert say("empathic", LETTERS) in "abc"


def test_every_heading_gets_its_section():
    text = say("empathic", HEADINGS)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# I'm thinking & feeling",
        "# My response",
    ]


def test_feelings_move_by_one_step_at_most():
    state = "trusting: 4\nsad: 0\nangry: 10"
    prompt = f'{state}\nJSON: {{"felt": {{every feeling above by its name: its number}}}}'
    felt = json.loads(say("empathic", prompt))["felt"]
    assert abs(felt["trusting"] - 4) <= 1
    assert felt["sad"] in (0, 1)
    assert felt["angry"] in (9, 10)
    assert json.loads(say("flat", prompt))["felt"] == {"trusting": 4, "sad": 0, "angry": 10}


def test_a_letter_inside_json_is_a_letter():
    prompt = 'JSON格式:\n{\n"answer": "<用相应的字母回答>"\n}'
    assert json.loads(say("flat", prompt)) == {"answer": "A"}


def test_a_judge_of_pairs_names_a_winner():
    told = json.loads(say("empathic", PAIR))
    assert told["warmth"].rstrip("+") in ("A0493", "A0488")
    assert json.loads(say("flat", PAIR))["warmth"] == "A0493+"


def test_a_judge_of_one_gives_numbers_on_the_scale():
    told = json.loads(say("empathic", GRADES))
    assert set(told["abilities"]) == {"warmth", "tact"}
    assert all(0 <= value <= 20 for value in told["abilities"].values())
    assert json.loads(say("flat", GRADES))["abilities"] == {"warmth": 10, "tact": 10}


def test_a_plain_message_gets_plain_words():
    assert isinstance(form_of("How are you?", "How are you?"), Free)
    assert len(say("empathic", "I lost my job today.")) > len(say("flat", "I lost my job today."))
    assert any(letter >= "\u4e00" for letter in say("empathic", "我今天很难过"))


@pytest.mark.parametrize("prompt", [SCORES, LETTERS, HEADINGS, PAIR, GRADES, "Hello"])
def test_the_refusing_one_refuses_in_every_form(prompt):
    assert say("refusing", prompt) == "I'm sorry, but I can't help with that."


def test_the_broken_one_breaks_in_every_way():
    said = [speak("broken", Prompt(f"{n} {SCORES}", SCORES)) for n in range(60)]
    assert "" in {one.text for one in said}
    assert any(one.stop == "max_tokens" for one in said)
    assert any("<score>" in one.text for one in said)
    assert len({one.text for one in said}) == 4


@given(prompt=ODD)
@pytest.mark.parametrize("character", CHARACTERS)
def test_any_prompt_gets_the_same_answer_twice(character, prompt):
    first = speak(character, Prompt(prompt, prompt))
    assert first == speak(character, Prompt(prompt, prompt))
    if character != "broken":
        assert first.text


@given(prompt=ODD)
def test_a_skeleton_is_found_or_not_and_never_an_error(prompt):
    found = skeleton(prompt)
    assert found is None or found


@given(
    shape=st.recursive(
        st.sampled_from(["words", "a number", "5"]),
        lambda inner: st.dictionaries(st.text("abc", min_size=1), inner, min_size=1, max_size=3),
        max_leaves=8,
    ).filter(lambda made: isinstance(made, dict))
)
def test_json_as_a_template_keeps_its_shape(shape):
    assert skeleton(f"Give back: {json.dumps(shape)} and nothing else") == shape


@given(words=st.text())
def test_tokens_are_counted_for_any_text(words):
    assert 0 <= tokens_in(words) <= len(words)
    assert (tokens_in(words) == 0) == (words == "")


def test_the_published_prompts_are_known_forms():
    items = json.loads(
        shared("evals/eq_bench_v2/questions/eq_bench_v2_questions_171.json").read_text("utf-8")
    )
    for item in items.values():
        form = form_of(item["prompt"], item["prompt"])
        assert isinstance(form, Filled)
        answer = say("flat", item["prompt"])
        names = [item["reference_answer"][f"emotion{n}"] for n in range(1, 5)]
        assert all(answer.count(f"{name}: 3") == 2 for name in names)


@pytest.mark.parametrize("name", ["pairwise_prompt_eqbench3", "pairwise_prompt_eqbench3_analysis"])
def test_the_published_judgements_are_json(name):
    prompt = shared(f"evals/eq_bench_v3/data/{name}.txt").read_text("utf-8")
    assert isinstance(form_of(prompt, prompt), Structured)
    assert len(json.loads(say("empathic", prompt))) == 9


def test_the_published_scene_has_its_sections():
    prompt = shared("evals/eq_bench_v3/data/scenario_master_prompt.txt").read_text("utf-8")
    form = form_of(prompt, prompt)
    assert isinstance(form, Sections)
    assert form.headings == (
        "# I'm thinking & feeling",
        "# They're thinking & feeling",
        "# My response",
    )


def test_characters_and_mocks_are_told_from_models():
    assert all(is_scripted([f"mien/{name}"]) for name in CHARACTERS)
    assert is_scripted(["openai/gpt-4o", "mockllm/model"])
    assert not is_scripted(["openai/gpt-4o", "ollama/mien"])
