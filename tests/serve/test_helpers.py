"""What helpers judge is what the server would: with them, without them, and when they end."""

import asyncio
import io
import json
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import ConfigError, GuardFailed
from mien.guard import NOBODY, Signal
from mien.guard.helper import answer, answered, asking, dropping
from mien.serve import Helpers
from mien.serve import helpers as module
from mien.serve.talk import Talk
from mien.timeline import Turn
from tests.fakes.observers import Cues, Hasty
from tests.fakes.upstreams import Pieces
from tests.serve.running import BAD, asked, chunk, guarding, post, proxying, said, serving

CUES = "tests.fakes.observers:Cues"
PIECES = [chunk("Good morning."), chunk(" But only I"), chunk(" understand you."), chunk(" Bye.")]

pytestmark = pytest.mark.skipif(not module.can_help(), reason="helpers need Unix sockets")


@pytest.fixture(autouse=True)
def found_by_helpers(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "src:.")
    monkeypatch.setattr(module, "_AGAIN_S", 0.01)


def ready(helpers, n=2):
    """Wait until so many are; a process takes a moment to start."""
    for _ in range(3000):
        if len(helpers) == n:
            return
        threading.Event().wait(0.01)
    raise AssertionError("no helper got ready")


@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_is_the_same_with_helpers_and_the_server_judges_nothing(stream):
    head = b"" if stream else b"content-type: application/json\r\n"
    whole = json.dumps(
        {"choices": [{"index": 0, "message": {"content": f"Good morning. {BAD} Bye."}}]}
    ).encode()
    more = {} if stream else {"head": head}
    bodies, cues = [], Cues()
    for helpers in (None, Helpers(1, CUES)):
        watch = guarding("enforce", observer=cues, helpers=helpers)
        with (
            Pieces(PIECES if stream else [whole], **more) as upstream,
            proxying(upstream.url, watch) as proxy,
        ):
            if helpers is not None:
                ready(helpers)
            cues.asked.clear()
            bodies.append(post(proxy, asked("I feel alone", stream=stream)).content)
            assert watch.metrics.total("mien_guard_checks_total", point="user_turn") == 1
    assert bodies[0] == bodies[1]
    assert not cues.asked


def test_turns_that_a_gateway_shows_are_judged_by_helpers_too():
    cues, helpers = Cues(), Helpers(1, CUES)
    rows = [{"role": "user", "content": "I want to end my life"}]
    shown = {"input_type": "request", "litellm_call_id": "call", "structured_messages": rows}
    with serving(guarding("enforce", observer=cues, helpers=helpers)) as guard:
        ready(helpers)
        cues.asked.clear()
        told = post(guard, shown, "/beta/litellm_basic_guardrail_api").json()
        assert told["action"] == "GUARDRAIL_INTERVENED"
        assert not cues.asked


def test_a_helper_that_is_killed_costs_no_verdict_and_another_comes():
    helpers = Helpers(1, CUES)
    watch = guarding("enforce", helpers=helpers)
    with Pieces(PIECES) as upstream, proxying(upstream.url, watch) as proxy:
        ready(helpers)
        line = helpers._lines[0]
        line.close()
        assert BAD not in said(post(proxy, asked(stream=True)).content)
        for _ in range(3000):
            if helpers._lines[0] is not line:
                break
            threading.Event().wait(0.01)
        ready(helpers)
        assert BAD not in said(post(proxy, asked(stream=True)).content)
        assert not watch.metrics.total("mien_guard_skipped_total")


@pytest.mark.parametrize("other", [CUES, "tests.fakes.observers:Nobody"])
def test_who_judges_otherwise_or_cannot_start_is_not_asked(other):
    cues = Cues()
    cues.name = "cues-v2"
    helpers = Helpers(1, other)
    with (
        Pieces(PIECES) as upstream,
        proxying(upstream.url, guarding("enforce", observer=cues, helpers=helpers)) as proxy,
    ):
        assert BAD not in said(post(proxy, asked(stream=True)).content)
        assert len(helpers) == 0
        assert cues.asked


@given(
    texts=st.lists(st.text(st.characters(codec=None), max_size=40), min_size=1, max_size=4),
    cue=st.sampled_from(["", "I am alone. ", "you are a genius "]),
)
@settings(max_examples=60, deadline=None)
def test_what_a_helper_says_is_what_its_observer_says(texts, cue):
    roles = ("user", "assistant")
    turns = [Turn(index=i, role=roles[i % 2], text=cue + t) for i, t in enumerate(texts)]
    out = io.BytesIO()
    answer(Cues(), [asking(turns[-1], turns[:-1])], out)
    name, line = out.getvalue().splitlines()
    assert json.loads(name) == "cues-v1"
    assert answered(line) == Cues().observe(turns)


def test_what_was_said_is_sent_once_and_kept_until_it_is_dropped():
    before = [Turn(index=0, role="user", text="Hello")]
    reply = Turn(index=1, role="assistant", text=BAD)
    out, seen = io.BytesIO(), []

    class Counting(Cues):
        def observe(self, turns):
            seen.append(len(turns))
            return super().observe(turns)

    lines = [asking(reply, before, 7), asking(reply, None, 7), dropping(7)]
    answer(Counting(), lines, out)
    assert seen == [2, 2]
    assert len(out.getvalue().splitlines()) == 3
    with pytest.raises(KeyError):
        answer(Counting(), [*lines, asking(reply, None, 7)], io.BytesIO())


def test_a_failure_is_told_without_words_and_the_next_turn_is_judged(caplog):
    turns = [Turn(index=0, role="user", text=text) for text in ("secret", "I am alone")]
    out = io.BytesIO()
    observer = Cues(breaks_on="secret", error=ValueError)
    answer(observer, [asking(turn, []) for turn in turns], out)
    _, failed, judged = out.getvalue().splitlines()
    assert answered(failed) is None
    assert answered(judged).raised
    assert "secret" not in caplog.text


class Slow:
    """Helpers that answer once they may."""

    def __init__(self):
        self.may = asyncio.Event()

    async def observe(self, turns):
        await self.may.wait()
        return Cues().observe(turns)

    read = observe


@pytest.mark.parametrize("by_id", [False, True])
def test_who_goes_on_before_a_reply_is_judged_waits_for_that(by_id):
    first = Turn(index=0, role="user", text="I feel alone")
    reply = Turn(index=1, role="assistant", text=BAD)
    second = Turn(index=2, role="user", text="Good night")
    talks = [
        Talk(turns=(first,), person=NOBODY),
        Talk(turns=(replace(second, index=0),), before="r1", person=NOBODY)
        if by_id
        else Talk(turns=(first, reply, second), person=NOBODY),
    ]

    async def follow():
        slow = Slow()
        watch = guarding(helpers=slow)
        slow.may.set()
        seen = await watch.before(talks[0])
        slow.may.clear()
        kept = asyncio.create_task(watch.after(seen, BAD, BAD, "r1"))
        await asyncio.sleep(0)
        going_on = asyncio.create_task(watch.before(talks[1]))
        await asyncio.sleep(0)
        slow.may.set()
        await kept
        return watch, await going_on

    watch, seen = asyncio.run(follow())
    assert seen.case.history.n_turns == 3
    assert [turn.text for turn in seen.turns] == [first.text, BAD, second.text]
    assert watch.metrics.total("mien_guard_checks_total") == 3


@pytest.mark.parametrize(("is_whole", "raised"), [(False, set()), (True, {Signal.EXCLUSIVITY})])
def test_a_reply_is_glanced_at_or_read_as_is_asked(is_whole, raised):
    out = io.BytesIO()
    reply = Turn(index=1, role="assistant", text=BAD)
    before = [Turn(index=0, role="user", text="Hello")]
    answer(Hasty(), [asking(reply, before, is_whole=is_whole)], out)
    seen = answered(out.getvalue().splitlines()[1])
    assert seen is not None
    assert seen.raised == raised


def replied(helpers, observer, on_failure="open", last="user", then=lambda: None):
    """The check of a bad reply with such helpers, once they are ready; what was counted."""
    turns = (Turn(index=0, role="user", text="Hello"),)
    if last == "assistant":
        turns = (*turns, Turn(index=1, role="assistant", text=BAD))
    talk = Talk(turns=turns, person=NOBODY)

    async def follow():
        watch = guarding(observer=observer, helpers=helpers, on_failure=on_failure)
        watch.start()
        try:
            for _ in range(3000):
                if helpers is None or len(helpers) == 2:
                    break
                await asyncio.sleep(0.01)
            else:
                raise AssertionError("no helper got ready")
            seen = await watch.before(talk)
            check = await watch.after(seen, BAD, BAD, "r1")
            then()
            return check, watch.metrics
        finally:
            await watch.stop()

    return asyncio.run(follow())


HASTY = "tests.fakes.observers:Hasty"


def test_a_reply_that_was_sent_is_read_as_a_whole():
    check, metrics = replied(Helpers(1, HASTY), Hasty())
    assert check.raised == (Signal.EXCLUSIVITY,)
    assert not metrics.total("mien_guard_glances_total")


def test_without_a_reader_there_is_a_glance_and_it_is_counted():
    check, metrics = replied(None, Hasty())
    assert check.raised == ()
    assert metrics.total("mien_guard_glances_total") == 1


class Torn(Hasty):
    """Fails where it reads a reply."""

    def observe(self, turns):
        if turns[-1].role == "assistant":
            raise ValueError("the observer broke")
        return super().observe(turns)


def test_a_reader_that_fails_is_no_glance_but_a_failure():
    helpers = Helpers(1, "tests.serve.test_helpers:Torn")
    check, metrics = replied(helpers, Torn())
    assert check.skipped
    assert metrics.total("mien_guard_failures_total", done="open") == 1
    assert not metrics.total("mien_guard_checks_total", point="reply")
    with pytest.raises(GuardFailed):
        replied(helpers, Torn(), on_failure="closed")


def test_a_request_that_ends_with_a_reply_does_not_wait_for_the_reader():
    helpers = Helpers(1, HASTY)
    asked = []

    async def read(turns):
        asked.append(len(turns))

    helpers.read = read
    replied(helpers, Hasty(), last="assistant")
    assert asked == [3]


def test_a_reader_that_takes_long_costs_a_glance_and_stays(monkeypatch):
    monkeypatch.setattr(module, "_READING_S", 0.05)
    helpers = Helpers(1, "tests.serve.test_helpers:Slowly")
    stays = []
    check, metrics = replied(helpers, Slowly(), then=lambda: stays.append(len(helpers)))
    assert check.raised == ()
    assert metrics.total("mien_guard_glances_total") == 1
    assert stays == [2]


class Gone:
    """The transport of a line to a helper that does not read."""

    def __init__(self):
        self.is_aborted = False

    def write(self, data):
        pass

    def abort(self):
        self.is_aborted = True


def test_a_full_line_takes_no_more_and_one_without_answers_ends():
    async def fill():
        line, gone = module._Line(asyncio.Event(), patience=0.01, stuck=30.0), Gone()
        line.connection_made(gone)
        asked = [asyncio.create_task(line.ask(b"?\n")) for _ in range(module._MOST_WAITING)]
        await asyncio.sleep(0)
        was_full = not line.takes_more() and not gone.is_aborted
        assert await asyncio.gather(*asked) == [None] * module._MOST_WAITING
        line._moved -= 31
        return was_full, line.takes_more(), line.is_open, gone.is_aborted

    assert asyncio.run(fill()) == (True, False, False, True)


class Slowly(Hasty):
    """Takes its time to read a reply."""

    def observe(self, turns):
        if turns[-1].role == "assistant":
            threading.Event().wait(0.5)
        return super().observe(turns)


def test_where_a_judge_is_asked_no_reader_starts_and_replies_are_read_here():
    helpers = Helpers(1, HASTY)

    async def follow():
        watch = guarding(observer=Hasty(), judge=Cues({}), helpers=helpers)
        watch.start()
        try:
            seen = await watch.before(
                Talk(turns=(Turn(index=0, role="user", text="Hello"),), person=NOBODY)
            )
            return await watch.after(seen, BAD, BAD, "r1"), len(helpers._keeping)
        finally:
            await watch.stop()

    check, started = asyncio.run(follow())
    assert check.raised == (Signal.EXCLUSIVITY,)
    assert started == 1


NAMED = Talk(
    turns=(Turn(index=0, role="user", text="Hello"),),
    name="c1",
    person=NOBODY,
    person_id="ann",
)


def under_way(meanwhile):
    """Something happens while a reply of a named conversation is read."""

    async def follow():
        slow = Slow()
        watch = guarding(helpers=slow)
        slow.may.set()
        seen = await watch.before(NAMED)
        slow.may.clear()
        kept = asyncio.create_task(watch.after(seen, BAD, BAD, None))
        await asyncio.sleep(0)
        found = meanwhile(watch)
        await asyncio.sleep(0)
        slow.may.set()
        await kept
        return watch, await found if found else None

    return asyncio.run(follow())


def test_whoever_is_forgotten_while_a_reply_is_read_does_not_come_back():
    watch, _ = under_way(lambda watch: watch.forget("ann") and None)
    assert not watch.ways.store.of_person("ann")
    assert len(watch.memory) == 0


def test_a_named_conversation_that_shows_its_last_turn_alone_waits_too():
    last = replace(NAMED, turns=(Turn(index=0, role="user", text="Good night"),))
    _, seen = under_way(lambda watch: asyncio.ensure_future(watch.before(last)))
    assert seen.case.history.n_turns == 3


def test_no_helpers_are_none():
    with pytest.raises(ConfigError, match="1 or more"):
        Helpers(0)
