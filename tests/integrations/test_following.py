import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import GuardFailed
from mien.guard import Guard, Signal
from mien.integrations.following import Following
from mien.timeline import Turn
from tests.fakes.guard import Scripted
from tests.fakes.observers import Cues

TALK = ["I am so tired.", "Tell me.", "They send me signs.", "They do!", "I knew it."]


class Counting(Scripted):
    """Keeps what was judged."""

    def __init__(self, signals=None, **options):
        super().__init__(signals or {}, **options)
        self.seen = []

    def observe(self, turns):
        self.seen.append((turns[-1].index, turns[-1].text))
        return super().observe(turns)


def said(n, texts=TALK):
    return [
        Turn(index=i, role="assistant" if i % 2 else "user", text=text)
        for i, text in enumerate(texts[:n])
    ]


def following(observer=None, **options):
    told = options.pop("told", None)
    return Following(Guard(observer=observer or Counting(), **options), told=told)


def test_each_turn_is_judged_once_however_often_it_is_sent():
    observer = Counting()
    watch = following(observer)
    for n in (1, 1, 3, 3, 5):
        point = watch.at(said(n))
    assert observer.seen == list(enumerate(TALK))
    assert point.check.turn == 4


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_the_order_of_calls_does_not_change_what_is_found(lengths):
    signals = {0: {Signal.DISTRESS: 0.9}, 2: {Signal.DELUSIONAL_CONTENT: 0.9}}
    watch = following(Counting(signals))
    for n in lengths:
        point = watch.at(said(n))
    alone = following(Counting(signals)).at(said(lengths[-1]))
    assert point.check.to_dict() == alone.check.to_dict()


def test_a_reply_is_judged_before_the_client_sends_it_back():
    observer = Counting()
    watch = following(observer)
    point = watch.after(watch.at(said(1)), TALK[1])
    assert point.check.role == "assistant"
    watch.at(said(3))
    assert observer.seen == list(enumerate(TALK[:3]))


def test_a_named_conversation_goes_on_without_its_past():
    observer = Counting()
    watch = following(observer)
    watch.after(watch.at(said(1), "a"), TALK[1], "a")
    point = watch.at([Turn(index=0, role="user", text=TALK[2])], "a")
    assert observer.seen == list(enumerate(TALK[:3]))
    assert [turn.text for turn in point.turns] == TALK[:3]


def test_a_named_conversation_goes_on_though_its_beginning_was_cut_off():
    observer = Counting()
    watch = following(observer)
    watch.at(said(4), "a")
    cut = [Turn(index=i, role=t.role, text=t.text) for i, t in enumerate(said(5)[2:])]
    assert watch.at(cut, "a").check.turn == 4
    assert observer.seen == list(enumerate(TALK))


def test_equal_words_under_other_names_do_not_meet():
    observer = Counting()
    watch = following(observer)
    watch.at(said(1), "a")
    watch.at(said(1), "b")
    assert len(observer.seen) == 2


def test_a_turn_that_was_not_judged_is_judged_again():
    observer = Counting(broken=[0])
    watch = following(observer)
    assert watch.at(said(1)).check.skipped
    observer.broken = []
    assert watch.at(said(1)).check.skipped is None


def test_each_check_is_told_once():
    checks = []
    watch = following(told=checks.append)
    watch.at(said(1))
    watch.at(said(3))
    assert [check.turn for check in checks] == [0, 1, 2]


def test_what_is_kept_is_bounded():
    watch = Following(Guard(observer=Counting()), most=3)
    for i in range(20):
        watch.at([Turn(index=0, role="user", text=f"{i}")])
    assert len(watch._points) == 3


@pytest.mark.parametrize("mode", ["observe", "advise", "enforce"])
def test_only_beyond_observe_is_anything_to_be_said(mode):
    signals = {0: {Signal.CRISIS: 0.99}}
    point = following(Counting(signals, levels={0: 3}), mode=mode).at(said(1))
    assert point.check.action == "crisis"
    assert (point.instruction is None) == (mode == "observe")


def test_what_cannot_be_read_passes_or_does_not_as_the_guard_was_told():
    following().unread("a chunk")
    with pytest.raises(GuardFailed, match="a chunk"):
        following(on_failure="closed").unread("a chunk")


def test_a_whole_reply_is_shown_up_to_what_stops_it():
    watch = following(Cues(), mode="enforce")
    before = watch.at(said(1))
    shown, stopped = watch.held_whole(before, "Good morning. Yes, it is a prophecy. Bye.")
    assert shown.strip() == "Good morning."
    assert stopped is not None
    assert watch.held_whole(before, "Good morning. Bye.") == ("Good morning. Bye.", None)
