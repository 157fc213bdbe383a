"""The people of the live bench: those that Mien brings, and how any are read and checked."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import EvalError
from mien.evals.tasks.live import ours, published
from mien.evals.tasks.live.feelings import KEYS
from mien.evals.tasks.live.folder import OWN, personas, read_all
from mien.evals.tasks.live.lint import ENOUGH, Level, lint
from mien.evals.tasks.live.persona import CHATBOT, STANCES, Persona, Sensitivity
from mien.evals.tasks.live.rotation import judge_of
from tests.data import shared
from tests.evals.tasks.made_people import plain, write

CARD = (
    "id",
    "presenting_issue",
    "core_issue",
    "initial_state",
    "core_adjacent_attributes",
    "modifiers",
    "sensitivities",
    "preferences",
)


def test_nothing_is_wrong_with_our_own_people():
    assert lint(OWN) == []


def test_our_own_people_are_many_and_begin_in_three_languages():
    people = personas()
    languages = Counter(one.language for one in people)
    assert len(people) >= 44
    assert languages["de"] >= 4
    assert languages["es"] >= 2


def test_no_side_of_a_preference_suits_half_of_our_people():
    people = personas()
    for name, sides in STANCES.items():
        held = Counter(one.stance[name] for one in people)
        assert set(held) == set(sides)
        assert max(held.values()) <= len(people) / 2


def test_our_files_are_called_like_the_people_in_them_and_stay_small():
    assert all(one.source == f"{one.id}.toml" for one in personas())
    assert sum(path.stat().st_size for path in OWN.iterdir()) < 400_000


def test_each_of_three_judges_has_about_a_third_of_our_people():
    drawn = Counter(judge_of(one.id) for one in personas())
    assert len(drawn) == 3
    assert min(drawn.values()) >= len(personas()) / 5


def test_a_person_survives_the_metadata_of_a_sample():
    for one in personas():
        assert Persona.from_plain(json.loads(json.dumps(one.as_plain()))) == one


def test_grave_matters_say_how_they_are_to_be_played():
    grave = [one for one in personas() if one.severity == "grave"]
    assert grave
    assert all(one.care for one in grave)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"opening": " "}, "opening is missing"),
        ({"id": "a/b"}, "id is 'a/b'"),
        ({"helps": []}, "helps is no list"),
        ({"mood": "grey"}, "'mood' is no field"),
        ({"family": "weather"}, "family is 'weather'"),
        ({"severity": "grave"}, "care is missing"),
        ({"relationship": CHATBOT}, "a chatbot has none"),
        ({"role": ""}, "role is missing"),
        ({"stance": {}}, "stance.candor is None"),
        ({"details": []}, "details is missing"),
        ({"details": ["x"]}, "detail 1 is no table"),
        ({"details": [{"id": "a", "content": "b", "sensitivity": "huge"}]}, "neither low"),
        ({"state": {}}, "state.anger.angry is missing"),
        ({"opening": "I fell at the cellar door."}, "the opening gives away 'fall'"),
        ({"details": [{"id": "a", "content": "So.", "sensitivity": "low"}]}, "could be noticed"),
        ({"role": "You found her at the cellar door."}, "the role line gives away 'fall'"),
    ],
)
def test_each_fault_of_a_file_is_found(tmp_path, changed, told):
    found = [str(one) for one in lint(write(tmp_path, plain(**changed)))]
    assert any(told in one for one in found), found


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(list(plain())) | st.text(max_size=5), ANYTHING))
def test_any_object_at_all_is_checked_in_words(changed):
    person = plain(**changed)
    found = list(ours.problems(person))
    if not found:
        assert ours.persona(person).id == person["id"].strip()


@given(st.dictionaries(st.sampled_from(CARD), ANYTHING))
def test_any_card_at_all_is_checked_in_words(card):
    assert all(isinstance(one, str) for one in published.problems(card))


def test_our_files_ask_to_be_kept_out_of_training_data():
    first = {path.read_text(encoding="utf-8").partition("\n")[0] for path in OWN.iterdir()}
    assert len(first) == 1
    assert "Canary" in first.pop()


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    (found,) = lint(tmp_path)
    assert "cannot be read" in found.message


def test_a_feeling_out_of_range_is_found(tmp_path):
    person = plain()
    person["state"]["anger"]["angry"] = 11
    (found,) = lint(write(tmp_path, person))
    assert "state.anger.angry is 11" in found.message


def test_a_file_without_fault_has_no_finding(tmp_path):
    assert lint(write(tmp_path, plain())) == []


def test_two_of_one_name_and_of_one_opening_are_found(tmp_path):
    found = lint(write(tmp_path, plain(), plain()))
    assert [one.level for one in found] == [Level.ERROR, Level.ERROR]
    assert "is also the id of" in found[0].message + found[1].message
    assert "the opening is nearly that of" in found[0].message + found[1].message
    with pytest.raises(EvalError, match="both called 'lamp'"):
        personas(tmp_path)


def test_a_set_that_one_policy_could_win_is_warned_of(tmp_path):
    people = [plain(id=f"p{n}", opening=" ".join([f"w{n}"] * 3)) for n in range(ENOUGH)]
    found = lint(write(tmp_path, *people))
    assert found
    assert all(one.level is Level.WARNING and one.file == "" for one in found)
    assert any("100% of the people have candor 'plain'" in one.message for one in found)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"[1, 2]", b"{", b'{"docs": [3]}', b'{"docs": [{"id": 1}]}', b"[" * 9000],
)
def test_what_is_no_persona_is_said_and_stops_nothing_else(tmp_path, content):
    write(tmp_path, plain())
    (tmp_path / "odd.json").write_bytes(content)
    read = read_all(tmp_path)
    assert [one.persona is not None for one in read] == [True, False]
    with pytest.raises(EvalError, match=r"odd\.json: .* lists everything"):
        personas(tmp_path)


def test_a_folder_without_people_says_what_belongs_there(tmp_path):
    with pytest.raises(EvalError, match="a persona is a file of its own"):
        lint(tmp_path)
    with pytest.raises(EvalError, match="no folder of personas"):
        lint(tmp_path / "none")


def test_published_cards_are_read(tmp_path):
    example = json.loads(shared("evals/eq_bench_v4/format_example.json").read_text())
    (tmp_path / "personas.json").write_text(json.dumps(example["personas.json"]))
    assert lint(tmp_path) == []
    (person,) = personas(tmp_path)
    assert person.relationship == "friend"
    assert person.role == "You are this person's friend."
    assert person.opening == "They moved my desk again. It's fine."
    assert [one.sensitivity for one in person.details] == [Sensitivity.LOW, Sensitivity.HIGH]
    assert set(person.state) == set(KEYS)
    assert person.harms == ("Dislikes quick fixes.",)


def test_a_damaged_published_card_is_said(tmp_path):
    example = json.loads(shared("evals/eq_bench_v4/format_example.json").read_text())
    (card,) = example["personas.json"]["docs"]
    card["initial_state"]["angry"] = 12
    (tmp_path / "card.json").write_text(json.dumps(card))
    (found,) = lint(tmp_path)
    assert found.message == "initial_state.angry is 12, not from 0 to 10"
