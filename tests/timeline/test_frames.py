"""Timelines as data frames."""

import math

import numpy as np
import pandas
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import MissingPackage
from mien.emotions import Emotion
from mien.timeline import Timeline
from tests.made import readings, told


@settings(max_examples=25)
@given(st.lists(readings(), max_size=5))
def test_a_frame_has_a_row_a_reading_and_a_column_a_share(found):
    timeline = Timeline.of_readings(found)
    frame, other = timeline.to_pandas(), timeline.to_polars()
    assert isinstance(frame, pandas.DataFrame)
    assert isinstance(other, polars.DataFrame)
    assert list(frame.columns) == other.columns
    assert len(frame) == len(other) == len(found)
    for emotion in Emotion:
        shares = [r.scores[emotion] and np.float32(r.scores[emotion]) for r in found]
        assert other[f"scores.{emotion.value}"].to_list() == shares
        assert [None if math.isnan(x) else x for x in frame[f"scores.{emotion.value}"]] == shares
    assert other["start"].to_list() == [reading.start for reading in found]
    assert other["box.x"].to_list() == [r.box and r.box.x for r in found]


def test_columns_are_the_fields_of_readings():
    frame = Timeline.of_readings([told(0, 1, anger=0.5)]).to_polars()
    assert {"person", "channel", "valence", "scores.anger", "scores_sd.anger"} <= set(frame.columns)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_missing_package_is_named_with_the_way_to_it(package, monkeypatch):
    monkeypatch.setattr("mien.timeline.frames.find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=f"needs {package}: pip install {package}"):
        getattr(Timeline.of_readings([]), f"to_{package}")()
