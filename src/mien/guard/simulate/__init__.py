"""Policies against scripted and language-model users: benefit, burden and misses."""

from mien.guard.simulate.measuring import BASE_RATES, Figures, Right, Row, Simulation, measure
from mien.guard.simulate.observers import Written
from mien.guard.simulate.page import render
from mien.guard.simulate.playing import Seen, play_live, see, see_written
from mien.guard.simulate.terminal import render_terminal
from mien.guard.simulate.users import Kind, Moment, User, read_users, shipped_users

__all__ = [
    "BASE_RATES",
    "Figures",
    "Kind",
    "Moment",
    "Right",
    "Row",
    "Seen",
    "Simulation",
    "User",
    "Written",
    "measure",
    "play_live",
    "read_users",
    "render",
    "render_terminal",
    "see",
    "see_written",
    "shipped_users",
]
