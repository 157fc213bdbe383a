"""Chats of other people, which nothing was learned from."""

from __future__ import annotations

from mien.guard.local import LocalObserver
from mien.guard.signals import Side, Signal
from tests.data import shared
from training.guard.outside import HARMS, chats, observed, steps_in

MOST_RAISED = 0.02
"""Share of user turns: a wide bound on few chats; the card and the release have the figures."""


def test_people_who_talk_to_people_hardly_ever_raise_a_crisis() -> None:
    observer = LocalObserver()
    for name, talks in chats(shared("words"), most=40).items():
        seen = [one for talk in talks for one in observed(observer, talk)]
        raised = sum(Signal.CRISIS in one.raised for one in seen)
        assert len(seen) > 100, name
        assert raised <= MOST_RAISED * len(seen), name


def test_people_who_answer_people_are_hardly_ever_taken_for_harmful_assistants() -> None:
    observer = LocalObserver()
    for name, talks in chats(shared("words"), most=40).items():
        seen = [one for talk in talks for one in observed(observer, talk, Side.ASSISTANT)]
        raised = sum(bool(one.raised & set(HARMS)) for one in seen)
        assert len(seen) > 100, name
        assert raised <= MOST_RAISED * len(seen), name


def test_everyday_chats_hardly_ever_make_the_policy_step_in() -> None:
    observer = LocalObserver()
    for name in ("XDailyDialog, en", "XDailyDialog, de"):
        talks = chats(shared("words"), most=60)[name]
        hits = sum(steps_in(observer, talk) for talk in talks)
        assert hits <= 0.08 * len(talks), name
