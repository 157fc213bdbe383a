"""A table in words: what it is, what it says, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mien.charts.numbers import count, decimal, listed
from mien.rate.abilities import OVERALL
from mien.rate.bias import OrderBias
from mien.rate.bootstrap import Range
from mien.rate.judgement import Response
from mien.rate.sequential import Method
from mien.rate.table import Table

METHODS = {
    Method.BRADLEY_TERRY: "Bradley-Terry",
    Method.ELO: "Elo",
    Method.TRUESKILL: "TrueSkill",
}
RESPONSES = {
    Response.MARGIN: "with margins",
    Response.WIN: "by wins alone",
    Response.BLEND: "with EQ-Bench's bent margins",
}
MOST_NAMED = 3
LEANING = 0.55
"""From this share on, a place counts as favored."""


def what_it_is(table: Table, on: date | None = None) -> str:
    """How much was judged, by whom, and how it was rated, in one line."""
    parts = [
        f"{table.n:,} judgements",
        count(len(table.rows), "model"),
        *_clusters(table),
        _judges(table),
        f"{METHODS[table.method]} {RESPONSES[table.response]}",
    ]
    if table.styles:
        parts.append(f"{listed(table.styles)} held constant")
    if on is not None:
        parts.append(f"{on.day} {on:%B %Y}")
    return ", ".join(part for part in parts if part)


def what_it_says(table: Table) -> str:
    """Who leads, and how many places are really told apart."""
    groups = table.groups
    first = [row.model for row in groups[0]]
    lead = f"{_named(first)} {'leads' if len(first) == 1 else 'share the first rank'}."
    if table.order is not None:
        order = table.order
        return (
            f"{lead} Another order of the same judgements would move a model by "
            f"{order.moved:.0f} points on average and {order.models_moved} of {len(table.rows)} "
            f"models to another rank, by up to {order.most_ranks}."
        )
    if len(groups) == len(table.rows):
        return f"{lead} Every neighbor in the table is told apart."
    ranks = "one rank" if len(groups) == 1 else f"{len(groups)} ranks"
    told = f"The {len(table.rows)} models take {ranks}"
    return f"{lead} {told}: those that share one are not told apart."


def about_place(table: Table) -> str:
    """Which place the judges favored, in one sentence; empty if none."""
    rows = [row for row in table.order_bias if row.kind != "all" and row.first_wins is not None]
    told = [said for row in rows if _is_told(table, row) and (said := _leaning(row))]
    if not told:
        return ""
    fixed = any(effect.what == "position" for effect in table.effects)
    so = "corrected for it" if fixed else "not corrected for it"
    who = "The judges" if len(table.judges) > 1 else "The judge"
    return f"{who} leaned to {listed(told)}; the ratings are {so}."


def about_parting(table: Table) -> str:
    """Who is better liked than good for the person, or the opposite; empty if nobody."""
    if not table.partings:
        return ""
    found = [model for model in table.partings[0].models if model.parts]
    if not found:
        return "Being liked and being good for the person are not told apart for any model."
    liked = [f"{m.model} ({signed(m.apart)})" for m in found if m.apart > 0]
    good = [f"{m.model} ({signed(m.apart)})" for m in reversed(found) if m.apart < 0]
    told = [f"better liked than good for the person: {_named(liked)}"] if liked else []
    told += [f"better for the person than liked: {_named(good)}"] if good else []
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}."


def trust(table: Table) -> Iterator[tuple[str, str]]:
    """What the table rests on: a heading and a sentence each."""
    yield "Scale", _scale(table)
    if table.against is not None:
        yield "Beside the published ladder", _against(table)
    if table.sampling is not None:
        yield "Intervals", _intervals(table)
        yield (
            "Ranks",
            "Models share a rank while no two of them are told apart at 5 %, by Holm's correction "
            f"for all {len(table.differences):,} pairs; those on either side of a step may not be "
            "told apart either.",
        )
    if table.halo is not None:
        yield (
            "Halo",
            f"In {percent(table.halo.all_agree)} of {table.halo.n:,} judgements all criteria take "
            "the same side: they are nearly one opinion.",
        )
    yield "Sampling", _sampling(table)
    yield "Left out", left_out(table)
    for note in table.notes:
        yield "Note", note[:1].upper() + note[1:] + "."


def left_out(table: Table) -> str:
    """What was read and not rated, by reason."""
    entries = [f"{entry.n:,} {entry.reason}" for entry in table.left_out]
    lost = [f"{entry.model} ({entry.reason})" for entry in table.not_rated]
    told = f"Judgements: {'; '.join(entries)}." if entries else "No judgements."
    return f"{told} Models not rated: {'; '.join(lost)}." if lost else told


def points(value: float) -> str:
    """A rating, in whole points.

    >>> points(1499.7), points(-12.2)
    ('1500', '−12')
    """
    text = f"{abs(value):.0f}"
    return f"−{text}" if value < 0 and text != "0" else text


def signed(value: float, places: int = 0) -> str:
    """A difference with its sign.

    >>> signed(12.2), signed(-0.5, 2)
    ('+12', '−.50')
    """
    text = points(value) if places == 0 else decimal(value, places)
    return text if text.startswith("−") else f"+{text}"


def ends(range_: Range | None, places: int = 0) -> str:
    """Both ends of an interval, or a dash.

    >>> ends(Range(1449.6, 1550.2)), ends(None)
    ('[1450, 1550]', '–')
    """
    if range_ is None:
        return "–"
    if places:
        return f"[{decimal(range_.low, places)}, {decimal(range_.high, places)}]"
    return f"[{points(range_.low)}, {points(range_.high)}]"


def percent(share: float) -> str:
    """A share in percent, to a tenth.

    >>> percent(0.7062)
    '70.6 %'
    """
    return f"{100 * share:.1f} %"


def ability_name(name: str) -> str:
    """A criterion as it is read.

    >>> ability_name("depth_of_insight")
    'depth of insight'
    """
    return name.removeprefix(f"{OVERALL}_").replace("_", " ").strip()


def _clusters(table: Table) -> list[str]:
    sampling = table.sampling
    if sampling is None or sampling.clustered_by == "judgement":
        return []
    return [count(sampling.clusters, sampling.clustered_by)]


def _judges(table: Table) -> str:
    named = [judge for judge in table.judges if judge]
    if not named:
        return "judge not named"
    return f"{'judge' if len(named) == 1 else 'judges'} {_named(named)}"


def _named(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    return listed(names) if rest <= 1 else f"{', '.join(names[:MOST_NAMED])} and {rest} more"


def _is_told(table: Table, row: OrderBias) -> bool:
    """Whether chance is ruled out: by the share's interval, and by the effect's where it is fitted.

    The effect knows who was shown where: of a strong model that always came first, the first wins.
    """
    span = row.interval
    fitted = [e.range for e in table.effects if e.what == "position" and e.kind in ("", row.kind)]
    is_fitted = not fitted or any(found and not found.low <= 0 <= found.high for found in fitted)
    return is_fitted and span is not None and not span.low <= 0.5 <= span.high


def _leaning(row: OrderBias) -> str:
    share = row.first_wins if row.first_wins is not None else 0.5
    kind = f" in {row.kind}" if row.kind else ""
    if share >= LEANING:
        return f"the answer shown first{kind} ({percent(share)})"
    if share <= 1 - LEANING:
        return f"the answer shown second{kind} ({percent(1 - share)})"
    return ""


def _scale(table: Table) -> str:
    scale = table.scale
    if not scale.anchors:
        what = "the mean model at 1000" if table.sampling else "as the method has it"
        return f"Points as in Elo's scale, {what}; it belongs to these models and judges alone."
    named = listed([f"{anchor.model} = {points(anchor.value)}" for anchor in scale.anchors])
    told = f"A straight line through {named}, {scale.slope:.0f} points a logit"
    if scale.slope_range:
        told += f" ({ends(scale.slope_range)} with other scenarios)"
    return f"{told}; beyond the anchors it has nothing to stand on."


def _against(table: Table) -> str:
    against = table.against
    if against is None:
        return ""
    rho = "–" if against.spearman is None else decimal(against.spearman, 4)
    return (
        f"{against.models} models are on the published ladder too (judge "
        f"{listed(against.judges)}): rank correlation {rho}, {against.mean_distance:.0f} points "
        "apart on average. Ticks show the published values."
    )


def _intervals(table: Table) -> str:
    sampling = table.sampling
    if sampling is None or all(row.range is None for row in table.rows):
        return "None."
    plural = "judgements" if sampling.clustered_by == "judgement" else f"{sampling.clustered_by}s"
    return (
        f"95 %, from {sampling.draws:,} resamples of {sampling.clusters:,} {plural} "
        f"(seed {sampling.seed}); strengths sum to zero in each."
    )


def _sampling(table: Table) -> str:
    counts = sorted((row.n, row.model) for row in table.rows)
    (least, fewest), (most, often) = counts[0], counts[-1]
    told = f"Between {least:,} ({fewest}) and {most:,} ({often}) judgements a model."
    if least == most:
        told = f"{most:,} judgements of each model."
    several = [row for row in table.rows if row.runs > 1]
    if several:
        told += f" {count(len(several), 'model')} took part with several runs, all of which count."
    bad = sum(row.both_bad for row in table.order_bias if row.kind != "all")
    if bad:
        told += f" {bad:,} judgements found both answers bad; they count as ties."
    return told
