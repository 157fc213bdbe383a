"""What the crosshair reads: shares with intervals along each lane, and the readings behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mien.charts.numbers import Z95
from mien.emotions.emotion import Emotion
from mien.report import palette
from mien.report.fused import is_fused
from mien.report.lanes import tracks_drawn
from mien.report.track import Track
from mien.report.view import View, shortened, who
from mien.timeline.reading import Reading

MOST_TEXT = 280
TOPS = 3
DETAILS = 8
LEAST = 0.02
EMPTY, UNSURE, TOLD = "-?+"


def payload(view: View) -> dict[str, Any]:
    """Plain values for the page's script; shares and intervals are in hundredths.

    `cells` has one character a cell (`-` nothing to go by, `?` cannot tell, `+` told), and
    `tops` holds for each told cell the strongest emotions as [emotion, share, half-width of
    the interval or -1], flat.
    """
    readings: list[dict[str, Any]] = []
    lanes = [_lane(track, readings) for track in tracks_drawn(view)]
    return {
        "start": view.axis.start,
        "end": view.axis.end,
        "byTurn": view.axis.by_turn,
        "emotions": [{"slug": e.value, "name": palette.name(e)} for e in Emotion],
        "lanes": lanes,
        "readings": readings,
    }


def _lane(track: Track, readings: list[dict[str, Any]]) -> dict[str, Any]:
    """One lane; the readings behind it are appended to `readings`."""
    used = list(dict.fromkeys(int(i) for i in track.behind if i >= 0))
    places = {index: len(readings) + k for k, index in enumerate(used)}
    source = track.label if is_fused(track) else track.channel.value
    readings += [_reading(track.readings[index], source) for index in used]
    states = np.where(track.told, TOLD, np.where(track.seen, UNSURE, EMPTY))
    name = who(track.person, track.channel)
    return {
        "who": f"{name}, {track.label}",
        "cells": "".join(states),
        "tops": [_tops(track, int(cell)) for cell in np.flatnonzero(track.told)],
        "behind": [places.get(int(i), -1) for i in track.behind[track.told]],
    }


def _tops(track: Track, cell: int) -> list[int]:
    shares = np.nan_to_num(track.shares[cell], nan=-1.0)
    strongest = [int(i) for i in np.argsort(-shares, kind="stable")[:TOPS] if shares[i] >= LEAST]
    flat = [(i, _hundredths(shares[i]), _half(track.sds[cell, i])) for i in strongest]
    return [value for triple in flat for value in triple]


def _reading(reading: Reading, source: str) -> dict[str, Any]:
    tops = [top for top in reading.scores.strongest(DETAILS) if top.share >= LEAST]
    told: dict[str, Any] = {
        "who": who(reading.person, reading.channel),
        "from": source,
        "by": reading.decoder,
        "sure": _hundredths(reading.confidence),
        "quality": _hundredths(reading.quality),
        "shares": [
            [t.emotion.position, _hundredths(t.share), _half(reading.scores_sd[t.emotion])]
            for t in tops
        ],
    }
    if reading.start is not None and reading.end is not None:
        told["span"] = [round(reading.start, 2), round(reading.end, 2)]
    if reading.turn is not None:
        told["turn"] = reading.turn
    if reading.text:
        told["text"] = shortened(reading.text, MOST_TEXT)
    if reading.caption:
        told["caption"] = shortened(reading.caption, MOST_TEXT)
    for name, value, sd in _affect(reading):
        told[name] = [_hundredths(value), _half(sd)]
    return told


def _affect(reading: Reading) -> Sequence[tuple[str, float, float | None]]:
    named = (
        ("valence", reading.valence, reading.valence_sd),
        ("arousal", reading.arousal, reading.arousal_sd),
    )
    return [(name, value, sd) for name, value, sd in named if value is not None]


def _hundredths(value: float) -> int:
    return round(100 * float(value))


def _half(sd: float | None) -> int:
    """Half the width of a 95 % interval in hundredths, or -1 if none is known."""
    return -1 if sd is None or np.isnan(sd) else _hundredths(Z95 * float(sd))
