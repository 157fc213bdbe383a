import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mien.core.errors import BadWeights, ConfigError, MissingWeights
from mien.decoders.face.detect import (
    Found,
    Haar,
    YuNet,
    cut,
    open_detector,
    overlap,
    shrunk,
    without_doubles,
)
from tests.data import EXAMPLES, shared

sides = st.floats(1, 100)
boxes = st.tuples(st.floats(-50, 150), st.floats(-50, 150), sides, sides)
YUNET = "face/detectors/face_detection_yunet_2023mar.onnx"


def portrait():
    with Image.open(EXAMPLES / "portrait.jpg") as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.fixture(params=["haar", "yunet"])
def detector(request):
    return Haar() if request.param == "haar" else YuNet(shared(YUNET))


@given(one=boxes, other=boxes)
def test_overlap_is_symmetric_and_one_only_for_the_same_box(one, other):
    assert overlap(one, other) == pytest.approx(overlap(other, one))
    assert 0 <= overlap(one, other) <= 1 + 1e-9
    assert overlap(one, one) == pytest.approx(1)


@given(found=st.lists(st.tuples(boxes, st.floats(0, 1)), max_size=8))
@settings(max_examples=50)
def test_doubles_go_and_the_best_stays(found):
    finds = [Found(box, score) for box, score in found]
    kept = without_doubles(finds)
    assert all(overlap(a.box, b.box) < 0.4 for i, a in enumerate(kept) for b in kept[i + 1 :])
    assert kept == sorted(kept, key=lambda face: face.box)
    if finds:
        assert max(f.score for f in finds) == max(f.score for f in kept)


@given(box=boxes, reach=st.floats(0.5, 3), rows=st.integers(1, 80), columns=st.integers(1, 80))
@settings(max_examples=80)
def test_a_cut_is_square_and_shows_the_picture_where_they_meet(box, reach, rows, columns):
    rng = np.random.default_rng(0)
    frame = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    square, left, top = cut(frame, box, reach)
    side = max(2, round(reach * max(box[2], box[3])))
    assert square.shape == (side, side, 3)
    for y in (0, side // 2, side - 1):
        for x in (0, side // 2, side - 1):
            row, column = int(top) + y, int(left) + x
            if 0 <= row < rows and 0 <= column < columns:
                assert (square[y, x] == frame[row, column]).all()


@given(height=st.integers(1, 900), width=st.integers(1, 900))
@settings(max_examples=30)
def test_a_picture_is_shrunk_to_its_long_side_and_never_enlarged(height, width):
    small, factor = shrunk(np.zeros((height, width, 3), dtype=np.uint8), 320)
    assert max(small.shape[:2]) == min(320, max(height, width))
    assert factor == pytest.approx(max(1, max(height, width) / 320))


def test_the_portrait_has_one_face_and_it_is_found_again_near_its_place(detector):
    frame = portrait()
    best = max(detector.find(frame, 640), key=lambda f: (f.score, f.side))
    again = detector.search(frame, best.box)
    assert max(overlap(best.box, face.box) for face in again) > 0.5


def test_yunet_gives_the_same_box_at_any_size_of_search():
    detector, frame = YuNet(shared(YUNET)), portrait()
    one, other = (detector.find(frame, side)[0] for side in (640, 320))
    assert overlap(one.box, other.box) > 0.7
    assert np.abs(one.points - other.points).max() < 0.15 * one.side


ODD = {
    "one pixel": np.zeros((1, 1, 3), dtype=np.uint8),
    "a line": np.full((1, 700, 3), 128, dtype=np.uint8),
    "a column": np.full((700, 1, 3), 128, dtype=np.uint8),
    "black": np.zeros((480, 640, 3), dtype=np.uint8),
    "white": np.full((480, 640, 3), 255, dtype=np.uint8),
    "large": np.zeros((3000, 4000, 3), dtype=np.uint8),
    "not contiguous": np.zeros((3, 300, 200), dtype=np.uint8).transpose(1, 2, 0),
}


@pytest.mark.parametrize("frame", ODD.values(), ids=ODD.keys())
def test_odd_pictures_without_a_face_give_none(detector, frame):
    assert detector.find(frame, 640) == []
    assert detector.search(frame, (0.0, 0.0, 30.0, 30.0)) == []


def test_auto_takes_yunet_when_it_is_here_and_the_cascade_when_not():
    assert open_detector("auto", None).name == "haar"
    assert open_detector("auto", shared(YUNET)).name == "yunet"
    assert open_detector("haar", shared(YUNET)).name == "haar"


def test_a_detector_that_is_not_here_says_how_to_get_it():
    with pytest.raises(MissingWeights, match="mien models pull yunet"):
        open_detector("yunet", None)


def test_a_missing_or_damaged_file_is_named(tmp_path):
    with pytest.raises(MissingWeights, match=r"nothing\.onnx"):
        YuNet(tmp_path / "nothing.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"not a net")
    with pytest.raises(BadWeights, match=r"bad\.onnx"):
        YuNet(tmp_path / "bad.onnx")


def test_an_unknown_detector_is_refused():
    with pytest.raises(ConfigError, match="retina"):
        open_detector("retina", None)
