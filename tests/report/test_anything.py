from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.report.report import render
from mien.report.terminal import render_terminal
from mien.timeline.origin import Kind, Origin
from mien.timeline.reading import Box, Channel, Reading, Reason, Verdict, stamp
from mien.timeline.timeline import Timeline

SHARES = st.dictionaries(
    st.sampled_from(list(Emotion)), st.none() | st.floats(0, 1, width=32), max_size=6
)
PART = st.floats(0, 1, width=32)


@st.composite
def readings(draw):
    start = draw(st.none() | st.floats(0, 4000))
    told = draw(st.booleans())
    return Reading(
        start=start,
        end=None if start is None else start + draw(st.floats(0, 50)),
        turn=draw(st.none() | st.integers(0, 30)),
        channel=draw(st.sampled_from(Channel)),
        person=draw(st.sampled_from([None, "Ana", "face 1", ""])),
        scores=Scores(draw(SHARES)),
        scores_sd=Scores(draw(SHARES)),
        valence=draw(st.none() | st.floats(-1, 1)),
        arousal_sd=draw(st.none() | PART),
        confidence=draw(PART),
        quality=draw(PART),
        verdict=Verdict.TOLD if told else Verdict.CANNOT_TELL,
        reason=None if told else draw(st.none() | st.sampled_from(Reason)),
        text=draw(st.none() | st.text(max_size=40)),
        box=draw(st.none() | st.just(Box(0.1, 0.2, 0.3, 0.4))),
        decoder="any-v1",
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(readings(), max_size=8),
    st.sampled_from(Kind),
    st.none() | st.floats(0, 5000),
    st.booleans(),
)
def test_whatever_was_read_can_be_shown(found, kind, seconds, private):
    origin = Origin(source="any", kind=kind, seconds=seconds, private=private)
    timeline = Timeline.of_readings([stamp(r, "any") for r in found], [origin])
    html = render(timeline)
    assert "How far to trust this" in html
    assert '"nan' not in html
    assert " nan" not in html
    assert max(len(line) for line in render_terminal(timeline).splitlines()) <= 80
