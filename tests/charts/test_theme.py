from itertools import pairwise

import pytest

from mien.charts.theme import (
    DARK,
    DARK_FLOOR,
    LIGHT,
    READABLE,
    STEPS,
    Oklch,
    contrast,
    hex_of,
    ink_on,
    ladder,
    variables,
)

PUBLISHED = {
    Oklch(0.80, 0.14, 78): ["#efb146", "#d8a22d", "#c29407"],
    Oklch(0.74, 0.12, 160): ["#5dc291", "#42b186", "#20a07b"],
    Oklch(0.74, 0.13, 350): ["#e887b6", "#d7769f", "#c66589"],
    Oklch(0.74, 0.09, 225): ["#67b7d6", "#59a5c6", "#4b92b7"],
    Oklch(0.60, 0.12, 278): ["#7078c7", "#6665b4", "#5c54a1"],
    Oklch(0.64, 0.19, 27): ["#e95048", "#d53f2b", "#c12d00"],
    Oklch(0.60, 0.05, 60): ["#977a62", "#856a52", "#745b41"],
}


@pytest.mark.parametrize(("first", "colors"), PUBLISHED.items())
def test_the_ladder_gives_the_colors_that_were_decided(first, colors):
    assert [hex_of(ladder(first, i)) for i in range(3)] == colors


@pytest.mark.parametrize("first", PUBLISHED)
@pytest.mark.parametrize("dark", [False, True])
def test_members_of_a_group_differ_in_lightness(first, dark):
    steps = sorted(ladder(first, i, dark=dark).lightness for i in range(2 * STEPS))
    assert min(b - a for a, b in pairwise(steps)) > 0.01


@pytest.mark.parametrize("first", PUBLISHED)
def test_no_color_is_dark_on_a_dark_page(first):
    assert all(ladder(first, i, dark=True).lightness >= DARK_FLOOR for i in range(2 * STEPS))


@pytest.mark.parametrize("first", PUBLISHED)
@pytest.mark.parametrize("dark", [False, True])
def test_text_on_every_color_can_be_read(first, dark):
    for i in range(2 * STEPS):
        color = hex_of(ladder(first, i, dark=dark))
        assert contrast(ink_on(color), color) >= READABLE


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
@pytest.mark.parametrize("ink", ["ink", "soft", "faint", "accent"])
@pytest.mark.parametrize("ground", ["paper", "ground"])
def test_every_text_token_can_be_read_on_every_ground(tokens, ink, ground):
    assert contrast(tokens[ink], tokens[ground]) >= READABLE


def test_light_and_dark_declare_the_same_tokens():
    assert set(LIGHT) == set(DARK)


def test_dark_tokens_never_reach_paper():
    css = variables({"ink": "#000"}, {"ink": "#fff"})
    dark = css.index("--ink:#fff")
    assert "screen and (prefers-color-scheme:dark)" in css[:dark]
