"""Keys by which conversations are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mien.guard.chain import chain
from mien.timeline import Turn

said = st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=8))
talks = st.lists(said, max_size=6)


def turns(talk: list[tuple[str, str]]) -> list[Turn]:
    return [Turn(index=i, role=role, text=text) for i, (role, text) in enumerate(talk)]


@given(talks, talks)
def test_two_conversations_share_exactly_the_points_up_to_which_they_agree(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    pairs = list(zip(one, other, strict=False))
    agreed = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
    first, second = chain(turns(one)), chain(turns(other))
    assert first[:agreed] == second[:agreed]
    assert not set(first[agreed:]) & set(second[agreed:])


def test_a_boundary_between_turns_cannot_be_forged() -> None:
    whole = [Turn(index=0, role="user", text="a" + "user" + "b")]
    parted = [Turn(index=0, role="user", text="a"), Turn(index=1, role="user", text="b")]
    assert chain(whole)[-1] != chain(parted)[-1]


def test_equal_words_under_another_name_do_not_meet() -> None:
    talk = turns([("user", "hello"), ("assistant", "hi")])
    assert not set(chain(talk, "anna")) & set(chain(talk, "ben"))


def test_time_number_and_messages_of_the_system_make_no_other_conversation() -> None:
    plain = turns([("user", "hello"), ("assistant", "hi")])
    system = Turn(index=0, role="system", text="be kind")
    later = [replace(t, index=t.index + 1, at=datetime(2026, 1, 1, tzinfo=UTC)) for t in plain]
    assert chain([system, *later])[1:] == chain(plain)


def test_half_a_character_is_hashed_like_any_other() -> None:
    half = "\ud83d"
    broken, empty = (chain([Turn(index=0, role="user", text=text)]) for text in (half, ""))
    assert broken != empty
