"""The second look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import BadWeights, MissingWeights
from mien.guard.local.encoder import (
    ALL,
    MOST_STRETCHES,
    PATH,
    chosen,
    load_encoder,
    shipped_encoder,
)
from mien.guard.local.lexicon import LANGUAGES
from mien.guard.local.passages import READS, SPECIAL, Stretch
from mien.guard.observation import Quote
from mien.guard.signals import Side, Signal


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=300), st.sampled_from(LANGUAGES), st.sampled_from(Side))
def test_any_text_has_logits_and_quotes_within_it(text: str, language: str, side: Side) -> None:
    look = shipped_encoder()(text, language, side, [(Side.USER, text)])
    assert np.isfinite(look.each).all()
    assert look.each.shape == (len(look.quotes) + 1, len(ALL) + 1)
    assert len(look.quotes) <= MOST_STRETCHES
    assert all(0 <= q.from_char < q.to_char <= len(text) for q in look.quotes)


def test_who_is_meant_counts() -> None:
    encoder = shipped_encoder()
    mine = encoder("I am going to kill myself tonight.", "en", Side.USER)
    hers = encoder("In the film she is going to kill herself.", "en", Side.USER)
    assert mine.logit(Signal.CRISIS) > hers.logit(Signal.CRISIS) + 1


def test_what_was_asked_before_counts() -> None:
    encoder = shipped_encoder()
    asked = [(Side.ASSISTANT, "Are you thinking about killing yourself?")]
    other = [(Side.ASSISTANT, "Would you like the recipe with mushrooms?")]
    yes = "Yes. I have been for weeks."
    assert encoder(yes, "en", Side.USER, asked).logit(Signal.CRISIS) > encoder(
        yes, "en", Side.USER, other
    ).logit(Signal.CRISIS)


def test_the_quote_is_the_part_that_shows_it() -> None:
    calm = "We had soup for lunch and then we talked about the garden for a while. " * 8
    text = f"{calm}I want to die and I have the pills here. {calm}"
    at = text.index("I want to die")
    look = shipped_encoder()(text, "en", Side.USER, worth=[Quote(at, at + 10)])
    assert "I want to die" in look.quote(Signal.CRISIS).of(text)


@given(st.integers(0, 12), st.lists(st.integers(0, 130), max_size=4))
def test_parts_that_are_worth_it_are_read_alone_and_stay_in_order(
    n: int, places: list[int]
) -> None:
    found = [Stretch([1], Quote(10 * i, 10 * i + 9)) for i in range(n)]
    read = chosen(found, [Quote(place, place + 1) for place in places])
    assert read == sorted(read, key=lambda part: part.quote)
    within = {id(p) for place in places for p in found if p.quote[0] <= place < p.quote[1]}
    assert len(read) == min(len(within) or n, MOST_STRETCHES)
    if len(within) <= MOST_STRETCHES:
        assert within <= set(map(id, read))
    else:
        assert set(map(id, read)) <= within


def test_the_net_and_its_export_agree(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training.guard.encoder_export import save
    from training.guard.encoder_fit import predict
    from training.guard.encoder_net import EncoderNet

    torch.manual_seed(0)
    net = EncoderNet(60, len(ALL) + 1).eval()
    vocabulary = [*SPECIAL, *(f"word{i}" for i in range(60 - len(SPECIAL)))]
    save(net, vocabulary, {"seed": "0"}, tmp_path / "net.onnx")
    encoder = load_encoder(tmp_path / "net.onnx")
    passage = encoder.pieces.passage([9, 10, 11], [4, 12], Side.USER)
    theirs = predict(net, [passage])[0]
    assert np.corrcoef(encoder.logits(passage), theirs)[0, 1] > 0.98


def test_weights_that_are_missing_or_damaged_are_said(tmp_path: Path) -> None:
    with pytest.raises(MissingWeights):
        load_encoder(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(PATH.read_bytes()[:1000])
    with pytest.raises(BadWeights):
        load_encoder(tmp_path / "bad.onnx")


def test_an_encoder_that_reads_otherwise_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(PATH)
    told = {one.key: one.value for one in model.metadata_props}
    assert told["reads"] == READS
    onnx.helper.set_model_props(model, {**told, "reads": "80 own, 2 x 28 before"})
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(BadWeights, match="2 x 28"):
        load_encoder(tmp_path / "other.onnx")


def test_the_file_is_small() -> None:
    assert PATH.stat().st_size <= 18_000_000
