"""From what people type to lower-case words, the same for both words decoders."""

from __future__ import annotations

import html
import re
import unicodedata

from mien.decoders.words.emoji import say_emoji, say_typed_faces
from mien.decoders.words.identity import hide_identity

LOUD = "[loud]"
"""Put before the words of a text that is mostly in capitals."""

_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "…": "...",
     "—": "-", "–": "-", "\u00a0": " ", "\u202f": " "}
)  # fmt: skip
_MASKS = re.compile(r"\[(?:NAME|RELIGION)\](?:['’]s)?")
_LINKS = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)(?:/?[ru]/|@)\w+")
_QUOTED_LINE = re.compile(r"^\s*(?:>|&gt;).*$", re.MULTILINE)
_IRONY_MARK = re.compile(r"(?<!\S)/s\b")
_ENTITY = re.compile(r"&[#\w]+;")
_LONG_RUN = re.compile(r"(\S)\1\1+")
_WORD = re.compile(r"\[(?:who|loud)\]|[^\W_]+(?:'[^\W_]+)*|[^\w\s]|_")
_SHOUTED = re.compile(r"\b[A-Z][A-Z']+\b")


def clean(text: str) -> str:
    """The text without what carries no feeling, emoji and typed faces said in words.

    Quoted lines, links, user names and the masks of public corpora go; entities, curly
    quotes and control characters become plain; letters and marks repeated three times or
    more stand twice. Case is kept.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", say_emoji(text)).translate(_QUOTES)
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else _blank(c) for c in text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    if ">" in text:
        text = _QUOTED_LINE.sub(" ", text)
    if "[" in text:
        text = _MASKS.sub(" ", text)
    if "/" in text or "@" in text or "www." in text:
        text = _IRONY_MARK.sub(" sarcasm", _LINKS.sub(" ", text))
    text = say_typed_faces(text)
    return _LONG_RUN.sub(_twice, text) if _LONG_RUN.search(text) else text


def raw_words(cleaned: str) -> list[str]:
    """Lower-case words and single marks of a cleaned text, in order."""
    found: list[str] = _WORD.findall(cleaned.lower())
    return found


def neutral(raw: list[str], cleaned: str) -> list[str]:
    """The words with identities hidden, and a mark in front if the text shouts."""
    hidden = hide_identity(raw)
    return [LOUD, *hidden] if _is_loud(cleaned) else hidden


def words(text: str) -> list[str]:
    """What both decoders read of a text.

    >>> words("SO proud of you, Sarah!!! ❤️")
    ['so', 'proud', 'of', 'you', ',', '[who]', '!', '!', 'love']
    """
    cleaned = clean(text)
    return neutral(raw_words(cleaned), cleaned)


def _twice(run: re.Match[str]) -> str:
    # Digits are numbers, not emphasis.
    return run.group() if run.group(1).isdigit() else run.group(1) * 2


def _is_loud(cleaned: str) -> bool:
    shouted = _SHOUTED.findall(cleaned)
    if len(shouted) < 2:
        return False
    return 2 * sum(map(len, shouted)) > sum(map(str.isalpha, cleaned))


def _blank(char: str) -> str:
    # Tabs and odd line ends separate words; zero-width and bidi marks stand inside them.
    return " " if char.isspace() or unicodedata.category(char) == "Cc" else ""
