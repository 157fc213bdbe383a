"""Which model or rule made which part of the moments, and what was left out on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mien.charts.html import Markup, tag
from mien.charts.numbers import count
from mien.moments import Credit, Moment
from mien.report.phrases import cannot_tell, is_prior

PRIORS = "Explanations of mixed signals are priors, not learned from labelled data."


def credits_of(moments: Sequence[Moment]) -> Markup:
    """The facts about how the moments were made, for the foot of a page."""
    told = [(tag("dt", term), tag("dd", text)) for term, text in facts(moments)]
    return tag("dl", told, class_="apart")


def facts(moments: Sequence[Moment]) -> Iterator[tuple[str, str]]:
    """Who made which part, what could not be told, and what was dropped."""
    made: dict[str, Counter[str]] = {}
    for moment in moments:
        for credit in moment.by:
            made.setdefault(credit.part, Counter())[_maker(credit)] += 1
    yield "Moments", f"{len(moments):,}; {_untold(moments)}"
    for part, makers in made.items():
        yield part.capitalize(), ", ".join(f"{by} ({n:,})" for by, n in makers.most_common())
    yield "Left out", _dropped(moments)
    if is_prior(moments):
        yield "Hypotheses", PRIORS


def _maker(credit: Credit) -> str:
    return f"{credit.by}-{credit.version}" if credit.version else credit.by


def _untold(moments: Sequence[Moment]) -> str:
    reasons = Counter(
        cannot_tell(m).removeprefix("cannot tell: ") for m in moments if not m.is_told
    )
    if not reasons:
        return "all told"
    listed = ", ".join(f"{n:,} {reason}" for reason, n in reasons.most_common())
    return f"{sum(reasons.values()):,} cannot be told ({listed})"


def _dropped(moments: Sequence[Moment]) -> str:
    quotes = sum(moment.dropped.quotes_not_found for moment in moments)
    errors = sum(moment.dropped.llm_errors for moment in moments)
    skipped = sum(moment.dropped.readings_skipped for moment in moments)
    parts = []
    if quotes:
        parts.append(f"{count(quotes, 'quote')} of the language model that nobody said")
    if errors:
        parts.append(f"{count(errors, 'moment')} that the language model failed at")
    if skipped:
        parts.append(f"{count(skipped, 'reading')} that could not be used")
    return "; ".join(parts) or "nothing"
