"""Answers that decline to answer, told from those that are merely wrong."""

from __future__ import annotations

import re

OPENING = 400
"""Letters of an answer that are looked at: who declines says so at once."""

_REFUSES = re.compile(
    r"""
    \b(?:i|we)\s+(?:can(?:no|['’]?)t|am\s+(?:not\s+able|unable)|are\s+unable|won['’]t|will\s+not)\b
    | \bi['’]m\s+(?:not\s+able|unable|sorry,?\s+but)\b
    | \bas\s+an?\s+(?:ai|artificial|language\s+model|large\s+language)
    | \bich\s+(?:kann|möchte|werde)\s+(?:\w+\s+){0,4}nicht\b
    | \bals\s+(?:ki|künstliche|sprachmodell)
    | 作为(?:一个)?(?:人工智能|AI|语言模型) | 我(?:无法|不能|不可以)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_refusal(text: str) -> bool:
    """Whether an answer opens like one that declines, in English, German or Chinese.

    Ask this only of answers that could not be used otherwise: a reply to someone in need may
    well begin with "I can't imagine how hard that is".

    >>> is_refusal("I'm sorry, but I cannot rate the feelings of others.")
    True
    """
    return _REFUSES.search(text[:OPENING]) is not None
