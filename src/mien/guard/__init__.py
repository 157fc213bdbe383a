"""Whether a conversation is going wrong, and what to do now."""

from mien.guard.carrying import NOBODY, Person
from mien.guard.case import Case
from mien.guard.check import Action, Check, Mode, Reason, Trend
from mien.guard.guard import Guard, Step
from mien.guard.observation import Observation, Observer, Quote, side_of
from mien.guard.policy import Policy, load_policy, policies
from mien.guard.resources import Resource, read_resources
from mien.guard.signals import MEANINGS, Effect, Facet, Side, Signal, of_side

__all__ = [
    "MEANINGS",
    "NOBODY",
    "Action",
    "Case",
    "Check",
    "Effect",
    "Facet",
    "Guard",
    "Mode",
    "Observation",
    "Observer",
    "Person",
    "Policy",
    "Quote",
    "Reason",
    "Resource",
    "Side",
    "Signal",
    "Step",
    "Trend",
    "load_policy",
    "of_side",
    "policies",
    "read_resources",
    "side_of",
]
