"""About how many tokens a text has, without any model's tokenizer."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


def tokens_in(text: str) -> int:
    """Characters over four, Chinese, Japanese and Korean ones over one and a half.

    >>> tokens_in("How are you today?"), tokens_in("你今天怎么样？"), tokens_in("")
    (5, 5, 0)
    """
    han = len(_HAN.findall(text))
    return -int(-(han / 1.5 + (len(text) - han) / 4) // 1)
