import pytest

from mien.core.errors import ConfigError, GuardFailed
from mien.guard import Guard, Signal
from mien.guard.judge import Band, Blend
from tests.fakes.guard import Scripted, talk

ALL = dict.fromkeys([s for s in Signal if s is not Signal.MANIA], 0.01)


class Counting(Scripted):
    """Counts how often it is asked."""

    name = "asked-v1"
    n = 0

    def observe(self, turns):
        self.n += 1
        return super().observe(turns)


def blended(fast, judged, **options):
    judge = Counting({0: judged})
    return Blend(Scripted({0: ALL | fast}), judge, **options), judge


def test_a_fast_observer_without_doubt_is_believed():
    both, judge = blended({Signal.CRISIS: 0.03}, {Signal.CRISIS: 0.9})
    seen = both.observe(talk(1).turns)
    assert not seen.raised
    assert seen.by == "scripted-v1"
    assert judge.n == 0


def test_in_doubt_the_judge_decides_either_way():
    raises, _ = blended({Signal.CRISIS: 0.3}, {Signal.CRISIS: 0.9})
    clears, _ = blended({Signal.CRISIS: 0.7}, {Signal.CRISIS: 0.02})
    assert raises.observe(talk(1).turns).raised == {Signal.CRISIS}
    seen = clears.observe(talk(1).turns)
    assert not seen.raised
    assert not seen.quotes
    assert seen.level == 0
    assert seen.by == "scripted-v1+asked-v1"


def test_what_the_judge_did_not_say_stays():
    both, _ = blended({Signal.CRISIS: 0.7, Signal.DISTRESS: 0.8}, {Signal.CRISIS: 0.9})
    assert both.observe(talk(1).turns).raised == {Signal.CRISIS, Signal.DISTRESS}


def test_beside_a_sure_harm_the_judge_is_asked_for_what_only_it_can_see():
    both, judge = blended({Signal.DISTRESS: 0.99}, {Signal.MANIA: 0.9})
    assert Signal.MANIA in both.observe(talk(1).turns).raised
    assert judge.n == 1


def test_a_turn_that_the_fast_one_cannot_judge_is_asked_about():
    judge = Counting({0: {Signal.CRISIS: 0.9}})
    assert Blend(Scripted({}), judge).observe(talk(1).turns).raised == {Signal.CRISIS}


def test_every_turn_is_asked_about_if_that_is_wanted():
    both, judge = blended({}, {Signal.MANIA: 0.9}, band=Band(always=True))
    assert Signal.MANIA in both.observe(talk(1).turns).raised
    assert judge.n == 1


def test_where_a_text_gave_orders_the_higher_chance_stands():
    both, judge = blended({Signal.CRISIS: 0.7}, {Signal.CRISIS: 0.02, Signal.DISTRESS: 0.9})
    judge.name = "asked-v1-steered"
    assert both.observe(talk(1).turns).raised == {Signal.CRISIS, Signal.DISTRESS}


def test_with_a_judge_away_the_fast_one_stands_and_the_record_says_so():
    judge = Scripted({}, broken=[0])
    fast = Scripted({0: ALL | {Signal.CRISIS: 0.7}}, {0: 3})
    [check] = Guard(observer=fast, judge=judge).check(talk(1))
    assert check.action == "crisis"
    assert check.by == "scripted-v1+judge-away"
    assert check.skipped is None


def test_where_nothing_may_pass_unjudged_a_judge_away_is_a_failure():
    judge = Scripted({}, broken=[0])
    guard = Guard(observer=Scripted({}), judge=judge, on_failure="closed")
    with pytest.raises(GuardFailed):
        guard.check(talk(1))


def test_sentences_on_their_way_out_never_wait_for_the_judge():
    judge = Counting({})
    guard = Guard(observer=Scripted({}), judge=judge, mode="enforce")
    hold = guard.hold(talk(1).turns)
    assert hold.feed("One. Two. ").text.strip() == "One. Two."
    assert judge.n == 0


@pytest.mark.parametrize("band", [(0.5, 0.4), (-0.1, 0.5), (0.1, 1.1)])
def test_a_band_goes_up(band):
    with pytest.raises(ConfigError, match="band"):
        Band(low=band[0], high=band[1])
