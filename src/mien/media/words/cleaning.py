"""Words apart from what subtitles mix into them: markup, sounds, names."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

_MARKUP = re.compile(r"</?[A-Za-z\d][^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}")
_BRACKETS = re.compile(r"\[[^\[\]\n]{1,60}\]")
_PARENTHESES = re.compile(r"\([^()\n]{1,60}\)")
_SUNG = re.compile(r"[♪♫][^♪♫]*[♪♫]?")
_SOUND = re.compile(
    r"\b(laugh|chuckl|giggl|snicker|sigh|sob|cry|cries|weep|gasp|groan|moan|grunt|scream|shout|yell"
    r"|whisper|mumbl|mutter|sniff|snor|cough|sneez|yawn|breath|exhal|inhal|pant|cheer|applau|clap"
    r"|music|song|sing|hum|silence|inaudible|unintelligible|crosstalk|noise|rings?|ringing|beep)",
    re.IGNORECASE,
)
_NAME = re.compile(r"^\s*(?P<name>[^\W\d_][^:\n]{0,39}?)\s*:\s+(?P<text>\S.*)$", re.DOTALL)
_LABEL = re.compile(
    r"^\s*\[(?P<name>speaker[ _-]?\w{1,8})\]\s*:?\s+(?P<text>\S.*)$", re.IGNORECASE | re.DOTALL
)


class Named(NamedTuple):
    """Words with the name that stood before them, if one did."""

    name: str | None
    text: str


def without_markup(text: str) -> str:
    r"""The text without tags and positions, entities turned into letters.

    >>> without_markup(r"{\an8}<i>Don&#39;t</i> go")
    "Don't go"
    """
    return html.unescape(_MARKUP.sub("", text))


def without_sounds(text: str) -> tuple[str, int]:
    """The text without descriptions of sounds and without songs, and how many were taken out.

    Brackets always hold such descriptions; parentheses only if they name a sound or are all
    there is, since people write asides in them too.

    >>> without_sounds("[laughs] Sure (I think). (sighs)")
    ('Sure (I think).', 2)
    """
    left, sung = _SUNG.subn(" ", text)
    left, bracketed = _BRACKETS.subn(" ", left)
    is_alone = _PARENTHESES.fullmatch(left.strip()) is not None
    found = [m for m in _PARENTHESES.findall(left) if is_alone or _SOUND.search(m)]
    for one in found:
        left = left.replace(one, " ", 1)
    return " ".join(left.split()), sung + bracketed + len(found)


def split_name(text: str) -> Named:
    """A leading `Name:` or `[SPEAKER_00]` apart from the words behind it.

    >>> split_name("Ana: See you at 10:30")
    Named(name='Ana', text='See you at 10:30')
    >>> split_name("https://example.org is down").name is None
    True
    """
    found = _LABEL.match(text) or _NAME.match(text)
    if found is None or len(found["name"].split()) > 5:
        return Named(None, text)
    return Named(found["name"].strip(), found["text"].strip())
