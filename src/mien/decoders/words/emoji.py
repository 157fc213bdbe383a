"""Emoji and typed faces, said in words.

The word pieces of the transformer know no emoji, and an n-gram model has seen few of each.
So every emoji becomes the words that people most often mean by it. Meaning depends on the
text (tears of joy may mock); the words are a prior, and the text around them decides.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_MEANINGS = """
laughing: 😂 🤣 😹 😆 😄 😁 😅 💀 ☠ 🤭
happy: 😀 😃 🙂 😊 ☺ 😺 😸 😌 🌞 🎈 🌈 ☀
excited: 🤩 🎉 🎊 🥳 🙌 ✨ 💃 🕺 🎆 🎇 🥂 🍾
love: ❤ ♥ 💕 💖 💗 💓 💞 💘 💝 💟 ❣ 💙 💚 💛 💜 🧡 🖤 🤍 🤎 😍 🥰 😻 💑 🏩 ♡ 🫶
kiss: 😘 😗 😙 😚 💋 💏 😽
hug: 🤗 🫂
good: 👍 👌 ✅ 💯 🆗 ✔ ☑
bad: 👎 ❌ 🚫
amazing: 🔥 😎 🤯 ⭐ 🌟 👑 🏆 🥇
well done: 👏 🤝 ✊ 👊 🤜 🤛 💪 🫡
thank you: 🙏
good luck: 🤞 🍀
crying sad: 😢 😿 🥺 💔 ☹ 🙁 😞 😔 😟 🥀
crying: 😭
tired: 😩 😫 😪 😴 🥱 💤
disappointed: 😣 😖 😥 😓 😕 🫤
angry: 😠 😡 🤬 👿 💢 😾 🖕
annoyed: 🙄 😒 😤 😑 🤦 🫠 😮‍💨
scared: 😨 😱 😰 🙀 🫣 👻
nervous: 😬 🥶 🥵 🫨
disgusting: 🤢 🤮 🤧 💩 🤒
wow: 😮 😲 😯 😦 😧 🙊 👀 ❗ ‼ ⁉
wondering: 🤔 🧐 🤨 💭
confused: 😵 🤷 ❓ ❔ 🥴
embarrassed: 😳 🙈 🫢
joking: 😉 😜 😝 😛 🤪 😏 😋 🤓 🙃 🤡
neutral: 😐 😶 🤐 🤫
evil: 😈
sick: 🤕 😷
proud: 🎓 🏅 🥲
hungry: 🤤
money: 💰 💸 🤑 💲
music: 🎶 🎵 ♫ ♪
cake: 🎂 🍰
"""

_TYPED = {
    "happy": (":)", ":-)", "=)", ":]", "=]", "(:", ":))", "^_^", "^^", ":>", "c:"),
    "laughing": (":d", ":-d", "=d", "xd", "x-d", ":'d", ":')", ":,)"),
    "joking": (";)", ";-)", ";d", ":p", ":-p", "=p", "xp", ";p", ":3"),
    "sad": (":(", ":-(", "=(", ":[", "=[", "):", ":((", ";(", ":<", "</3"),
    "crying": (":'(", ":,(", "t_t", "t.t", ";_;", "qq"),
    "annoyed": (":/", ":-/", "=/", ":\\", ":-\\", "=\\", "-_-", "-.-", ">_<", ">.<"),
    "neutral": (":|", ":-|", "=|"),
    "wow": (":o", ":-o", "=o", "o_o", "o.o", "0_0", "o_0"),
    "love": ("<3", "<33", "<333"),
    "angry": (">:(", ">:-("),
    "kiss": (":*", ":-*"),
    "wondering": ("¯\\_(ツ)_/¯",),
}

_IGNORED = {0x200D, 0xFE0E, 0xFE0F, 0x20E3, 0x2640, 0x2642, 0x2122, 0xAE, 0xA9}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0000, 0xE0080)
_SUPPLEMENTARY = 0x1F000
_NAME_FILLER = re.compile(r"\b(?:face|with|sign|symbol|white|black|heavy|and|of|the|smiling)\b")


@cache
def _spoken() -> dict[str, str]:
    table = {}
    for line in _MEANINGS.strip().splitlines():
        words, _, emoji = line.partition(": ")
        table.update(dict.fromkeys((e.replace("\ufe0f", "") for e in emoji.split()), words))
    return table


@cache
def _typed() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {face: word for word, faces in _TYPED.items() for face in faces}
    longest_first = sorted(table, key=lambda face: (-len(face), face))
    # A face in letters needs space around it ("xd" inside a word is none); and so does one
    # that starts with a bracket, or ends before a digit ("(1:30)").
    faces = "|".join(map(re.escape, longest_first))
    pattern = rf"(?<![\w:;=<>./\\-])(?:{faces})(?![\w/\\<>=])"
    return re.compile(pattern, re.IGNORECASE), table


_TRIGGER = re.compile(r"[:;=^<>_]|[-to]\.[-to]|\b(?:xd|x-d|xp|qq)\b", re.IGNORECASE)


def say_typed_faces(text: str) -> str:
    """The text with `:)`, `<3`, `T_T` and their like as words.

    >>> say_typed_faces("see you :) <3").split()
    ['see', 'you', 'happy', 'love']
    """
    if not _TRIGGER.search(text):
        return text
    pattern, table = _typed()
    return pattern.sub(lambda found: f" {table[found.group().lower()]} ", text)


def say_emoji(text: str) -> str:
    """The text with emoji as words; skin tones, joiners and flags leave nothing behind.

    >>> say_emoji("great job 👏🏽👏🏽").split()
    ['great', 'job', 'well', 'done', 'well', 'done']
    """
    if text.isascii():
        return text
    return "".join(map(_say, text))


def is_emoji(char: str) -> bool:
    """Whether a character is a pictogram, or one of the signs that only change pictograms."""
    return char in _spoken() or ord(char) >= _SUPPLEMENTARY or ord(char) in _IGNORED


@cache
def _say(char: str) -> str:
    code = ord(char)
    words = _spoken().get(char)
    if words is not None:
        return f" {words} "
    if code in _IGNORED or code in _SKIN_TONES or code in _FLAG_LETTERS or code in _TAGS:
        return ""
    if code >= _SUPPLEMENTARY and unicodedata.category(char) in ("So", "Sk", "Sm"):
        name = unicodedata.name(char, "").lower().replace("-", " ")
        return f" {' '.join(_NAME_FILLER.sub(' ', name).split()[:3])} "
    return char


def without_symbols(text: str) -> str:
    """The text with spaces for emoji and other symbols, which are of no language.

    >>> without_symbols("so good \N{LOUDLY CRYING FACE}")
    'so good  '
    """
    return "".join(" " if unicodedata.category(c) in ("So", "Sk") else c for c in text)
