"""The sentence at the top, from moments: who felt what, when, because of which words."""

from __future__ import annotations

from mien.moments import Moment, ShiftKind
from mien.report import palette
from mien.report.phrases import feeling, hedge, name_of, opened, shows, when, whose
from mien.report.story import Piece, is_calm, what_it_says
from mien.report.tale import Tale
from mien.report.view import View

MOST_QUOTE = 64
"""Letters of a quote; its card shows all."""


def what_it_tells(view: View, tale: Tale | None) -> list[Piece]:
    """The two or three things a person would retell, as one sentence.

    From readings alone where there are no moments, or where too little could be told.
    """
    if tale is None or view.is_photo or (view.tells_little and not tale.beats):
        return what_it_says(view)
    calm = "Mostly neutral" if is_calm(view) else ""
    if not tale.beats:
        return [Piece(f"{calm or 'No feeling stands out'}.")]
    pieces = [Piece(f"{calm}; ")] if calm else []
    before: Moment | None = None
    for i, moment in enumerate(tale.beats):
        is_same = before is not None and before.person == moment.person
        if before is not None:
            pieces.append(Piece(_joint(is_same=is_same, is_last=i == len(tale.beats) - 1)))
        if not is_same:
            name = name_of(moment)
            pieces += [Piece(opened(name) if not pieces else name, strong=True), Piece(" ")]
        pieces += _beat(tale, moment, before if is_same else None)
        before = moment
    return [*pieces, Piece(".")]


def quoted(text: str, most: int = MOST_QUOTE) -> str:
    """Words in quotation marks, cut between words where they are long."""
    plain = " ".join(text.split())
    if len(plain) > most:
        plain = plain[:most].rpartition(" ")[0].rstrip(" ,;:.–-") or plain[:most]
        plain += "…"
    return f"“{plain}”"


def _joint(*, is_same: bool, is_last: bool) -> str:
    if not is_same:
        return "; "
    return " and " if is_last else ", "


def _beat(tale: Tale, moment: Moment, before: Moment | None) -> list[Piece]:
    """What the person does in one moment, with the words that it comes from."""
    top = feeling(moment)
    assert top is not None  # beats are moments that show a feeling
    axis = tale.view.axis
    sure, at = hedge(moment.confidence), _at(moment, tale)
    emotion = Piece(palette.name(top.emotion).lower(), strong=True)
    shift = tale.turned.get(moment.id)
    if shift is not None and shift.kind is ShiftKind.CONTRADICTION and shift.quote:
        said = f"said {quoted(shift.quote)}"
        if axis.by_turn and shift.turn is not None:
            said += f" at {axis.says(shift.turn)}"
        return [Piece(f"{said}, then {sure} {shows(moment)} "), emotion, Piece(at)]
    after = _after(tale, moment)
    if before is not None:
        return [Piece(f"then {sure} "), emotion, Piece(at + after)]
    if shift is not None and shift.emotion_before is not None and whose(moment.holder) is None:
        past = palette.name(shift.emotion_before).lower()
        return [Piece(f"{sure} turns from {past} to "), emotion, Piece(at + after)]
    return [Piece(f"{sure} {shows(moment)} "), emotion, Piece(at + after)]


def _at(moment: Moment, tale: Tale) -> str:
    place = when(moment, tale.view.axis)
    if not place:
        return ""
    return f" at {place}" if tale.view.axis.by_turn else f" around {place}"


def _after(tale: Tale, moment: Moment) -> str:
    """Because of which words, as surely as that is known; else the words themselves."""
    shift = tale.turned.get(moment.id)
    if shift is not None and shift.kind is ShiftKind.REPAIR and shift.quote:
        return f" after {quoted(shift.quote)}"
    causes = tale.causes(moment)
    if causes:
        because = "because of" if causes[0].p >= 0.7 else "perhaps because of"
        turn = tale.turns.get(causes[0].turn)
        is_other = turn is not None and turn.speaker not in (None, moment.person)
        by = f" ({turn.speaker})" if turn is not None and is_other else ""
        return f", {because} {quoted(causes[0].text)}{by}"
    words = next((e.quote for e in moment.evidence if e.quote), None)
    return f" ({quoted(words)})" if words else ""
