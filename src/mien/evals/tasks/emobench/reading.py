"""Which option an answer picks, by the rules of the publisher's programs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase

from mien.evals.refusals import is_refusal
from mien.evals.result import Fault
from mien.evals.tasks.emobench.items import Item, Question

NONE = -1
"""No option, as the published files write it."""

_FORMS = (
    "({})",
    "[{}]",
    ": {}",
    "option {}",
    "option ({})",
    "choice {}",
    "choice ({})",
    "选项 {}",
    "选项 ({})",
)
"""How a letter is recognized inside a line, in the order in which they are tried."""

_AFTER = ("<", "[", "(", ")", ":")
"""What may follow a letter at the start of a line."""

_FENCED = re.compile(r"```json\s*([\s\S]*?)```")
_TEMPLATE = re.compile(r"<(?:Respond (?:with|to)|Step by step|用相应的字母|逐步推理)")

KEYS_EA, KEYS_EU = ("answer",), ("answer_q1", "answer_q2")


def letter(text: str, choices: Sequence[str], language: str, letters: int) -> int:
    """The option that a text picks by the rules of 2024, from 0, or `NONE`.

    Lines are tried from the last one up; in each the forms of a letter, then the words of an
    option, then a bare letter. These rules have holes, kept so that scores stay comparable: the
    first form found wins, so that "not (a) but (b)" picks `a`, and "Answer: all" picks `a` too.

    Args:
        text: The answer.
        choices: The options as shown.
        language: Of the test.
        letters: How many are known: 4 in EA, 6 in EU.
    """
    known = ascii_lowercase[:letters]
    text = text.strip().lower().replace("（", "(").replace("）", ")").replace(".", "")
    amp = " and " if language == "en" else "和"
    words = [choice.replace(" & ", amp).lower() for choice in choices]
    for line in reversed(text.split("\n")):
        if not line:
            continue
        found = _in_line(line, words, known)
        if found is not None:
            return found
    return NONE


def _in_line(line: str, words: Sequence[str], known: str) -> int | None:
    for form in _FORMS:
        for place, one in enumerate(known):
            if form.format(one) in line:
                return place
    for place, word in enumerate(words):
        if word in line:
            return place
    if line in known and len(line) == 1:
        return known.index(line)
    if line[0] in known and line[1] in _AFTER:
        return known.index(line[0])
    return None


def in_json(text: str, questions: Sequence[Question]) -> tuple[int, ...]:
    """The options that a text picks by the rules of 2025: letters in JSON, matched exactly.

    A letter that is given otherwise, such as `a` or `A)`, is no answer there.
    """
    keys = KEYS_EA if len(questions) == 1 else KEYS_EU
    held = _object(text)
    return tuple(
        _exact(held.get(key), len(question.choices))
        for key, question in zip(keys, questions, strict=True)
    )


def _object(text: str) -> dict[str, object]:
    if "```json" in text:
        fenced = _FENCED.search(text)
        text = fenced[1] if fenced else ""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}


def _exact(answer: object, n: int) -> int:
    if isinstance(answer, str) and len(answer) == 1 and answer in ascii_uppercase[:n]:
        return ascii_uppercase.index(answer)
    return NONE


def picks(item: Item, texts: Sequence[str], *, is_2024: bool, language: str) -> tuple[int, ...]:
    """What an answer picks for each question of an item.

    Args:
        item: As it was asked.
        texts: Of the answer: one a question in 2024, one for all in 2025. Questions that were
            not asked have `NONE`.
        is_2024: Which rules.
        language: Of the test.
    """
    if not is_2024:
        return in_json(texts[0] if texts else "", item.questions)
    letters = 4 if len(item.questions) == 1 else 6
    found = [
        letter(text, question.choices, language, letters)
        for text, question in zip(texts, item.questions, strict=False)
    ]
    return (*found, *[NONE] * (len(item.questions) - len(found)))


def vote(answers: Sequence[int]) -> int:
    """The commonest of several answers, the first among equals; `NONE` only if all are.

    >>> vote([-1, -1, -1, 2, 0]), vote([1, 2, 2, 1]), vote([-1, -1])
    (2, 1, -1)
    """
    ranked = [answer for answer, _ in Counter(answers).most_common()]
    return next((answer for answer in ranked if answer != NONE), NONE)


def fault_of(text: str, stop: str) -> Fault:
    """Why nothing could be read from an answer.

    Args:
        text: The answer.
        stop: Why its provider ended it, as Inspect says it.
    """
    was_cut = stop in ("max_tokens", "model_length")
    if stop == "content_filter":
        return Fault.REFUSED
    if not text.strip():
        return Fault.TRUNCATED if was_cut else Fault.EMPTY
    if was_cut:
        return Fault.TRUNCATED
    if _TEMPLATE.search(text):
        return Fault.PLACEHOLDER
    return Fault.REFUSED if is_refusal(text) else Fault.UNPARSEABLE
