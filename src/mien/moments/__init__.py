"""Who feels what, toward what, why, since when: readings become moments."""

from mien.moments.contagion import Influence, influences
from mien.moments.episodes import Episode, episodes
from mien.moments.moment import (
    SCHEMA,
    Appraisal,
    Cause,
    CauseType,
    Credit,
    Doubt,
    Dropped,
    Evidence,
    Holder,
    Hypothesis,
    Mixed,
    Mode,
    Moment,
    MovedBy,
    Phase,
    Target,
    TargetKind,
    Trajectory,
    Who,
)
from mien.moments.plain import moment_of, plain_moment
from mien.moments.shifts import Shift, ShiftKind, shifts
from mien.moments.situate import LOOK_AHEAD, Follower, situate, turns_of

__all__ = [
    "LOOK_AHEAD",
    "SCHEMA",
    "Appraisal",
    "Cause",
    "CauseType",
    "Credit",
    "Doubt",
    "Dropped",
    "Episode",
    "Evidence",
    "Follower",
    "Holder",
    "Hypothesis",
    "Influence",
    "Mixed",
    "Mode",
    "Moment",
    "MovedBy",
    "Phase",
    "Shift",
    "ShiftKind",
    "Target",
    "TargetKind",
    "Trajectory",
    "Who",
    "episodes",
    "influences",
    "moment_of",
    "plain_moment",
    "shifts",
    "situate",
    "turns_of",
]
