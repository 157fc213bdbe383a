"""What a reader who stops early should have read: what it is, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from mien.charts.numbers import clock, count, listed
from mien.emotions.emotion import Emotion
from mien.report import palette
from mien.report.track import Track, peak_cell
from mien.report.view import View, who
from mien.timeline.origin import Kind, Origin, Skipped
from mien.timeline.reading import Channel, Reading, Reason
from mien.timeline.summary import Peak

LIKELY = 0.5
"""Confidence from which an emotion is called likely, if its interval leaves zero out; else
possible."""

WORTH_TELLING = 0.25
"""Share from which a peak is worth a place in the sentence."""

CALM = 0.4
"""Part of all ribbons that Neutral takes where things are called mostly neutral."""

MOST = 3

KINDS = {
    Kind.SOUND: "a recording",
    Kind.VIDEO: "a video",
    Kind.PHOTO: "a photo",
    Kind.TRANSCRIPT: "a transcript",
    Kind.CHAT: "a chat",
    Kind.STREAM: "a stream",
}

REASONS = {
    Reason.NO_DATA: "nothing to go by",
    Reason.TOO_SHORT: "too short",
    Reason.LOW_QUALITY: "too unclear",
    Reason.LOW_CONFIDENCE: "too unsure",
    Reason.UNCOVERED_LANGUAGE: "a language it does not know",
    Reason.OUT_OF_DOMAIN: "not what it was made for",
}


class Piece(NamedTuple):
    """A part of a sentence, and whether it is set in bold."""

    text: str
    strong: bool = False


def what_it_is(view: View, on: date | None) -> str:
    """Length, people, channels and date in one line."""
    origin = view.origin
    parts = [KINDS[origin.kind]]
    if origin.seconds is not None and not view.is_photo:
        parts.append(length(origin))
    if view.is_chat:
        parts.append(count(round(view.axis.length), "turn"))
    parts += _people(view)
    if view.channels:
        parts.append(listed([channel.value for channel in view.channels]))
    if origin.private:
        parts.append("private: no words, pictures, sound or names")
    if on is not None:
        parts.append(f"read {on.day} {on:%B %Y}")
    return " · ".join(parts)


def length(origin: Origin) -> str:
    """How long a recording is, or which part of it was read: `0:10 to 0:20 of 1:00:00`."""
    whole = origin.seconds or 0.0
    if origin.start is None and origin.end is None:
        return clock(whole)
    end = whole if origin.end is None else min(origin.end, whole)
    return f"{clock(origin.start or 0.0)} to {clock(end)} of {clock(whole)}"


def skip_in_words(skip: Skipped) -> str:
    """What was not read, how often and where: `2 × corrupt packet (2:01)`."""
    return f"{skip.count:,} × {skip.reason}{f' ({skip.where})' if skip.where else ''}"


def skips_in_words(view: View) -> list[str]:
    """The same of all that a view skipped; other sources than its own by their names."""
    return [
        f"{'' if skip.source == view.origin.source else f'{skip.source}: '}{skip_in_words(skip)}"
        for skip in view.skipped
    ]


def what_it_says(view: View) -> list[Piece]:
    """The two or three things a person would retell, as one sentence."""
    if not view.readings:
        return [Piece(_nothing(view))]
    if view.tells_little:
        return [Piece(_little(view))]
    peaks, calm = telling_peaks(view), "Mostly neutral" if is_calm(view) else ""
    if not peaks:
        return [Piece(f"{calm}." if calm else "No emotion stands out.")]
    places = [_where(peak) for peak in peaks]
    shared = len(peaks) > 1 and len(set(places)) == 1
    pieces = [Piece(f"{calm}; ")] if calm else []
    for i, (peak, place) in enumerate(zip(peaks, places, strict=True)):
        if i:
            pieces.append(Piece(" and " if i == len(peaks) - 1 else ", "))
        at = "" if shared else f" {place}"
        when = "" if view.is_photo else f" {_when(view, peak.reading)}"
        pieces += [_named(peak, opens=i == 0 and not calm), Piece(at + when)]
    return [*pieces, Piece(f", all {places[0]}." if shared else ".")]


def what_would_help(view: View) -> str:
    """What to change so that a recording tells more, or nothing if it tells enough."""
    if not view.tells_little or not view.cards:
        return ""
    helps = []
    if Channel.WORDS not in view.channels and not view.is_photo:
        helps.append("a transcript beside the file (.srt or .vtt)")
    if view.origin.kind in (Kind.SOUND, Kind.VIDEO, Kind.STREAM):
        helps.append("a closer microphone")
    if Channel.FACE in view.channels or view.is_photo:
        helps.append("larger, sharper and better lit faces")
    if any(r.reason is Reason.UNCOVERED_LANGUAGE for r in view.readings):
        helps.append("words in English, which is all that Mien's decoders know")
    return f"What would help: {listed(helps)}." if helps else ""


def cannot_tell(readings: Sequence[Reading]) -> str:
    """How many readings commit themselves to nothing, and why."""
    silent = [r for r in readings if not r.is_told]
    if not silent:
        return ""
    reasons: dict[str, int] = {}
    for reading in silent:
        reason = REASONS[reading.reason] if reading.reason else "no reason given"
        reasons[reason] = reasons.get(reason, 0) + 1
    told = ", ".join(f"{n} {reason}" for reason, n in sorted(reasons.items(), key=lambda x: -x[1]))
    return f"cannot tell in {len(silent):,} of {len(readings):,} readings: {told}"


def telling_peaks(view: View) -> list[Peak]:
    """The peaks that matter most, at most one an emotion, in the order of time.

    A peak matters by its share and confidence, and by how much of its emotion there is in all
    tracks together: what lasts or comes back is retold before what flashes once. Of a photo
    at most one a face as well.
    """
    found = [peak for track in view.tracks for peak in _peaks(track)]
    mass = sum(
        np.where(t.told[:, None], np.nan_to_num(t.shares), 0.0).sum(axis=0) for t in view.tracks
    )
    found.sort(key=lambda p: -p.share * p.reading.confidence * float(mass[p.emotion.position]))
    kept: list[Peak] = []
    for peak in found:
        alike = (
            peak.emotion is other.emotion
            or (view.is_photo and peak.reading.person == other.reading.person)
            for other in kept
        )
        if not any(alike):
            kept.append(peak)
    return sorted(kept[:MOST], key=lambda peak: view.axis.place(peak.reading) or (0.0, 0.0))


def _peaks(track: Track) -> list[Peak]:
    found = []
    for emotion in palette.ORDER:
        cell = peak_cell(track, emotion)
        if cell is None or track.behind[cell] < 0:
            continue
        share = float(track.shares[cell, emotion.position])
        if share >= WORTH_TELLING:
            found.append(Peak(emotion, share, track.readings[track.behind[cell]]))
    return found


def _named(peak: Peak, *, opens: bool) -> Piece:
    name = palette.name(peak.emotion)
    spread = peak.reading.scores_sd[peak.emotion] or 0.0
    is_likely = peak.reading.confidence >= LIKELY and peak.share > 1.96 * spread
    sure = "likely" if is_likely else "possible"
    return Piece(f"{name if opens else name.lower()} {sure}", strong=True)


def _where(peak: Peak) -> str:
    person, channel = peak.reading.person, peak.reading.channel.value
    if person is None:
        return f"in the {channel}"
    return f"in {person if person.lower().startswith(channel) else f'{person}’s {channel}'}"


def _when(view: View, reading: Reading) -> str:
    start, _ = view.axis.place(reading) or (0.0, 0.0)
    if view.axis.by_turn:
        return f"in {view.axis.says(start)}"
    return f"around {view.axis.says(reading.middle or 0.0)}"


def is_calm(view: View) -> bool:
    """Whether Neutral takes more of all ribbons together than any emotion, and much of them."""
    parts = [track.parts[track.told] for track in view.tracks if track.told.any()]
    if not parts:
        return False
    mean = np.concatenate(parts).mean(axis=0)
    neutral = Emotion.NEUTRAL.position
    return int(mean.argmax()) == neutral and float(mean[neutral]) >= CALM


def _people(view: View) -> list[str]:
    named = [person for person in view.people if person is not None]
    if named:
        return [count(len(named), "person", "people")]
    return [who(None, channel) for channel in view.channels[:1]]


def _nothing(view: View) -> str:
    if not view.cards:
        return "Nothing was read: no decoder was asked, or allowed, to look at it."
    what = "face" if view.is_photo else "speech, face or words"
    return f"Nothing to read: no {what} was found."


def _little(view: View) -> str:
    told = len(view.told)
    if not told:
        return f"Cannot tell: none of {len(view.readings):,} readings is sure enough to say."
    return (
        f"Cannot tell for the most part: only {count(told, 'reading')} of "
        f"{len(view.readings):,} {'is' if told == 1 else 'are'} sure enough to say anything."
    )
