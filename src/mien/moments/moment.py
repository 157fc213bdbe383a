"""Who feels what, toward what, why, since when: the record that `situate` gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mien.emotions.scores import EMPTY, Scores
from mien.timeline.reading import Channel, Verdict

SCHEMA = "mien.moment/1"

NOTE = (
    "An estimate of what people would say they see and hear, never a fact about a mind. "
    "Not for decisions about a person."
)


class Doubt(StrEnum):
    """Why a moment cannot be told."""

    NO_DATA = "no_data"
    TOO_SHORT = "too_short"
    LOW_QUALITY = "low_quality"
    LOW_CONFIDENCE = "low_confidence"
    CONFLICT = "conflict"
    UNCOVERED_LANGUAGE = "uncovered_language"
    OUT_OF_DOMAIN = "out_of_domain"


class Who(StrEnum):
    """Whose feeling the words tell of, seen from the speaker."""

    SELF = "self"
    ADDRESSEE = "addressee"
    THIRD = "third"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """How the words tell of a feeling."""

    EXPERIENCED = "experienced"
    REPORTED = "reported"
    HYPOTHETICAL = "hypothetical"
    NEGATED = "negated"
    QUOTED = "quoted"


class TargetKind(StrEnum):
    """What a feeling is toward (Ortony, Clore & Collins 1988)."""

    EVENT = "event"
    AGENT = "agent"
    OBJECT = "object"
    SELF = "self"
    UNKNOWN = "unknown"


class CauseType(StrEnum):
    """Where a cause lies (RECCON, Poria et al. 2021)."""

    NO_CONTEXT = "no_context"
    INTER_PERSONAL = "inter_personal"
    SELF_CONTAGION = "self_contagion"
    HYBRID = "hybrid"
    LATENT = "latent"


class Phase(StrEnum):
    """Where in an episode a moment stands."""

    ONSET = "onset"
    RISE = "rise"
    PEAK = "peak"
    FALL = "fall"
    END = "end"
    STEADY = "steady"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose feeling the words tell of, and how.

    Attributes:
        who: Seen from the speaker.
        name: As the words name a third person, or None.
        mode: Lived through, told of, imagined, denied or quoted.
        p: Chance that who and mode are both right, 0 to 1.
    """

    who: Who
    name: str | None = None
    mode: Mode
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a feeling is toward.

    Attributes:
        kind: Event, somebody's act, object, or oneself.
        text: The words, `turn.text[from_char:to_char]`.
        turn: Where they stand.
        p: Chance that readers would name it, 0 to 1.
    """

    kind: TargetKind
    text: str
    turn: int
    from_char: int
    to_char: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a feeling comes from.

    Attributes:
        turn: Where it stands: the moment's own turn or an earlier one.
        text: The words, `turn.text[from_char:to_char]`.
        type: Own turn, another's, one's own earlier, both, or outside of the text.
        p: Chance that readers would name this turn, 0 to 1.
    """

    turn: int
    text: str
    from_char: int
    to_char: int
    type: CauseType
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """How the event looks to the person who tells it, 0 to 1 each, or None.

    The seven of appraisal-enISEAR (Hofmann et al. 2020): the mean of readers' yes and no.

    Attributes:
        attention: They wanted to attend to it.
        certainty: They understood what was happening.
        effort: It took effort to deal with.
        pleasantness: It was pleasant.
        responsibility: They were responsible for it.
        control: They could influence it.
        circumstance: It was beyond anybody's control.
    """

    attention: float | None = None
    attention_sd: float | None = None
    certainty: float | None = None
    certainty_sd: float | None = None
    effort: float | None = None
    effort_sd: float | None = None
    pleasantness: float | None = None
    pleasantness_sd: float | None = None
    responsibility: float | None = None
    responsibility_sd: float | None = None
    control: float | None = None
    control_sd: float | None = None
    circumstance: float | None = None
    circumstance_sd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBy:
    """Who moved the person, as far as the exchange so far can tell.

    Attributes:
        person: The other one.
        turn: Their last turn before this moment, or None where there are no turns.
        effect: Change of valence that goes with theirs, beyond the person's own course.
        p: Chance that the effect is above what shuffled turns give, 0 to 1.
    """

    person: str
    turn: int | None
    effect: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """Change in time.

    Attributes:
        phase: Of the episode, or `steady` outside of any.
        previous: Id of the person's moment before, or None.
        delta_valence: Against that moment, or None.
        delta_arousal: So for arousal.
        z_own_baseline: Valence against the person's own running mean, in their own standard
            deviations; None until there are twenty moments.
        moved_by: Who moved them.
    """

    phase: Phase = Phase.STEADY
    previous: str | None = None
    delta_valence: float | None = None
    delta_arousal: float | None = None
    z_own_baseline: float | None = None
    moved_by: tuple[MovedBy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One explanation of channels that disagree.

    Attributes:
        name: `masking`, `sarcasm`, `politeness`, `mixed_feeling`, `other_person` or
            `bad_recording`.
        p: Among the hypotheses, 0 to 1.
        prior: Whether `p` is a prior and not learned from labelled data.
    """

    name: str
    p: float
    prior: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """Two channels that disagree by more than their own errors explain.

    Attributes:
        channels: The two.
        jsd: Jensen-Shannon divergence of their views, base 2, 0 to 1.
        p_null: Chance of as much from errors alone.
        hypotheses: Likeliest first; their chances add up to one.
    """

    channels: tuple[Channel, Channel]
    jsd: float
    p_null: float
    hypotheses: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A reading that a moment rests on.

    Attributes:
        channel: Where it comes from.
        start: Seconds, or None; so is `end`.
        turn: Its turn, or None.
        quote: Its words, or None.
        weight: Its part in the moment's emotions, 0 to 1; all of a moment's add up to one.
        decoder: Who read it.
        quality: Of its input, 0 to 1.
    """

    channel: Channel
    start: float | None
    end: float | None
    turn: int | None
    quote: str | None
    weight: float
    decoder: str
    quality: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Which model or rule a part of a moment comes from."""

    part: str
    by: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What was left out on the way."""

    quotes_not_found: int = 0
    llm_errors: int = 0
    readings_skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A stretch of time or a turn, and what its person would be said to feel.

    Attributes:
        id: Hash of source, span, turns and person.
        source: Name of the file, stream or chat.
        start: Seconds, or None in a chat without times; so is `end`.
        turns: The turns that it covers, from 0.
        person: A label, never an identity; None if unknown.
        emotions: Shares of raters, fused and smoothed; None inside for what no channel covers.
        valence: -1 to 1, or None; so are arousal and dominance, each with `_sd`.
        intensity: Largest share other than neutral's, 0 to 1, or None.
        confidence: Calibrated chance that the top emotion is the raters' winner.
        verdict: `told`, or `cannot_tell` with a `reason`.
        holder: Whose feeling the words tell of; None without words or without a feeling.
        target: Toward what; None if nothing can be named.
        causes: Likeliest first.
        appraisal: How the event looks to the person; None without words.
        trajectory: Change in time.
        mixed: Channels that disagree.
        evidence: What every claim rests on, heaviest first.
        explanation: One sentence by a language model, or None.
        by: Which part comes from where.
        dropped: What was left out.
        note: What this must not be used for.
    """

    schema: str = SCHEMA
    id: str
    source: str
    start: float | None
    end: float | None
    turns: tuple[int, ...] = ()
    person: str | None = None
    emotions: Scores = EMPTY
    valence: float | None = None
    valence_sd: float | None = None
    arousal: float | None = None
    arousal_sd: float | None = None
    dominance: float | None = None
    dominance_sd: float | None = None
    intensity: float | None = None
    confidence: float = 0.0
    verdict: Verdict = Verdict.TOLD
    reason: Doubt | None = None
    holder: Holder | None = None
    target: Target | None = None
    causes: tuple[Cause, ...] = ()
    appraisal: Appraisal | None = None
    trajectory: Trajectory = field(default_factory=Trajectory)
    mixed: tuple[Mixed, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    explanation: str | None = None
    by: tuple[Credit, ...] = ()
    dropped: Dropped = field(default_factory=Dropped)
    note: str = NOTE

    @property
    def is_told(self) -> bool:
        """Whether it commits itself."""
        return self.verdict is Verdict.TOLD

    @property
    def channels(self) -> Mapping[Channel, float]:
        """The channels that it rests on, with their weights, heaviest first."""
        found: dict[Channel, float] = {}
        for evidence in self.evidence:
            found[evidence.channel] = found.get(evidence.channel, 0.0) + evidence.weight
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def brief(self) -> str:
        """A short block of facts for an assistant's prompt; see `mien.moments.brief`."""
        from mien.moments.brief import brief

        return brief(self)
