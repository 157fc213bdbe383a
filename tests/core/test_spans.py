from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mien.core.spans import Span, merge, round_time

times = st.floats(0, 1000)
spans = st.tuples(times, times).map(lambda pair: Span(min(pair), max(pair)))


@given(spans, spans)
def test_overlap_is_symmetric_and_bounded(one, two):
    assert one.overlap(two) == two.overlap(one)
    assert 0 <= one.overlap(two) <= min(one.seconds, two.seconds)


@given(st.lists(spans), st.floats(0, 5))
def test_merged_spans_are_sorted_and_apart(found, gap):
    merged = list(merge(found, gap))
    assert all(a.end + gap < b.start for a, b in pairwise(merged))


@given(st.lists(spans), times)
def test_merging_covers_the_same_moments(found, moment):
    inside = any(span.start <= moment <= span.end for span in found)
    assert inside == any(span.start <= moment <= span.end for span in merge(found))


@given(spans, spans)
def test_a_cut_lies_inside_both(span, window):
    cut = span.cut(*window)
    if cut is None:
        assert span.overlap(window) == 0
    else:
        assert cut.seconds == span.overlap(window)


def test_times_are_rounded_to_the_microsecond():
    assert round_time(1.23456789) == 1.234568
