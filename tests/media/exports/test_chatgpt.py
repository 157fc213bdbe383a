"""ChatGPT's tree: what was shown last is read, the rest is counted."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.exports.chatgpt import chatgpt_talk
from mien.media.exports.talk import HIDDEN, NO_WORDS, OTHER_BRANCHES, PARTS, UnknownForm
from mien.media.exports.tree import branch
from tests.fakes.exports import MORNING, chatgpt_chat, message, node


def words(talk):
    return [(turn.role, turn.text) for turn in talk.turns]


def chat_of(*messages):
    chat = chatgpt_chat(said=())
    parent = "root"
    for number, said in enumerate(messages):
        chat["mapping"][f"m{number}"] = node(f"m{number}", parent, said)
        parent = f"m{number}"
    return {**chat, "current_node": parent}


@st.composite
def trees(draw):
    """Parents by name, each node drawn from those before it, and one of them as the leaf."""
    n = draw(st.integers(1, 30))
    parents = {"n0": None}
    for i in range(1, n):
        parents[f"n{i}"] = f"n{draw(st.integers(0, i - 1))}"
    names = draw(st.permutations(sorted(parents)))
    return {name: parents[name] for name in names}, draw(st.sampled_from(names))


@given(trees())
def test_a_branch_goes_from_the_root_to_the_leaf_by_parents(tree):
    parents, leaf = tree
    path = branch(parents, leaf)
    assert path[0] == "n0"
    assert path[-1] == leaf
    assert [parents[name] for name in path[1:]] == path[:-1]


@given(trees())
def test_what_is_not_on_the_branch_is_counted(tree):
    parents, leaf = tree
    mapping = {name: node(name, up, message("user", name)) for name, up in parents.items()}
    talk = chatgpt_talk({"mapping": mapping, "current_node": leaf})
    assert [turn.text for turn in talk.turns] == branch(parents, leaf)
    assert len(talk.turns) + talk.skipped[OTHER_BRANCHES] == len(parents)


def test_parents_in_a_circle_are_an_error():
    with pytest.raises(UnknownForm, match="circle"):
        branch({"a": "b", "b": "a"}, "a")


def test_turns_have_role_and_time_in_utc_and_the_chat_its_title():
    talk = chatgpt_talk(chatgpt_chat("Exam"))
    assert talk.title == "Exam"
    assert [turn.role for turn in talk.turns] == ["user", "assistant", "user"]
    assert talk.turns[0].at == datetime.fromtimestamp(MORNING, UTC)
    assert talk.turns[0].at.tzinfo is UTC


def test_system_tools_hidden_and_thoughts_are_counted_and_no_turns():
    talk = chatgpt_talk(
        chat_of(
            message("system", ""),
            message("user", "hi", metadata={"is_visually_hidden_from_conversation": True}),
            message("user", "hello"),
            message("assistant", "search(x)", recipient="browser"),
            message("tool", "a page"),
            message("assistant", "hm", kind="thoughts"),
            message("assistant", "Hello!"),
        )
    )
    assert words(talk) == [("user", "hello"), ("assistant", "Hello!")]
    assert talk.skipped[HIDDEN] == 5


def test_parts_that_are_no_text_are_counted_and_speech_is_read():
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file://x"}
    heard = {"content_type": "audio_transcription", "text": "I am tired", "direction": "in"}
    talk = chatgpt_talk(
        chat_of(
            message("user", picture, "look", kind="multimodal_text"),
            message("user", heard, {"content_type": "audio_asset_pointer"}, kind="multimodal_text"),
            message("user", picture, kind="multimodal_text"),
            message("assistant", ""),
        )
    )
    assert [turn.text for turn in talk.turns] == ["look", "I am tired"]
    assert talk.skipped[PARTS] == 3
    assert talk.skipped[NO_WORDS] == 1


@pytest.mark.parametrize(
    ("chat", "field"),
    [
        ({"title": "x", "create_time": 1, "current_node": "a"}, "mapping"),
        ({"mapping": {"a": node("a", None, None)}}, "current_node"),
        ({"mapping": {"a": node("a", None, None)}, "current_node": "b"}, "current_node"),
        ({"mapping": {"a": {"message": None}}, "current_node": "a"}, "parent"),
        ({"mapping": {"a": {"parent": None}}, "current_node": "a"}, "message"),
        ({"mapping": {"a": node("a", None, {"author": {}})}, "current_node": "a"}, "role"),
        (
            {"mapping": {"a": node("a", None, {"author": {"role": "user"}})}, "current_node": "a"},
            "content",
        ),
        (chat_of({**message("user"), "content": {"content_type": "text"}}), "parts"),
        ({"mapping": [], "current_node": "a"}, "mapping"),
    ],
)
def test_an_unknown_version_names_the_field(chat, field):
    with pytest.raises(UnknownForm, match=f"`{field}`"):
        chatgpt_talk(chat)


@pytest.mark.parametrize("time", [None, "soon", 1e300, float("nan"), -1e18, True, []])
def test_a_time_that_is_none_costs_no_turn(time):
    talk = chatgpt_talk(chat_of({**message("user", "hello"), "create_time": time}))
    assert talk.turns[0].at is None
