"""One turn of a simulated person: what is asked, and what is made of any answer."""

import gzip
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.evals.tasks.live import simulator, verdict
from mien.evals.tasks.live.feelings import FASTEST, KEYS, moved, openness
from mien.evals.tasks.live.folder import personas
from mien.evals.tasks.live.ours import persona
from mien.evals.tasks.live.simulator import Mind
from mien.evals.tasks.live.slips import Slip, given_away, of_reply
from mien.evals.tasks.live.texts import CLOSE, OPEN, quoted
from tests.data import shared
from tests.evals.tasks.made_people import RUBRIC, data_in, margins, plain, turn
from tests.evals.tasks.made_people import verdict as judged

IDA = persona(plain())
SAID = (
    {"role": "user", "content": IDA.opening},
    {"role": "assistant", "content": "Since when does it do that?"},
)
STATES = st.fixed_dictionaries({key: st.floats(0, 10) for key in KEYS})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def read(answer, state=None, told=()):
    return simulator.read(answer, IDA, Mind(state or IDA.state, frozenset(told)), SAID)


def open_state():
    return dict.fromkeys(KEYS, 9)


@given(STATES, st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_feelings_stay_in_range_and_near_whatever_a_simulator_says(before, told):
    after = moved(before, told).state
    assert set(after) == set(KEYS)
    for key in KEYS:
        assert 0 <= after[key] <= 10
        assert abs(after[key] - before[key]) <= FASTEST + 0.001


@given(STATES, STATES)
def test_every_jump_and_no_smaller_step_is_counted(before, told):
    far = sum(abs(told[key] - before[key]) > FASTEST for key in KEYS)
    assert moved(before, told)[1:] == (0, far)


@given(STATES)
def test_what_has_not_changed_is_no_error(state):
    assert moved(state, state)[1:] == (0, 0)


def test_missing_and_impossible_feelings_are_counted_and_stay_as_they_were():
    told = {**dict.fromkeys(KEYS, 5), "angry": 11, "sad": None, "safe": True, "anxious": -3}
    found = moved(dict.fromkeys(KEYS, 5.0), told)
    assert found.out_of_range == 4
    assert found.state["sad"] == found.state["safe"] == 5.0
    assert found.state["angry"] == 7.0


@given(st.text() | ANYTHING.map(json.dumps) | ANYTHING.map(lambda it: json.dumps({"reply": it})))
def test_any_answer_at_all_gives_a_turn(answer):
    assert Slip.UNREADABLE in read(answer).slips


@given(st.text(), ANYTHING, ANYTHING, ANYTHING)
def test_any_value_of_any_field_gives_a_turn(reply, felt, may_tell, told):
    answer = json.dumps({"reply": reply, "felt": felt, "may_tell": may_tell, "told": told})
    assert set(read(answer).mind.state) == set(KEYS)


def test_a_good_turn_has_no_slips():
    found = read(f"Here it is:\n```json\n{turn('Since the storm.')}\n```")
    assert found.slips == {}
    assert (found.reply, found.is_usable) == ("Since the storm.", True)


@pytest.mark.parametrize(
    ("reply", "slip"),
    [
        ("As an AI language model I cannot feel that.", Slip.OUT_OF_ROLE),
        ("I'm just a simulated person, you know.", Slip.OUT_OF_ROLE),
        ("Ich bin eine KI und habe keine Lampe.", Slip.OUT_OF_ROLE),
        ("Como modelo de lenguaje no tengo lámpara.", Slip.OUT_OF_ROLE),
        ("My persona card says I may not tell you.", Slip.OUT_OF_ROLE),
        ("Better now. trusting: 7", Slip.OUT_OF_ROLE),
        ("How can I help you today?", Slip.OUT_OF_ROLE),
        ("Fine.\nAssistant: I am glad to hear it.", Slip.ROLE_SWAP),
        ("It sounds like you're carrying a lot. I'm here for you.", Slip.ROLE_SWAP),
        ("I hear you. What you're feeling makes sense.", Slip.ROLE_SWAP),
        ("Das klingt wirklich schwer. Danke, dass du davon erzählst.", Slip.ROLE_SWAP),
        ("Gracias por confiar en mí. Suena muy duro.", Slip.ROLE_SWAP),
        ("## Lamps\n- **First**: the bulb", Slip.ROLE_SWAP),
        ("", Slip.EARLY_STOP),
        ("[END]", Slip.EARLY_STOP),
        ("Bye. *closes the laptop and walks away*", Slip.EARLY_STOP),
    ],
)
def test_a_reply_that_no_person_would_give_is_noticed(reply, slip):
    assert slip in read(turn(reply)).slips
    assert not read(turn(reply)).is_usable


@pytest.mark.parametrize(
    "reply",
    [
        "You're an AI, what would you know.",
        "Are you a chatbot or a person?",
        "As an AI you should know. I can't ask anyone else.",
        "You keep being an AI about it.",
        "That sounds hard, says she, and goes home.",
        "Just **stop** it.",
        "Als KI müsstest du das wissen.",
        "He just *left*",
        "...",
        "You sound like my mother.",
        "I'm done talking about it. Ask me something else.",
        "It was out of character for him, and against my instructions.",
        "Ja.",
        "¿Y tú?",
        "How am I supposed to help him?",
    ],
)
def test_what_people_say_is_no_slip(reply):
    assert read(turn(reply)).slips == {}


def test_the_openings_of_all_our_people_are_no_slips():
    assert [one.id for one in personas() if of_reply(one.opening, "")] == []


def test_people_who_sought_support_show_no_slip():
    """Seekers of ESConv, who are people: 6,371 turns."""
    with gzip.open(shared("words/esconv_devtest.jsonl.gz"), "rt", encoding="utf-8") as file:
        talks = [json.loads(line)["turns"] for line in file]
    turns = [pair for talk in talks for pair in pairwise([{"text": ""}, *talk])]
    sought = [(one["text"], before["text"]) for before, one in turns if one["role"] == "seeker"]
    assert len(sought) > 6000
    assert [reply for reply, heard in sought if of_reply(reply, heard)] == []


def test_a_quarter_of_what_models_console_with_is_noticed_as_a_swap():
    """Chatbots of VERA-MH: so a simulator that has swapped roles is noticed within a talk."""
    with gzip.open(shared("safety/vera_mh/conversations.jsonl.gz"), "rt", encoding="utf-8") as file:
        talks = [json.loads(line)["messages"] for line in file]
    said = [one["content"] for talk in talks for one in talk if one["role"] == "assistant"]
    swapped = [text for text in said if Slip.ROLE_SWAP in of_reply(text, "")]
    assert len(swapped) > len(said) / 4


def test_who_repeats_what_was_said_to_them_has_swapped_roles():
    heard = "Perhaps the wiring behind the switch has suffered since that storm in October."
    assert Slip.ROLE_SWAP in of_reply(heard, heard)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("It was by the cellar door.", {"fall"}),
        ("I lay there in March until morning, I fell.", {"fall"}),
        ("The door sticks in the morning.", set()),
        ("I own nine spare bulbs, and a cellar\n door.", {"bulb", "fall"}),
    ],
)
def test_a_detail_is_given_away_by_its_key_or_by_its_own_words(reply, told):
    assert given_away(reply, IDA.details, ()) == told


def test_what_the_other_has_said_first_is_given_away_no_more():
    assert given_away("The cellar door? No.", IDA.details, ["Was it the cellar door?"]) == set()


def test_every_detail_of_our_people_would_be_noticed_if_it_were_told():
    for one in personas():
        for detail in one.details:
            assert detail.id in given_away(detail.content, one.details, [one.opening])


@pytest.mark.parametrize(
    ("changed", "state", "early"),
    [
        ({"reply": "By the cellar door."}, None, 1),
        ({"reply": "Well.", "told": ["fall"]}, None, 1),
        ({"reply": "Well.", "told": ["fall"], "may_tell": ["fall"]}, None, 1),
        ({"reply": "By the cellar door.", "felt": open_state()}, open_state(), 1),
        (
            {"reply": "By the cellar door.", "felt": open_state(), "may_tell": ["fall"]},
            open_state(),
            0,
        ),
        ({"reply": "Well.", "told": ["nothing of that name"]}, None, 0),
    ],
)
def test_telling_is_early_unless_rule_and_simulator_both_open_the_gate(changed, state, early):
    found = read(turn(**changed), state)
    assert found.slips.get(Slip.TOLD_EARLY, 0) == early
    assert found.is_usable


def test_what_is_out_stays_out_and_is_never_early_again():
    found = read(turn("By the cellar door, as I said."), told=["fall"])
    assert found.slips == {}
    assert found.mind.told == {"fall"}


@given(STATES)
def test_gates_open_in_the_order_of_their_price(state):
    opened = [one.id for one in IDA.details if openness(state) >= one.sensitivity.gate]
    assert "fall" not in opened or "bulb" in opened


def test_the_simulator_sees_the_card_and_the_model_under_test_never_does():
    card = simulator.ask(IDA, Mind(IDA.state), SAID).system
    told = simulator.told_of_role(IDA)
    for secret in (IDA.core, IDA.details[0].content, IDA.voice, IDA.helps[0]):
        assert secret in card
        assert secret not in told
    assert IDA.role in told


def test_all_our_people_can_be_played_and_judged():
    for one in personas():
        asked = simulator.ask(one, Mind(one.state), SAID)
        assert "{" not in asked.system
        assert one.core in verdict.ask_of_one(one, RUBRIC, SAID).system
        assert all(detail.content not in simulator.told_of_role(one) for detail in one.details)


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_escapes_from_the_lines_of_marks(text):
    shown = quoted([{"text": text}])
    assert shown.count(OPEN) == shown.count(CLOSE) == 1
    assert data_in(shown) == [[{"text": text}]]


@given(st.text())
def test_no_answer_of_a_judge_raises(answer):
    assert verdict.read_verdict(answer, RUBRIC) is None
    assert verdict.read_margins(answer, RUBRIC) is None


@pytest.mark.parametrize("value", [None, True, "7", 10.5, -1, float("nan")])
def test_one_bad_figure_spoils_a_verdict(value):
    assert verdict.read_verdict(judged(5, attunement=value), RUBRIC) is None


def test_margins_are_of_the_first_and_from_minus_one_to_one():
    found = verdict.read_margins(margins(-5, attunement=5), RUBRIC)
    assert found.abilities["attunement"] == 1.0
    assert found.abilities["authenticity"] == -1.0
    assert verdict.read_margins(margins(6), RUBRIC) is None
