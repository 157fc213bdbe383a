"""EmoNet's face decoder over real pictures, with made towers and heads."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mien.assets import AssetFile
from mien.core.config import Config
from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.calibrate import MonotoneMap
from mien.decoders.calibration_file import Calibration
from mien.decoders.emonet.embeddings import Embeddings
from mien.decoders.emonet.face import (
    REACH,
    EmoNetFaceDecoder,
    Parts,
    card,
    load,
)
from mien.decoders.emonet.face_readout import readout
from mien.decoders.emonet.heads.face import FaceHeads, convert_head
from mien.decoders.emonet.install import Installed
from mien.decoders.emonet.siglip import Tower, convert_tower
from mien.decoders.emonet.suites import suites
from mien.decoders.face.detect import Haar
from mien.decoders.face.finding import Finder
from mien.decoders.face.verify import Verifier
from mien.emotions import EMONET_40, Emotion
from mien.media import Image as Picture
from mien.timeline import Adapted, Reason
from tests.data import EXAMPLES, shared
from tests.decoders.face.test_decoder import film
from tests.fakes.emonet import write_face_set
from tests.fakes.siglip import SMALL, write_siglip

SUITE = suites()["emonet-face-small"]
NEUTRAL = {
    emotion.value: float(mean) for emotion, mean in zip(EMONET_40, readout().neutral, strict=True)
}


class Looking:
    """A tower that tells the mean color of a crop; it keeps what it was shown."""

    width = 3

    def __init__(self):
        self.shown = []

    def embed(self, crops):
        self.shown.append([crop.copy() for crop in crops])
        return np.array([crop.mean(axis=(0, 1)) for crop in crops], dtype=np.float32)


class Constant:
    """Heads that say the same of every face: neutral but for what is named."""

    width = 3

    def __init__(self, heads=SUITE.heads, **said):
        self.heads = tuple(heads)
        self._said = {**NEUTRAL, "arousal": 2.7, "vulnerability": 1.8, **said}

    def score(self, embeddings):
        row = [self._said.get(head.key, 0.0) for head in self.heads]
        return np.tile(np.array(row, dtype=np.float32), (len(embeddings), 1))


@pytest.fixture(scope="module")
def finder():
    from mien.decoders.face.decoder import NAME, WEIGHTS

    constants = readout()
    verifier = Verifier(WEIGHTS / f"{NAME}.verifier.onnx")
    return Finder(Haar(), verifier, constants.box, constants.sharpness)


@pytest.fixture
def parts(finder):
    return Parts(
        suite=SUITE,
        finder=finder,
        tower=Looking(),
        heads=Constant(amusement=6.0, valence=2.0),
        readout=readout(),
        embeddings=Embeddings(),
    )


@pytest.fixture(scope="module")
def portrait():
    with Image.open(EXAMPLES / "portrait.jpg") as file:
        picture = file.convert("RGB")
    picture.thumbnail((320, 320))
    return np.asarray(picture)


def still(frame):
    return Picture(frame, 0.0, 0.0, still=True)


def read(parts, pictures):
    decoding = EmoNetFaceDecoder(parts, card(SUITE)).open()
    return decoding.push(pictures) + decoding.close()


def test_a_portrait_says_what_the_heads_say(parts, portrait):
    [reading] = read(parts, [still(portrait)])
    assert reading.is_told
    assert reading.scores.top.emotion is Emotion.AMUSEMENT
    assert reading.scores[Emotion.AMUSEMENT] == pytest.approx((6 - NEUTRAL["amusement"]) / 7)
    assert reading.scores[Emotion.NEUTRAL] is None
    assert reading.scores.covered == EMONET_40
    assert reading.valence == pytest.approx((2 + 0.152978) / 3, abs=1e-5)
    assert reading.valence_sd is None
    assert reading.confidence > readout().least_confidence
    assert reading.extra["raw_amusement"] == 6
    assert reading.extra["vulnerability"] == pytest.approx(1.8)
    assert reading.extra["side_px"] > 30
    assert reading.person == "Face 1"
    assert 0 < reading.box.x < 1
    assert reading.adapted is Adapted.NONE
    assert (reading.decoder, reading.id) == ("emonet-face-small-v1", "")


def test_a_face_that_looks_neutral_is_not_told(parts, portrait):
    [reading] = read(replace(parts, heads=Constant()), [still(portrait)])
    assert reading.reason is Reason.LOW_CONFIDENCE
    assert reading.scores.top.share == pytest.approx(0, abs=1e-6)


def test_the_tower_sees_a_square_of_the_whole_head_in_rgb(parts, portrait):
    [reading] = read(parts, [still(portrait)])
    [[crop]] = parts.tower.shown
    assert crop.shape[0] == crop.shape[1]
    assert crop.shape[0] == pytest.approx(REACH * reading.extra["side_px"], abs=1)
    red = portrait.copy()
    red[..., 1:] //= 4
    read(replace(parts, embeddings=Embeddings()), [still(red)])
    color = parts.tower.shown[-1][0].mean(axis=(0, 1))
    assert color[0] > 2 * color[2]


def test_all_faces_of_a_push_go_through_the_tower_together(parts, portrait):
    readings = read(parts, film(portrait))
    assert len(readings) == 8
    assert {reading.person for reading in readings} == {"Face 1"}
    [shown] = parts.tower.shown
    assert 1 <= len(shown) <= 8


def test_a_second_set_over_the_same_tower_computes_nothing_again(parts, portrait):
    large = replace(parts, suite=suites()["emonet-face-large"], heads=Constant(fear=5.0))
    [one] = read(parts, [still(portrait)])
    [other] = read(large, [still(portrait)])
    assert len(parts.tower.shown) == 1
    assert (one.decoder, other.decoder) == ("emonet-face-small-v1", "emonet-face-large-v1")
    assert other.scores.top.emotion is Emotion.FEAR


def test_a_face_too_poor_to_tell_is_not_shown_to_the_tower(parts, portrait):
    poor = replace(parts, readout=replace(readout(), least_quality=1.1))
    [reading] = read(poor, [still(portrait)])
    assert reading.reason is Reason.LOW_QUALITY
    assert reading.scores.covered == ()
    assert parts.tower.shown == []


def test_scores_that_cannot_be_are_said_once_a_pass_and_not_told(parts, portrait, caplog):
    strange = replace(parts, heads=Constant(anger=42.0))
    with caplog.at_level(logging.WARNING, logger="mien.decoders.emonet"):
        readings = read(strange, film(portrait))
    assert {reading.reason for reading in readings} == {Reason.OUT_OF_DOMAIN}
    assert {reading.confidence for reading in readings} == {0.0}
    [record] = caplog.records
    assert "42.0" in record.getMessage()
    assert "colors swapped" in record.getMessage()
    caplog.clear()
    read(strange, film(portrait, 1))
    assert len(caplog.records) == 1


def test_only_some_heads_leave_the_others_unjudged(parts, portrait):
    chosen = SUITE.choose((Emotion.ANGER, Emotion.FEAR))
    heads = [head for head in chosen if head.key != "dominance"]
    some = replace(parts, heads=Constant(heads, anger=5.0))
    decoder = EmoNetFaceDecoder(some, card(SUITE))
    assert decoder.card.covers == (Emotion.FEAR, Emotion.ANGER)
    assert decoder.card.dimensions == ("valence", "arousal")
    [reading] = decoder.open().push([still(portrait)])
    assert reading.scores.covered == (Emotion.FEAR, Emotion.ANGER)
    assert reading.scores.top.emotion is Emotion.ANGER
    assert reading.dominance is None
    assert reading.arousal is not None


def test_a_users_calibration_is_applied_and_said(parts, portrait):
    fitted = Calibration(
        decoder=SUITE.decoder,
        made="2026-11-23",
        n=60,
        raters=3,
        maps={Emotion.AMUSEMENT: MonotoneMap((0.0, 1.0), (0.1, 0.3))},
    )
    calibrated = replace(parts, calibration=fitted)
    [plain], [mapped] = (read(p, [still(portrait)]) for p in (parts, calibrated))
    before = plain.scores[Emotion.AMUSEMENT]
    assert mapped.scores[Emotion.AMUSEMENT] == pytest.approx(0.1 + 0.2 * before, abs=1e-6)
    assert EmoNetFaceDecoder(calibrated, card(SUITE)).card.calibration == fitted.summary


def test_a_picture_without_a_face_gives_no_reading(parts):
    assert read(parts, [still(np.zeros((80, 60, 3), np.uint8))]) == []
    assert parts.tower.shown == []


def test_a_look_at_a_bare_head_needs_no_finding(parts):
    scores = EmoNetFaceDecoder(parts, card(SUITE)).look(np.zeros((90, 90, 3), np.uint8))
    assert scores.top.emotion is Emotion.AMUSEMENT
    assert parts.tower.shown[0][0].shape == (90, 90, 3)


def test_it_does_not_adapt(parts, portrait):
    assert EmoNetFaceDecoder(parts, card(SUITE)).refer([still(portrait)]) is None


# --- from published files to readings --------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A tiny tower and 44 heads, converted from files as published; their config."""
    folder = tmp_path_factory.mktemp("face")
    tower, heads = folder / "tower", folder / "heads"
    published = folder / "published"
    for place in (tower, heads, published):
        place.mkdir()
    write_siglip(published)
    for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
        convert_tower(AssetFile(name=name, bytes=1), published / name, tower)
    for path in write_face_set(published, width=SMALL.width, hidden=(16, 8)):
        convert_head(AssetFile(name=path.name, bytes=1), path, heads)
    return tower, Installed(heads, SUITE.heads)


@pytest.fixture
def whole(made, monkeypatch):
    """The decoder as `load` makes it, over made files."""
    tower, here = made
    place = "mien.decoders.emonet.face"
    monkeypatch.setattr(f"{place}.installed", lambda suite, config: here)
    monkeypatch.setattr(f"{place}.encoder_folder", lambda name, config: tower)
    monkeypatch.setattr(f"{place}._tower", lambda name, config: Tower.open(tower, config))
    return lambda config: load(SUITE, config)


def test_published_files_become_readings(whole, portrait, tmp_path):
    decoder = whole(Config(home=tmp_path, detector="haar"))
    assert decoder.card == card(SUITE)
    readings = [decoder.open().push([still(portrait)]) for _ in range(2)]
    assert readings[0] == readings[1]
    [reading] = readings[0]
    assert reading.scores.covered == EMONET_40
    assert len([key for key in reading.extra if key.startswith("raw_")]) == 43


def test_pushes_may_be_cut_anywhere_and_threads_share_a_decoder(whole, portrait, tmp_path):
    decoder = whole(Config(home=tmp_path, detector="haar"))
    pictures = film(portrait)
    together = decoder.open().push(pictures)
    decoding = decoder.open()
    apart = [reading for picture in pictures for reading in decoding.push([picture])]
    assert [r.person for r in apart] == [r.person for r in together]
    for one, other in zip(apart, together, strict=True):
        np.testing.assert_allclose(one.scores.to_array(), other.scores.to_array(), atol=1e-5)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: decoder.open().push(pictures), range(2)))
    assert both == [together] * 2


def test_heads_that_do_not_fit_the_tower_are_refused(made, whole, monkeypatch, tmp_path):
    folder = tmp_path / "heads"
    folder.mkdir()
    paths = write_face_set(tmp_path / "published", width=40, hidden=(6,))
    for path in paths:
        convert_head(AssetFile(name=path.name, bytes=1), path, folder)
    wrong = Installed(folder, SUITE.heads)
    monkeypatch.setattr("mien.decoders.emonet.face.installed", lambda suite, config: wrong)
    with pytest.raises(BadWeights, match=r"read 40 numbers.*gives 64"):
        whole(Config(home=tmp_path))


def test_commercial_use_takes_yunet_and_leaves_the_verifier(whole, portrait, tmp_path, monkeypatch):
    with pytest.raises(MissingWeights, match="yunet"):
        whole(Config(home=tmp_path, commercial=True))
    yunet = shared("face/detectors/face_detection_yunet_2023mar.onnx")
    monkeypatch.setattr("mien.decoders.emonet.face.pulled_yunet", lambda config: yunet)
    decoder = whole(Config(home=tmp_path, commercial=True))
    assert decoder._parts.finder.verifier is None
    [reading] = decoder.open().push([still(portrait)])
    assert reading.extra["is_face"] == 1


def test_what_is_not_pulled_says_how(tmp_path):
    with pytest.raises(MissingWeights, match="mien models pull emonet-face-small"):
        load(SUITE, Config(home=tmp_path))


def test_heads_open_as_they_are_stacked_for_reading(made):
    heads = FaceHeads.open(made[1], Config())
    assert heads.width == SMALL.width
    assert [head.key for head in heads.heads][:2] == ["amusement", "elation"]
