"""Whether a conversation is going wrong, and what to do now."""

from mien.guard.carrying import NOBODY, Person
from mien.guard.case import Case
from mien.guard.check import Action, Check, Mode, Reason, Trend
from mien.guard.file_store import FileStore
from mien.guard.guard import Guard, Step
from mien.guard.handover import HandOver, HandOverOptions, is_genuine
from mien.guard.hold import Hold, Outcome
from mien.guard.holding import Holding, Remedy, Verdict
from mien.guard.observation import Observation, Observer, Quote, side_of
from mien.guard.policy import Policy, load_policy, policies
from mien.guard.resources import Resource, read_resources
from mien.guard.signals import MEANINGS, Effect, Facet, Side, Signal, of_side
from mien.guard.store import Kept, MemoryStore, Store, beginning

__all__ = [
    "MEANINGS",
    "NOBODY",
    "Action",
    "Case",
    "Check",
    "Effect",
    "Facet",
    "FileStore",
    "Guard",
    "HandOver",
    "HandOverOptions",
    "Hold",
    "Holding",
    "Kept",
    "MemoryStore",
    "Mode",
    "Observation",
    "Observer",
    "Outcome",
    "Person",
    "Policy",
    "Quote",
    "Reason",
    "Remedy",
    "Resource",
    "Side",
    "Signal",
    "Step",
    "Store",
    "Trend",
    "Verdict",
    "beginning",
    "is_genuine",
    "load_policy",
    "of_side",
    "policies",
    "read_resources",
    "side_of",
]
