from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mien.core.config import Config
from mien.decoders.face import FACE
from mien.decoders.face.align import crop_face
from mien.decoders.face.decoder import NAME, WEIGHTS, FaceDecoder, load, load_parts
from mien.decoders.session import metadata, open_session
from mien.emotions.emotion import Emotion
from mien.media import Image as Picture
from mien.timeline.reading import Adapted, Reason, Verdict
from tests.data import EXAMPLES, shared

YUNET = "face/detectors/face_detection_yunet_2023mar.onnx"


@pytest.fixture(scope="module")
def decoder():
    return load(Config(detector="haar"))


@pytest.fixture(scope="module")
def portrait():
    with Image.open(EXAMPLES / "portrait.jpg") as file:
        picture = file.convert("RGB")
    picture.thumbnail((320, 320))
    return np.asarray(picture)


@pytest.fixture(scope="module")
def crop(decoder, portrait):
    [face] = decoder._parts.finder.tracker().still(portrait)
    return crop_face(portrait, face.seen.found)


def still(frame):
    return Picture(frame, 0.0, 0.0, still=True)


def film(portrait, n=8):
    """The portrait, moving slowly to the right on grey."""
    height, width = portrait.shape[:2]
    pictures = []
    for k in range(n):
        frame = np.full((height + 20, width + 120, 3), 90, dtype=np.uint8)
        frame[10 : 10 + height, 10 + 6 * k : 10 + 6 * k + width] = portrait
        pictures.append(Picture(frame, k / 5, (k + 1) / 5))
    return pictures


def read(decoder, pictures, reference=None):
    decoding = decoder.open(reference)
    return decoding.push(pictures) + decoding.close()


def test_the_offer_names_the_decoder_and_loads_it():
    assert FACE.name == NAME == FACE.card().decoder
    assert FACE.load(Config()).name == NAME


def test_a_portrait_gives_one_reading_with_all_its_parts(decoder, portrait):
    [reading] = read(decoder, [still(portrait)])
    assert reading.person == "Face 1"
    assert reading.verdict is Verdict.TOLD
    assert set(reading.scores.covered) == set(reading.scores_sd.covered) == set(decoder.card.covers)
    assert reading.scores[Emotion.PRIDE] is None
    assert sum(v for v in reading.scores.values() if v is not None) == pytest.approx(1, abs=1e-4)
    assert 0 < reading.box.x < reading.box.x + reading.box.width < 1
    assert 0 < reading.box.y < reading.box.y + reading.box.height < 1


def test_the_smiling_portrait_is_happy_and_pleasant(decoder, portrait):
    [reading] = read(decoder, [still(portrait)])
    assert reading.scores.top.emotion is Emotion.ELATION
    assert reading.valence > 0.3


def test_grey_and_color_give_nearly_the_same(decoder, portrait):
    grey = np.asarray(Image.fromarray(portrait).convert("L").convert("RGB"))
    [one], [other] = read(decoder, [still(portrait)]), read(decoder, [still(grey)])
    difference = one.scores.to_array() - other.scores.to_array()
    assert np.nanmax(np.abs(difference)) < 0.1


def test_a_film_keeps_one_person_and_one_reading_a_picture(decoder, portrait):
    readings = read(decoder, film(portrait))
    assert [r.start for r in readings] == [k / 5 for k in range(8)]
    assert [r.end for r in readings] == [(k + 1) / 5 for k in range(8)]
    assert {r.person for r in readings} == {"Face 1"}


@settings(max_examples=5)
@given(cuts=st.lists(st.integers(0, 8), max_size=4).map(sorted))
def test_where_pictures_are_cut_into_pushes_does_not_matter(decoder, portrait, cuts):
    pictures = film(portrait)
    decoding = decoder.open()
    edges = [0, *cuts, len(pictures)]
    parts = [pictures[a:b] for a, b in pairwise(edges)]
    readings = [r for part in parts for r in decoding.push(part)] + decoding.close()
    assert readings == read(decoder, pictures)


def test_two_passes_of_one_decoder_do_not_know_each_other(decoder, portrait):
    pictures = film(portrait, 4)
    one, other = decoder.open(), decoder.open()
    mixed = [(one.push([p]), other.push([p])) for p in pictures]
    assert [a for a, _ in mixed] == [b for _, b in mixed]


def test_a_small_face_is_told_less_surely_or_not_at_all(decoder, portrait):
    [large] = read(decoder, [still(portrait)])
    side = large.extra["side_px"]
    for px in (36, 24, 17):
        factor = px / side
        size = (round(portrait.shape[1] * factor), round(portrait.shape[0] * factor))
        small = np.asarray(Image.fromarray(portrait).resize(size, Image.Resampling.BOX))
        for reading in read(decoder, [still(small)]):
            assert reading.quality < large.quality
            if not reading.is_told:
                assert reading.reason in (Reason.LOW_QUALITY, Reason.LOW_CONFIDENCE)


def test_a_hidden_mouth_lowers_the_quality(decoder, portrait):
    [face] = decoder._parts.finder.tracker().still(portrait)
    hidden = portrait.copy()
    x, y, width, height = (round(v) for v in face.seen.found.box)
    hidden[y + round(0.62 * height) : y + height, x : x + width] = 215
    crops = [crop_face(frame, face.seen.found) for frame in (portrait, hidden)]
    whole, masked = (decoder._parts.finder.verifier.judge(c).covered for c in crops)
    assert masked > 0.5 > whole


ODD = {
    "one pixel": np.zeros((1, 1, 3), dtype=np.uint8),
    "black": np.zeros((480, 640, 3), dtype=np.uint8),
    "noise": np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8),
    "a line": np.full((2, 900, 3), 128, dtype=np.uint8),
}


@pytest.mark.parametrize("frame", ODD.values(), ids=ODD.keys())
def test_a_picture_without_a_face_gives_no_reading(decoder, frame):
    assert read(decoder, [still(frame), Picture(frame, 0.0, 0.2), Picture(frame, 0.2, 0.4)]) == []


def test_a_reference_of_the_same_look_is_used_and_said(decoder, portrait):
    reference = decoder.refer([still(portrait)])
    assert reference.shape == (8,)
    [reading] = read(decoder, [still(portrait)], reference)
    [plain] = read(decoder, [still(portrait)])
    assert reading.adapted is Adapted.BASELINE
    assert plain.adapted is Adapted.NONE
    # Someone who looks happy at rest is read as less happy when they look the same.
    assert reading.scores[Emotion.ELATION] < plain.scores[Emotion.ELATION]


def test_too_little_of_a_person_gives_no_reference(decoder, portrait):
    assert decoder.refer([]) is None
    assert decoder.refer([still(np.zeros((50, 50, 3), dtype=np.uint8))]) is None
    assert decoder.refer(film(portrait, 2)) is None
    assert decoder.refer(film(portrait, 4)) is not None


def test_the_balanced_setting_moves_shares_to_rare_emotions(decoder, portrait):
    balanced = FaceDecoder(decoder._parts, decoder.card, balanced=True)
    [plain], [moved] = (read(d, [still(portrait)]) for d in (decoder, balanced))
    assert moved.scores[Emotion.DISGUST] > plain.scores[Emotion.DISGUST]


def test_the_model_file_takes_any_batch_and_rows_do_not_meet(crop):
    session = open_session(WEIGHTS / f"{NAME}.onnx")
    rng = np.random.default_rng(0)
    crops = np.stack([crop, *rng.integers(0, 256, (4, 48, 48))])[:, None].astype(np.float32)
    together = session.run(None, {"crops": crops})[0]
    alone = np.concatenate([session.run(None, {"crops": c[None]})[0] for c in crops])
    assert together.shape == (5, 8)
    assert together == pytest.approx(alone, abs=1e-5)
    assert session.get_inputs()[0].shape[1:] == [1, 48, 48]


def test_a_mirror_image_reads_the_same(crop):
    session = open_session(WEIGHTS / f"{NAME}.onnx")
    crops = np.stack([crop, crop[:, ::-1]])[:, None].astype(np.float32)
    one, other = session.run(None, {"crops": crops})[0]
    assert one == pytest.approx(other, abs=1e-3)


def test_the_model_file_explains_itself():
    found = metadata(open_session(WEIGHTS / f"{NAME}.onnx"))
    assert found["decoder"] == NAME
    assert {"readout", "input", "output"} <= found.keys()


def test_the_shipped_files_are_small():
    assert sum(path.stat().st_size for path in WEIGHTS.glob("*.onnx")) <= 5e6


def test_with_yunet_a_group_photograph_gives_a_reading_for_each_face():
    folder = shared("face/photos")
    parts = load_parts(Config(detector="yunet"), WEIGHTS, shared(YUNET))
    decoder = FaceDecoder(parts, FACE.card())
    with Image.open(folder / "human_solvay1927.webp") as picture:
        readings = read(decoder, [still(np.asarray(picture.convert("RGB")))])
    assert len(readings) >= 25  # 29 people
    assert len({r.person for r in readings}) == len(readings)
