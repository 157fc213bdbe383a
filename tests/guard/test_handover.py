"""Handing a conversation over: signed, patient, counted, never in the way."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import ConfigError, NetworkRefused
from mien.guard import Guard, Signal
from mien.guard.handover import HandOver, HandOverOptions, body, is_genuine, signed
from mien.llm import Retries, Sent
from tests.fakes.guard import Scripted, talk

SECRET = "a secret of enough letters"
AT_ONCE = Retries(tries=4, seconds=60, first=0, longest=0)
TAKEN, BUSY, REFUSED = Sent(), Sent("answered HTTP 503", again=True), Sent("answered HTTP 400")


def options(**changed):
    return HandOverOptions(**{"secret": SECRET, "retries": AT_ONCE, **changed})


def crisis():
    return Guard(observer=Scripted({0: {Signal.CRISIS: 0.9}}, {0: 3})).check(talk(1))[0]


class Desk:
    """A receiver that answers what it was told to, in order; the last answer stays."""

    def __init__(self, *answers, gate=None):
        self.answers, self.got, self.gate = list(answers), [], gate
        self.asked = threading.Event()

    def send(self, content, headers):
        self.asked.set()
        if self.gate:
            self.gate.wait(30)
        self.got.append((content, headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        pass


def told(desk, n=1, **changed):
    with HandOver(desk, options(**changed)) as hand_over:
        for i in range(n):
            hand_over.tell(crisis(), conversation=f"c{i}")
            wait_until(lambda i=i: settled(hand_over) > i)
        return hand_over.counts


def settled(hand_over):
    counts = hand_over.counts
    return counts.sent + counts.given_up


def wait_until(is_so):
    pause = threading.Event()
    for _ in range(3000):
        if is_so():
            return
        pause.wait(0.01)
    raise AssertionError("it never came")


def test_a_decision_arrives_signed_with_ids_and_reasons_and_no_word():
    desk = Desk(TAKEN)
    assert told(desk)[:4] == (1, 0, 0, 0)
    content, headers = desk.got[0]
    assert is_genuine(SECRET, headers, content)
    said = json.loads(content)
    assert (said["conversation"], said["action"], said["step"]) == ("c0", "crisis", "ask")
    assert said["reasons"] == [{"signal": "crisis", "turn": 0, "p": 0.9}]
    assert said["event"] == headers["Mien-Event"]
    assert b"what was said" not in content
    assert not {"instruction", "notice"} & said.keys()


def test_words_go_along_only_where_that_is_configured():
    desk = Desk(TAKEN)
    told(desk, text=True)
    assert json.loads(desk.got[0][0])["reasons"][0]["quote"] == "what was said at 0"


def test_only_the_chosen_decisions_are_handed_over():
    desk = Desk(TAKEN)
    with HandOver(desk, options(actions=frozenset({"crisis.imminent"}))) as hand_over:
        assert not hand_over.tell(crisis(), conversation="c")
        grave = Guard(observer=Scripted({0: {Signal.CRISIS: 0.9}}, {0: 5})).check(talk(1))[0]
        assert hand_over.tell(grave, conversation="c")
    assert [json.loads(content)["step"] for content, _ in desk.got] == ["imminent"]


def test_a_busy_receiver_is_asked_again_with_the_same_event():
    desk = Desk(BUSY, BUSY, TAKEN)
    assert told(desk)[:4] == (1, 2, 0, 0)
    assert len({headers["Mien-Event"] for _, headers in desk.got}) == 1
    assert len({content for content, _ in desk.got}) == 1


def test_a_receiver_that_refuses_is_not_asked_again():
    desk = Desk(REFUSED)
    assert told(desk)[:4] == (0, 1, 1, 0)


def test_after_its_tries_a_hand_over_is_given_up_and_the_next_is_sent():
    desk = Desk(BUSY, BUSY, BUSY, BUSY, TAKEN)
    assert told(desk, 2)[:4] == (1, 4, 1, 0)


def test_a_connection_that_raises_stops_nothing():
    desk = Desk(OSError("gone"), TAKEN)
    assert told(desk)[:4] == (1, 1, 0, 0)


def test_nobody_waits_for_a_receiver_that_hangs():
    gate = threading.Event()
    desk = Desk(TAKEN, gate=gate)
    hand_over = HandOver(desk, options(most=3))
    hand_over.tell(crisis(), conversation="first")
    assert desk.asked.wait(30)
    for i in range(5):
        hand_over.tell(crisis(), conversation=f"c{i}")
    assert (hand_over.counts.waiting, hand_over.counts.dropped) == (3, 2)
    gate.set()
    hand_over.close()
    assert hand_over.counts == (4, 0, 0, 2, 0)


def test_closing_tries_what_waits_once_more():
    desk = Desk(BUSY, TAKEN)
    slow = Retries(tries=4, seconds=1e6, first=1e5, longest=1e5)
    hand_over = HandOver(desk, options(retries=slow))
    hand_over.tell(crisis(), conversation="c")
    wait_until(lambda: hand_over.counts.failed == 1)
    hand_over.close()
    assert hand_over.counts[:3] == (1, 1, 0)


def test_no_word_and_no_secret_is_logged(caplog):
    with caplog.at_level(logging.DEBUG):
        told(Desk(REFUSED), text=True)
    assert "was given up" in caplog.text
    assert "what was said" not in caplog.text
    assert SECRET not in caplog.text + repr(options())


def test_a_short_secret_is_refused():
    with pytest.raises(ConfigError, match="16 characters"):
        HandOver(Desk(TAKEN), HandOverOptions(secret="short"))


@given(st.binary(), st.integers(0, 2**40), st.integers(-300, 300))
def test_what_was_signed_is_genuine_for_five_minutes(content, at, later):
    assert is_genuine(SECRET, signed(SECRET, "e", content, at), content, at + later)


@given(st.binary(), st.binary(), st.text(), st.integers(0, 2**40))
def test_nothing_else_is_genuine(content, other, secret, at):
    headers = signed(SECRET, "e", content, at)
    assert not is_genuine(SECRET, headers, content, at + 301)
    assert is_genuine(SECRET, headers, other, at) == (other == content)
    assert is_genuine(secret, headers, content, at) == (secret == SECRET)
    moved = {**headers, "Mien-Timestamp": str(at + 1)}
    assert not is_genuine(SECRET, moved, content, at)


@given(st.dictionaries(st.sampled_from(["Mien-Timestamp", "mien-signature", "x"]), st.text()))
def test_headers_of_strangers_are_refused_and_break_nothing(headers):
    assert not is_genuine(SECRET, headers, b"{}", 0)


def test_a_body_is_readable_by_whoever_knows_json():
    said = json.loads(body(crisis(), event="e", conversation="c", person="p"))
    assert (said["version"], said["person"], said["policy"]) == (1, "p", crisis().policy)


def test_over_a_real_connection(monkeypatch):
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(is_genuine(SECRET, dict(self.headers), content))
            self.send_response((503, 302, 204)[min(len(got) - 1, 2)])
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/hook/?x=1"
        with HandOver.to(url, options(), Config(offline=True)) as hand_over:
            for name in "ab":
                hand_over.tell(crisis(), conversation=name)
                wait_until(lambda name=name: settled(hand_over) == "ab".index(name) + 1)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    # Busy is tried again; a redirect is refused; what answers 204 has it.
    assert got == [True, True, True]
    assert hand_over.counts[:3] == (1, 2, 1)


def test_offline_no_other_machine_is_called():
    with pytest.raises(NetworkRefused, match="handing a conversation over"):
        HandOver.to("https://example.org/hook", options(), Config(offline=True))


def test_what_is_no_address_is_refused():
    with pytest.raises(ConfigError, match="no address"):
        HandOver.to("example.org", options())
