"""Colors, type and space: the one place where they are decided.

Color says a group, lightness a member of it. Hues and steps are in OKLCH (Björn Ottosson,
2020), whose lightness is even to the eye, so that members of a group stay apart without
any help from hue.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple


class Oklch(NamedTuple):
    """A color as lightness 0-1, chroma and hue in degrees."""

    lightness: float
    chroma: float
    hue: float


STEPS = 6
STEP_LIGHTNESS = 0.055
STEP_HUE = 4.0
SECOND_ROUND_HUE = 14.0
DARK_FLOOR = 0.45

LIGHT: Mapping[str, str] = {
    "ink": "#1d2129",
    "soft": "#535c69",
    "faint": "#656e7b",
    "mute": "#b4bbc6",
    "line": "#e4e7ec",
    "paper": "#ffffff",
    "ground": "#f6f7f9",
    "accent": "#3b5bdb",
    "hatch": "#d3d8df",
    "rest": "#b9bdc4",
}
DARK: Mapping[str, str] = {
    "ink": "#e8eaee",
    "soft": "#a9b1bd",
    "faint": "#8f98a5",
    "mute": "#5d6672",
    "line": "#2b3038",
    "paper": "#171a1f",
    "ground": "#0f1115",
    "accent": "#8ea4ff",
    "hatch": "#343a44",
    "rest": "#767c86",
}
"""Tokens: ink, soft and faint are text (contrast at least 4.5 on paper and ground); mute is for
drawn outlines, hatch for gaps, rest for what is too small to have a color of its own."""

INKS = ("#14171c", "#ffffff", "#000000")
READABLE = 4.5
"""The least contrast of text (WCAG 2.2, level AA)."""


def ladder(first: Oklch, index: int, *, dark: bool = False) -> Oklch:
    """The color of the `index`-th member of a group.

    Six steps of lightness; a seventh member starts again at the light end, half a step down
    and with the hue turned, so that it shares neither lightness nor hue with any before it.

    Args:
        first: The group's color, of its first member.
        index: From 0.
        dark: For a dark page: the same ladder squeezed to end at `DARK_FLOOR`.
    """
    start = max(first.lightness, DARK_FLOOR + 0.1) if dark else first.lightness
    step = STEP_LIGHTNESS
    if dark:
        step = min(step, (start - DARK_FLOOR) / (STEPS - 0.5))
    lap, rung = divmod(index, STEPS)
    lightness = start - step * rung - step / 2 * (lap % 2)
    hue = first.hue + STEP_HUE * rung + SECOND_ROUND_HUE * lap
    return Oklch(lightness, first.chroma, hue % 360)


def hex_of(color: Oklch) -> str:
    """The color in sRGB, clipped to what a screen can show.

    >>> hex_of(Oklch(0.8, 0.14, 78))
    '#efb146'
    """
    a = color.chroma * math.cos(math.radians(color.hue))
    b = color.chroma * math.sin(math.radians(color.hue))
    long = (color.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (color.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (color.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(value)):02x}" for value in linear)


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two `#rrggbb` colors, 1 to 21.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return round((high + 0.05) / (low + 0.05), 2)


def ink_on(color: str) -> str:
    """A text color that can be read on `color`: near-black or white if one will do.

    Pure black or white reaches 4.58 on any color, as their contrasts multiply to 21.
    """
    readable = (ink for ink in INKS if contrast(ink, color) >= READABLE)
    return next(readable, INKS[0])


def variables(light: Mapping[str, str], dark: Mapping[str, str]) -> str:
    """CSS that declares every token, for a light page, a dark one, and for paper."""
    return (
        f":root{{{_declared(light)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_declared(dark)}}}}}\n"
    )


def _declared(tokens: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in tokens.items())


def _gamma(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _luminance(color: str) -> float:
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
