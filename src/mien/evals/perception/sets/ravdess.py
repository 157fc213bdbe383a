"""RAVDESS: 24 actors speak two sentences in eight ways; what was meant is the label."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np

from mien.core.errors import SourceNotFound
from mien.emotions.emotion import Emotion
from mien.emotions.maps import label_map
from mien.evals.perception.files import SOUNDS, Held, Tally, held, load_sound
from mien.evals.perception.items import About, Form, Item, Opened, SheetBuilder, Sound
from mien.timeline.reading import Channel

ABOUT = About(
    name="ravdess",
    title="RAVDESS, speech",
    channel=Channel.VOICE,
    form=Form.CHOICE,
    licence="CC-BY-NC-SA-4.0",
    restriction="not for commercial use",
    source="Livingstone and Russo 2018, PLoS ONE 13(5) e0196391",
    files="clips named as published (03-01-05-02-01-02-12.wav), also in zip archives",
    cluster="speakers",
    label_map="ravdess",
    known_as=("RAVDESS",),
)
CODES = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
"""In the order of the third number of a file's name, from 01."""
_NAME = re.compile(r"(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)")
_SOUND_ONLY, _SPEECH = "03", "01"


def open_set(folder: Path) -> Opened:
    """The clips of speech in a folder; songs and sound tracks of films are counted, not used.

    Raises:
        SourceNotFound: If no file is named as RAVDESS names its clips.
    """
    tally, builder, items = Tally("RAVDESS"), SheetBuilder(CODES), list[Item]()
    asked, seen = label_map(ABOUT.label_map).covers, set[str]()
    for one in held(folder, SOUNDS):
        name = _NAME.fullmatch(one.stem)
        if name is None:
            continue
        modality, channel, code, *_, actor = name.groups()
        if (modality, channel) != (_SOUND_ONLY, _SPEECH) or not 1 <= int(code) <= len(CODES):
            tally.add("a song, or the sound of a film")
            continue
        if one.stem in seen:
            # A copy that is passed around holds every clip in two folders.
            tally.add("a second copy")
            continue
        seen.add(one.stem)
        builder.add(len(items), None, CODES[int(code) - 1], 1.0)
        items.append(_item(one, actor, asked))
    if not items:
        raise SourceNotFound(folder, "it holds no clip named like 03-01-05-02-01-02-12.wav")
    sheet = builder.finish()
    notes = ("labels are what actors meant; no listener's vote is in the files",)
    return Opened(ABOUT, tuple(items), sheet, sheet.label.astype(np.int16), notes, tally.skipped())


def _item(one: Held, actor: str, asked: tuple[Emotion, ...]) -> Item:
    return Item(one.stem, Channel.VOICE, Sound(partial(load_sound, one)), f"actor {actor}", asked)
