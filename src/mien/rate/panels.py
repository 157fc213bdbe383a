"""The other parts of the page: biases, profiles, liked against good, two models side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mien.charts.dots import Span, axis, span_of, two_dots
from mien.charts.html import Content, Markup, markup, tag
from mien.charts.numbers import decimal
from mien.charts.table import Cell, table
from mien.rate.abilities import Ability, Peak
from mien.rate.bias import OrderBias
from mien.rate.liked import GroupParting, Parting
from mien.rate.table import Difference, Effect, Table
from mien.rate.telling import ability_name, ends, percent, points, signed

PLUSES = 100.0
"""Margins of abilities are shown in hundredths of the largest one."""

MOST_PEAKS = 4


def place_table(rated: Table) -> Markup:
    """First-shown wins, agreement of the two orders, ties."""
    heads = ["kind", "judged", "first shown won", "orders agree", "of pairs", "ties", "both bad"]
    rows = [_place_row(row) for row in rated.order_bias]
    fitted = [effect for effect in rated.effects if effect.what != "favor"]
    return tag(
        "div",
        table("Place and agreement, by kind of scenario", heads, rows),
        _effects(fitted) if fitted else None,
        class_="panel places",
    )


def favor_table(rated: Table) -> Markup | None:
    """What each judge gives to each family of models beyond what all judges give it."""
    favors = [effect for effect in rated.effects if effect.what == "favor"]
    if not favors:
        return None
    families = list(dict.fromkeys(effect.family for effect in favors))
    judges = list(dict.fromkeys(effect.judge for effect in favors))
    held = {(effect.judge, effect.family): effect for effect in favors}
    rows: list[list[Content | Cell]] = [
        [family, *(_favor(held[judge, family]) for judge in judges)] for family in families
    ]
    note = (
        "Logits that a judge gives to a family beyond what all judges give it, corrected for in "
        "the ratings. Bold: told apart from 0; underlined: the judge's own family."
    )
    shown = table("Favors of judges for families", ["family", *judges], rows)
    return tag("div", shown, tag("p", note, class_="fine"), class_="panel")


def ability_panel(rated: Table) -> Markup | None:
    """For each criterion, who does better and worse on it than their other verdicts say."""
    if not rated.abilities:
        return None
    several = len({ability.kind for ability in rated.abilities}) > 1
    rows = [_ability(ability, several) for ability in rated.abilities]
    note = (
        "Margin of one criterion beyond what the other criteria of the same judgement predict, in "
        "hundredths of the largest margin. Only what is told apart from 0 after Holm's correction "
        "is named; loading says how much of the others' mean margin a criterion repeats."
    )
    heads = ["criterion", "loading", "better than the rest says", "worse than the rest says"]
    shown = table("Profiles by criterion, corrected for halo", heads, rows)
    return tag("div", shown, tag("p", note, class_="fine"), class_="panel peaks")


def parting_panel(parting: GroupParting) -> Markup:
    """Liked against good for the person, one group."""
    head = tag("h3", parting.group, tag("span", f" {parting.n:,} judgements with both"))
    if not parting.models:
        return tag("div", head, tag("p", parting.note, class_="fine"), class_="panel")
    span = span_of(value for m in parting.models for value in (m.liked, m.good))
    heads: list[Content] = [
        "model",
        axis(span, "scale of ratings"),
        "liked",
        "good",
        "apart",
        "interval",
    ]
    body = [_parting_row(model, span) for model in parting.models]
    shown = tag(
        "table",
        tag("caption", f"Liked and good for the person, {parting.group}", class_="unseen"),
        tag("thead", tag("tr", [tag("th", text, scope="col") for text in heads])),
        tag("tbody", body),
        class_="board parted",
    )
    rho = "" if parting.spearman is None else f" Rank correlation {decimal(parting.spearman)}."
    told = f"Hollow: liked; full: good for the person; bold: they part.{rho} {parting.note}"
    return tag("div", head, shown, tag("p", told.strip(), class_="fine"), class_="panel")


def neighbor_table(rated: Table) -> Markup | None:
    """Each model against the next one down; a script lets any other be chosen."""
    if not rated.differences:
        return None
    names = [row.model for row in rated.rows]
    pairs = {(d.better, d.worse): d for d in rated.differences}
    rows = [_pair(pairs[a, b]) for a, b in pairwise(names)]
    heads = ["better", "worse", "points", "interval", "p, Holm", "told apart"]
    picker = tag(
        "p",
        tag("label", "Compare every model with ", for_="pick"),
        tag("select", tag("option", "the next one down", value=""), id="pick"),
        id="picker",
        hidden=True,
    )
    shown = table("Paired differences", heads, rows, name="pairs")
    opened = tag("details", tag("summary", "Every model beside the next one down"), shown)
    return tag("div", picker, opened, class_="panel pairs")


def pairs_payload(rated: Table) -> dict[str, object]:
    """What the script needs to show other pairs: names, and numbers in words."""
    names = [row.model for row in rated.rows]
    place = {name: i for i, name in enumerate(names)}
    cells = [
        [place[d.better], place[d.worse], *(str(c) for c in _pair_words(d))]
        for d in rated.differences
    ]
    return {"models": names, "pairs": cells}


def not_rated_table(rated: Table) -> Markup | None:
    """Models without a finite strength."""
    if not rated.not_rated:
        return None
    rows: list[list[Content | Cell]] = [
        [m.model, m.n, m.wins, m.ties, m.losses, m.reason] for m in rated.not_rated
    ]
    heads = ["model", "judged", "won", "tied", "lost", "why"]
    return tag("div", table("Models that are not rated", heads, rows), class_="panel lost")


def _place_row(row: OrderBias) -> list[Content | Cell]:
    return [
        row.kind or "all",
        Cell(f"{row.n:,}", row.n),
        "–" if row.first_wins is None else percent(row.first_wins),
        "–" if row.agree is None else percent(row.agree),
        Cell(f"{row.pairs:,}", row.pairs),
        Cell(f"{row.ties:,}", row.ties),
        Cell(f"{row.both_bad:,}", row.both_bad),
    ]


def _effects(effects: Sequence[Effect]) -> Markup:
    several = len({effect.judge for effect in effects}) > 1
    told = [
        tag(
            "li",
            _effect_name(effect, several),
            ": ",
            tag("b", signed(effect.value, 2)),
            f" {ends(effect.range, 2)}",
        )
        for effect in effects
    ]
    heading = "As fitted, in logits for the answer shown first or with more of it:"
    return tag("div", tag("p", heading), tag("ul", told, class_="plain"), class_="fine fitted")


def _effect_name(effect: Effect, several: bool) -> str:
    parts = [effect.what, effect.kind, effect.judge if several else ""]
    return ", ".join(part for part in parts if part)


def _favor(effect: Effect) -> Cell:
    shown: Content = f"{signed(effect.value, 2)} {ends(effect.range, 2)}"
    if effect.apart:
        shown = tag("b", shown)
    return Cell(tag("u", shown) if effect.own else shown, effect.value)


def _ability(ability: Ability, several: bool) -> list[Content | Cell]:
    kind = tag("span", ability.kind, class_="kind") if several and ability.kind else None
    peaks = sorted((p for p in ability.models if p.apart), key=lambda p: -abs(p.value))
    above = [p for p in peaks if p.value > 0]
    below = [p for p in peaks if p.value < 0]
    return [
        Cell(markup(ability_name(ability.name), kind), f"{ability.kind} {ability.name}"),
        Cell(decimal(ability.loading), ability.loading),
        _peaks(above),
        _peaks(below),
    ]


def _peaks(peaks: Sequence[Peak]) -> Content:
    named = [
        tag("li", p.model, " ", tag("b", signed(PLUSES * p.value))) for p in peaks[:MOST_PEAKS]
    ]
    if len(peaks) > MOST_PEAKS:
        named.append(tag("li", f"and {len(peaks) - MOST_PEAKS} more", class_="quiet"))
    return tag("ul", named) if named else "–"


def _parting_row(model: Parting, span: Span) -> Markup:
    apart = signed(model.apart)
    label = f"{model.model}: liked {points(model.liked)}, good {points(model.good)}, {apart}"
    return tag(
        "tr",
        tag("th", model.model, scope="row"),
        tag("td", two_dots(span, model.liked, model.good, label), class_="plot"),
        tag("td", points(model.liked), class_="number quiet"),
        tag("td", points(model.good), class_="number quiet"),
        tag("td", tag("b", apart) if model.parts else apart, class_="number"),
        tag("td", ends(model.range), class_="number quiet"),
    )


def _pair(difference: Difference) -> list[Content | Cell]:
    better, worse = difference.better, difference.worse
    shown, interval, p, apart = _pair_words(difference)
    return [better, worse, Cell(shown, difference.points), interval, p, apart]


def _pair_words(difference: Difference) -> tuple[str, str, str, str]:
    p = "–" if difference.holm is None else decimal(difference.holm, 3)
    return (
        signed(difference.points),
        ends(difference.range),
        "<.001" if p == ".000" else p,
        "yes" if difference.apart else "no",
    )
