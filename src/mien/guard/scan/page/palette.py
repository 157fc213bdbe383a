"""Colors of risk and of signals; lightness says how much, a label says what."""

from __future__ import annotations

from mien.charts.theme import DARK, LIGHT, Oklch, hex_of, variables

STEPS = (0.1, 0.3, 0.5, 0.7)
"""Risks from which a turn's bar is a step stronger."""

_RISK = 27.0
_EFFECTS = {"harm": 78.0, "protection": 160.0, "context": 260.0}
_LIGHT_STEPS = ((0.90, 0.045), (0.80, 0.10), (0.70, 0.16), (0.58, 0.20))
_DARK_STEPS = ((0.45, 0.07), (0.53, 0.11), (0.61, 0.15), (0.70, 0.17))


def style() -> str:
    """CSS that declares every token of the page."""
    light, dark = dict(LIGHT), dict(DARK)
    for step, (one, other) in enumerate(zip(_LIGHT_STEPS, _DARK_STEPS, strict=True), start=1):
        light[f"risk-{step}"] = hex_of(Oklch(*one, _RISK))
        dark[f"risk-{step}"] = hex_of(Oklch(*other, _RISK))
    for effect, hue in _EFFECTS.items():
        chroma = 0.02 if effect == "context" else 0.075
        light[effect] = hex_of(Oklch(0.93, chroma, hue))
        dark[effect] = hex_of(Oklch(0.36, chroma, hue))
    light["risk-band"], dark["risk-band"] = (
        hex_of(Oklch(0.92, 0.04, 27)),
        hex_of(Oklch(0.32, 0.06, 27)),
    )
    return variables(light, dark)


def step_of(risk: float) -> int:
    """How strong a turn's bar is, 0 to 4."""
    return sum(risk >= least for least in STEPS)
