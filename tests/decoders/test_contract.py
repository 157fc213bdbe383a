"""What every registered decoder must do, whatever it reads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mien.core.config import Config
from mien.core.errors import LicenceRefused
from mien.decoders.decoder import Decoder, Offer
from mien.decoders.registry import broken, load, offers
from mien.media import Image, open_source
from mien.timeline import Channel, Verdict
from tests.data import EXAMPLES
from tests.fakes.emonet_home import make_home, unpinned

NAMES = sorted(offers())
AFFECT = ("valence", "arousal", "dominance")


@pytest.fixture(params=NAMES)
def offer(request) -> Offer:
    return offers()[request.param]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Settings under which every decoder has weights, if only made ones."""
    with unpinned():
        yield make_home(tmp_path_factory.mktemp("emonet"))


@pytest.fixture
def decoder(offer, request) -> Decoder:
    is_pulled = offer.name.startswith("emonet-")
    return load(offer.name, request.getfixturevalue("home") if is_pulled else Config())


@pytest.fixture
def pieces(offer):
    return PIECES[offer.channel]()


def sounds():
    with open_source(EXAMPLES / "scene.ogg", end=14.0) as source:
        return list(source.sound())


def pictures():
    with open_source(EXAMPLES / "portrait.jpg") as source:
        frame = next(source.pictures()).frame
    return [Image(frame, at / 5, (at + 1) / 5) for at in range(8)]


def turns():
    with open_source(EXAMPLES / "chat.json") as source:
        return list(source.conversation.turns)


PIECES = {Channel.VOICE: sounds, Channel.FACE: pictures, Channel.WORDS: turns}


def read(decoder, parts, reference=None):
    decoding = decoder.open(reference)
    return [r for part in parts for r in decoding.push(part)] + decoding.close()


def test_there_are_decoders_for_every_channel_and_none_is_broken():
    assert {offer.channel for offer in offers().values()} == set(Channel)
    assert broken() == ()


def test_the_name_carries_a_version(offer):
    stem, _, version = offer.name.rpartition("-v")
    assert stem
    assert version.isdigit()


def test_the_card_is_of_this_decoder_and_whole(offer):
    card = offer.card()
    assert (card.decoder, card.channel) == (offer.name, offer.channel)
    assert card.covers
    assert card.figures
    assert card.limits
    assert card.data
    assert card.licence
    assert card.calibration
    assert offer.cost


def test_every_figure_has_an_n_and_a_sound_interval(offer):
    for figure in offer.card().figures:
        assert figure.n > 0, figure
        if figure.low is not None:
            assert figure.low <= figure.high, figure


def test_commercial_use_follows_the_licence(offer):
    card = offer.card()
    assert card.commercial == ("NC" not in card.licence)
    if not card.commercial:
        with pytest.raises(LicenceRefused):
            load(offer.name, Config(commercial=True))


def test_it_is_a_decoder(decoder, offer):
    assert isinstance(decoder, Decoder)
    assert decoder.name == offer.name


def test_it_reads_the_example(decoder, pieces):
    assert any(r.is_told for r in read(decoder, [pieces]))


def test_readings_are_left_for_the_reader_to_stamp(decoder, pieces):
    for reading in read(decoder, [pieces]):
        assert reading.id == reading.source == ""
        assert reading.decoder == decoder.name
        assert reading.channel is decoder.card.channel


def test_numbers_stay_in_their_ranges(decoder, pieces):
    for reading in read(decoder, [pieces]):
        shares = reading.scores.to_array()[~np.isnan(reading.scores.to_array())]
        assert ((shares >= 0) & (shares <= 1)).all()
        assert 0 <= reading.confidence <= 1
        assert 0 <= reading.quality <= 1
        for name in AFFECT:
            value, spread = getattr(reading, name), getattr(reading, f"{name}_sd")
            assert value is None or -1 <= value <= 1
            # Nobody has published how far EmoNet's dimensions are from people's.
            assert spread is None or value is not None
            assert decoder.name.startswith("emonet-") or (value is None) == (spread is None)


def test_only_what_is_covered_has_a_share(decoder, pieces):
    for reading in read(decoder, [pieces]):
        if reading.is_told:
            assert reading.scores.covered == decoder.card.covers
            # No share of EmoNet has a spread: none was ever compared with people's.
            spreads = () if decoder.name.startswith("emonet-") else decoder.card.covers
            assert reading.scores_sd.covered == spreads


def test_only_promised_dimensions_are_given(decoder, pieces):
    for reading in read(decoder, [pieces]):
        given = {name for name in AFFECT if getattr(reading, name) is not None}
        assert given <= set(decoder.card.dimensions)


def test_who_cannot_tell_says_why(decoder, pieces):
    for reading in read(decoder, [pieces]):
        assert (reading.verdict is Verdict.CANNOT_TELL) == (reading.reason is not None)


def test_how_pieces_are_pushed_does_not_matter(decoder, pieces):
    whole = read(decoder, [pieces])
    one_by_one = read(decoder, [[piece] for piece in pieces])
    assert len(whole) == len(one_by_one)
    for one, two in zip(whole, one_by_one, strict=True):
        assert (one.start, one.end, one.turn, one.person) == (
            two.start,
            two.end,
            two.turn,
            two.person,
        )
        np.testing.assert_allclose(one.scores.to_array(), two.scores.to_array(), atol=1e-5)
        assert one.confidence == pytest.approx(two.confidence, abs=1e-5)
        assert one.verdict is two.verdict


def test_two_passes_share_nothing(decoder, pieces):
    first = read(decoder, [pieces])
    assert read(decoder, [pieces]) == first


def test_two_threads_may_use_one_decoder(decoder, pieces):
    alone = read(decoder, [pieces])
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: read(decoder, [pieces]), range(4)))
    assert both == [alone] * 4


def test_a_reference_is_said_where_it_is_used(decoder, pieces):
    reference = decoder.refer(pieces)
    if reference is None:
        pytest.skip(f"{decoder.name} does not adapt")
    assert {r.adapted.value for r in read(decoder, [pieces], reference)} == {"baseline"}
    assert decoder.refer([]) is None


def test_an_empty_pass_gives_nothing(decoder):
    assert decoder.open().close() == []
