"""Which color an emotion has, everywhere and always the same, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mien.charts import theme
from mien.charts.theme import Oklch
from mien.emotions.emotion import Emotion, Group

FIRST: Mapping[Group, Oklch] = {
    Group.POSITIVE_HIGH_ENERGY: Oklch(0.80, 0.14, 78),
    Group.POSITIVE_LOW_ENERGY: Oklch(0.74, 0.12, 160),
    Group.LONGING_AND_LUST: Oklch(0.74, 0.13, 350),
    Group.COGNITIVE: Oklch(0.74, 0.09, 225),
    Group.NEGATIVE_LOW_ENERGY: Oklch(0.60, 0.12, 278),
    Group.NEGATIVE_HIGH_ENERGY: Oklch(0.64, 0.19, 27),
    Group.PHYSICAL: Oklch(0.60, 0.05, 60),
    Group.NEUTRAL: Oklch(0.90, 0.004, 260),
}
"""The color of each group's first emotion."""

NEUTRAL_IN_THE_DARK = Oklch(0.46, 0.012, 260)
"""Neutral fills most ribbons; near-white it would outshine all else on a dark page."""

ORDER: tuple[Emotion, ...] = tuple(
    sorted(
        (e for e in Emotion if e is not Emotion.NEUTRAL),
        key=lambda e: (list(FIRST).index(e.group), e.position),
    )
)
"""Emotions from the bottom of a ribbon to its top; Neutral lies above them all."""

ALL: tuple[Emotion, ...] = (*ORDER, Emotion.NEUTRAL)
"""Every emotion, so that a color is declared wherever it may turn up."""


def color(emotion: Emotion, *, dark: bool = False) -> str:
    """The color of an emotion as `#rrggbb`, by its group and its place within the group."""
    if emotion is Emotion.NEUTRAL and dark:
        return theme.hex_of(NEUTRAL_IN_THE_DARK)
    members = [e for e in Emotion if e.group is emotion.group]
    rung = theme.ladder(FIRST[emotion.group], members.index(emotion), dark=dark)
    return theme.hex_of(rung)


def pattern(emotion: Emotion) -> int:
    """The number of the hatching that stands for its group where color is not printed."""
    return list(FIRST).index(emotion.group)


def name(emotion: Emotion) -> str:
    """What a report calls it, in one word: `Gratitude` for `Thankfulness/Gratitude`."""
    return emotion.value.capitalize()


def variables(emotions: Iterable[Emotion]) -> str:
    """CSS variables of the tokens and of the colors, and of the inks on them."""
    light, dark = dict(theme.LIGHT), dict(theme.DARK)
    for emotion in emotions:
        for tokens, is_dark in ((light, False), (dark, True)):
            fill = color(emotion, dark=is_dark)
            tokens[f"e-{emotion}"] = fill
            tokens[f"on-{emotion}"] = theme.ink_on(fill)
    return theme.variables(light, dark)


def classes(emotions: Iterable[Emotion]) -> str:
    """CSS classes that fill with an emotion's color, or write on it."""
    return "".join(
        f".f-{e}{{fill:var(--e-{e});background:var(--e-{e})}}.o-{e}{{fill:var(--on-{e});stroke:var(--e-{e})}}"
        for e in emotions
    )
