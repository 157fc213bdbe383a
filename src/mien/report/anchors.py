"""Where a claim's evidence stands on the page: its turn in the chat, its place in a lane."""

from __future__ import annotations

import numpy as np

from mien.charts.html import Content, Markup, tag
from mien.moments import Evidence, Moment
from mien.report.lanes import tracks_drawn
from mien.report.tale import Tale
from mien.report.view import View


def card_id(moment: Moment) -> str:
    """The id of a moment's card."""
    return f"moment-{moment.id}"


def turn_id(turn: int) -> str:
    """The id of a turn where the words stand."""
    return f"turn-{turn + 1}"


def link_of(tale: Tale, moment: Moment) -> str:
    """Where a moment without a card leads: to its words if they are shown, else to the lanes."""
    turn = next((turn for turn in moment.turns if turn in tale.turns), None)
    return f"#{turn_id(turn)}" if turn is not None else "#lanes"


def to_turn(tale: Tale, turn: int, *content: Content) -> Markup:
    """A link to a turn, or what it would say where the words are not shown."""
    if turn not in tale.turns:
        return tag("span", *content)
    return tag("a", *content, href=f"#{turn_id(turn)}")


def to_lane(view: View, moment: Moment, evidence: Evidence, *content: Content) -> Markup:
    """A link to the lane that a piece of evidence lies in; a script places the crosshair there."""
    lane = _lane(view, moment, evidence)
    cell = None if lane is None else _cell(view, evidence)
    if lane is None or cell is None:
        return tag("span", *content)
    return tag("a", *content, href="#lanes", data_lane=lane, data_cell=cell)


def _lane(view: View, moment: Moment, evidence: Evidence) -> int | None:
    """The number of the track, of the same person if the channel has one of theirs."""
    tracks = [
        (i, track)
        for i, track in enumerate(tracks_drawn(view))
        if track.channel is evidence.channel and track.readings[0].decoder == evidence.decoder
    ]
    own = [i for i, track in tracks if track.person == moment.person]
    return next(iter([*own, *(i for i, track in tracks if track.person is None)]), None)


def _cell(view: View, evidence: Evidence) -> int | None:
    """The cell in the middle of the evidence."""
    axis = view.axis
    if axis.by_turn:
        at = None if evidence.turn is None else evidence.turn + 0.5
    else:
        ends = (evidence.start, evidence.end)
        at = None if ends[0] is None or ends[1] is None else (ends[0] + ends[1]) / 2
    if at is None:
        return None
    edges = axis.edges()
    return int(np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(edges) - 2))
