import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError, MienError
from mien.guard import Guard, Mode, Signal
from mien.guard.hold import Hold
from mien.guard.holding import ByObserver, Holding, Remedy, Verdict, correction
from mien.guard.sentences import Sentence
from mien.timeline import Turn
from tests.fakes.observers import Cues
from tests.guard.test_sentences import pieces

BAD = "But only I understand you."


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def judge(sentence: Sentence) -> Verdict:
    remedy = Remedy.BLOCK if "understand" in sentence.text else Remedy.PASS
    return Verdict(remedy, (), sentence)


def passes(sentence: Sentence) -> Verdict:
    return Verdict(Remedy.PASS, (), sentence)


TEXTS = st.text(st.sampled_from("ab .!?\nü"), max_size=60)


def left(parts, holding):
    """All that leaves of a reply that comes in parts."""
    return "".join([*(holding.feed(part).text for part in parts), holding.end().text])


@given(TEXTS, st.lists(st.integers(0, 60)))
def test_a_reply_without_fault_leaves_as_it_came(text, cuts):
    assert left(pieces(text, cuts), Hold(passes)) == text


@given(TEXTS, TEXTS, st.lists(st.integers(0, 90)))
def test_nothing_leaves_from_the_fault_on(before, after, cuts):
    text = f"{before}\n{BAD}{after}"
    assert left(pieces(text, cuts), Hold(judge)) == f"{before}\n"


@given(TEXTS, st.lists(st.integers(0, 60)), st.lists(st.floats(0, 3), min_size=61, max_size=61))
def test_a_piece_rests_where_nothing_would_follow_from_it(text, cuts, times):
    clocks = [Clock(), Clock()]
    quick, plain = (Hold(judge, clock=clock) for clock in clocks)
    for part, time in zip(pieces(text, cuts), times, strict=False):
        for clock in clocks:
            clock.now += time
        outcome = plain.feed(part)
        if quick.rests(part):
            assert not outcome.text
            assert not outcome.timings
        else:
            assert quick.feed(part) == outcome
        assert (quick.held, quick.deadline) == (plain.held, plain.deadline)
    assert quick.end() == plain.end()


def test_a_sentence_is_held_and_not_the_answer():
    holding = Hold(passes)
    assert [holding.feed(one).text for one in ("One", ".", " Two", "! Th")] == [
        "",
        "One.",
        "",
        " Two!",
    ]
    assert holding.held == " Th"
    assert holding.end().text == " Th"


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.ADVISE])
def test_other_modes_hold_nothing_and_judge_all(mode):
    holding = Hold(judge, mode=mode)
    outcomes = [holding.feed(one) for one in ("Hi.", " But only I under", "stand you.", " Bye")]
    assert "".join(one.text for one in outcomes) == "Hi. But only I understand you. Bye"
    assert [len(one.verdicts) for one in outcomes] == [0, 0, 1, 0]
    assert holding.end().stopped is None


def test_a_sentence_waits_no_longer_than_told():
    clock = Clock()
    holding = Hold(passes, Holding(longest_s=2.0), clock=clock)
    assert holding.feed("So").text == ""
    assert holding.deadline == 2.0
    assert holding.late().text == ""
    clock.now = 2.5
    assert holding.late().text == "So"
    assert holding.deadline is None


def test_hold_time_and_judging_time_are_measured_apart():
    clock = Clock()

    def slow(sentence: Sentence) -> Verdict:
        clock.now += 0.3
        return passes(sentence)

    holding = Hold(slow, clock=clock)
    holding.feed("A wo")
    clock.now = 1.0
    (timing,) = holding.feed("rd.").timings
    assert (timing.held, timing.judged) == pytest.approx((1.3, 0.3))


def test_signals_decide_by_what_the_holding_says():
    turns = [Turn(index=0, role="user", text="Hello")]
    judged = ByObserver(Cues(), turns, Holding.by(Remedy.BLOCK))
    verdict = judged(Sentence(0, 5, "only I understand, and you are a genius"))
    assert verdict.remedy is Remedy.BLOCK
    assert verdict.signals == (Signal.EXCLUSIVITY, Signal.SYCOPHANCY)
    assert judged(Sentence(0, 5, "Good morning.")).remedy is Remedy.PASS


@pytest.mark.parametrize(("on_failure", "left"), [("open", "It broke."), ("closed", "")])
def test_what_cannot_be_judged_passes_or_not_as_configured(on_failure, left):
    guard = Guard(observer=Cues(breaks_on="broke"), mode="enforce", on_failure=on_failure)
    outcome = guard.hold([Turn(index=0, role="user", text="Hi")]).feed("It broke.")
    assert outcome.text == left
    assert outcome.verdicts[0].skipped == "the observer broke"


def test_a_correction_quotes_the_sentence_and_says_the_fault():
    sentence = Sentence(0, 26, BAD)
    told = correction(Verdict(Remedy.REWRITE, (Signal.EXCLUSIVITY,), sentence))
    assert BAD in told
    assert "only the assistant understands" in told


def test_a_holding_that_makes_no_sense_is_refused():
    with pytest.raises(ConfigError, match="20 characters"):
        Holding(longest_chars=3)
    assert issubclass(ConfigError, MienError)
