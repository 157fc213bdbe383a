"""WhatsApp's exported text, of Android and of iOS, in any language."""

from __future__ import annotations

import re
from typing import NamedTuple

from mien.media.exports.dates import Stamp, decide
from mien.media.exports.talk import NO_ZONE, PARTS, Order, Talk, UnknownForm
from mien.media.words.times import in_utc

SYSTEM = "lines of the service, such as who joined"
DELETED = "messages that were deleted"

_DATE = r"(?P<a>\d{1,4})(?P<mark>[./-])[ ]?(?P<b>\d{1,2})(?P=mark)[ ]?(?P<c>\d{1,4})\.?"
_BEFORE = "凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|午前|午後|오전|오후"
_TIME = (
    rf"(?P<before>{_BEFORE})?[ ]?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"[ ]?(?P<after>[AaPp]\.?[ ]?[Mm]\.?|[πμ]\.?[ ]?μ\.?|[صم](?!\w)|ч\.)?"
)
# Some languages put a word between: `klo`, `à`, `um`, `kl.`, and Bulgarian one after the date.
_WHEN = rf"{_DATE}(?:[ ]?г\.)?[,،]?[ ](?:(?!{_BEFORE})[^\W\d]{{1,4}}\.?[ ])?{_TIME}"
# Names of groups may stand once only.
_WHEN_TOO = _WHEN.replace("(?P<", "(?P<x").replace("(?P=", "(?P=x")
_HEAD = re.compile(rf"(?:\[{_WHEN}\][ ]|{_WHEN_TOO}[ ][-–][ ])")
_NAME = re.compile(r"(?P<name>[^:\n\"“”]{1,80}?):(?: |$)(?P<text>.*)", re.DOTALL)
_AFTERNOON = ("p", "下午", "傍晚", "晚上", "午後", "오후", "م", "μ")
_NOON = "中午"
_HOURS = "ч"  # Bulgarian for hours, of which there are 24

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARKS_BEFORE = re.compile(f"^{_MARKS.pattern}+")
_BLANKS = re.compile("[\u00a0\u202f\u2009]")
_LEFT_TO_RIGHT = "\u200e"
_EDITED = re.compile(
    "(?<=[^\\s\u200e])\\s*(?:\u200e\\s*<[^<>\\n]{1,60}>|<This message was edited>)\\s*$"
)
_ANGLES = re.compile(r"<[^<>\n]{1,80}>")
_FILE = re.compile(r"[^\s/\\]{1,120}\.\w{2,5} \([^()\n]{1,40}\)")
_OMITTED = re.compile(
    r"(image|video|audio|sticker|gif|document|contact card|video note) omitted"
    r"|(bild|video|audio|sticker|gif|dokument|kontaktkarte) weggelassen"
    r"|(imagen|vídeo|video|audio|sticker|gif|documento) omitid[oa]"
    r"|(image|vidéo|audio|sticker|gif|document) absente?"
    r"|(immagine|video|audio|sticker|gif|documento) omess[oa]"
    r"|(imagem|vídeo|áudio|figurinha|gif|documento) ocultad[oa]"
    r"|(afbeelding|video|audio|sticker|gif|document) weggelaten",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(this message was deleted|you deleted this message"
    r"|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht"
    r"|se eliminó este mensaje|eliminaste este mensaje"
    r"|ce message a été supprimé|vous avez supprimé ce message"
    r"|questo messaggio è stato eliminato|hai eliminato questo messaggio"
    r"|mensagem apagada|você apagou esta mensagem|dit bericht is verwijderd)\.?",
    re.IGNORECASE,
)

# What phones write under a person's name for what they cannot show; `null` is one of these.
_PLACEHOLDER = re.compile(
    r"null|missed (voice|video) call|waiting for this message\. this may take a while\.?",
    re.IGNORECASE,
)


class _Entry(NamedTuple):
    stamp: Stamp
    rest: str


def is_whatsapp(text: str) -> bool:
    """Whether the first line that is not blank begins with a date and a time as WhatsApp's do."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return _HEAD.match(_plain(first)) is not None


def whatsapp_talk(text: str, order: Order = Order.AUTO) -> Talk:
    """The turns of a chat; what is no words of a person is counted.

    Args:
        text: The whole file.
        order: Which number of a date comes first.

    Raises:
        UnknownForm: If dates are none, or may be read in two ways.
    """
    entries = _entries(text)
    times = decide([entry.stamp for entry in entries], order)
    talk = Talk(notes=(NO_ZONE,))
    for entry, time in zip(entries, times, strict=True):
        found = _NAME.match(entry.rest)
        if found is None:
            talk.skipped[SYSTEM] += 1
            continue
        words, left_out = _words(found["text"])
        if left_out is not None:
            talk.skipped[left_out] += 1
        if words is None:
            continue
        name = _plain(found["name"]).strip().removeprefix("~").strip()
        talk.say(_plain(words).strip(), speaker=name or None, at=in_utc(time))
    return talk


def _entries(text: str) -> list[_Entry]:
    entries: list[_Entry] = []
    more: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        stamp, rest = _head(line, number)
        if stamp is None:
            more.append(line)
            continue
        _go_on(entries, more)
        entries.append(_Entry(stamp, rest))
        more = []
    _go_on(entries, more)
    return entries


def _go_on(entries: list[_Entry], more: list[str]) -> None:
    if entries and more:
        rest = "\n".join([entries[-1].rest, *more]).rstrip()
        entries[-1] = entries[-1]._replace(rest=rest)
    elif any(line.strip() for line in more):
        raise UnknownForm("line 1 has no date, as WhatsApp's exports have")


def _head(line: str, number: int) -> tuple[Stamp | None, str]:
    """The date and time that begin a line, and the rest of it with its invisible marks."""
    # Arabic phones put marks between the numbers too; they decide nothing.
    bare = _MARKS_BEFORE.sub("", line).replace("\u200f", "")
    spaced = _BLANKS.sub(" ", bare)
    found = _HEAD.match(spaced)
    if found is None:
        return None, line
    get = {name.removeprefix("x"): part for name, part in found.groupdict().items() if part}
    parts = (int(get["a"]), int(get["b"]), int(get["c"]))
    half = (get.get("before") or get.get("after") or "").lower()
    hour = _hour(int(get["hour"]), half)
    minute, second = int(get["minute"]), int(get.get("second", 0))
    stamp = Stamp(number, parts, get["mark"], hour, minute, second)
    return stamp, spaced[found.end() :]


def _hour(hour: int, half: str) -> int:
    if not half or half.startswith(_HOURS):
        return hour
    if half == _NOON:
        return hour if hour > 9 else hour + 12
    return hour % 12 + (12 if half.startswith(_AFTERNOON) else 0)


def _words(text: str) -> tuple[str | None, str | None]:
    """What somebody typed, and why something, or all of it, is no words."""
    text = _EDITED.sub("", text)
    first, _, caption = text.partition("\n")
    if caption.strip() and _is_left_out(first):
        return caption, PARTS
    reason = _no_words(text)
    return (text if reason is None else None), reason


def _no_words(text: str) -> str | None:
    """Why what stands after a name is no words, or None if it is.

    iOS puts an invisible mark before everything that nobody typed, in any language; Android puts
    it before names of files, and `<...>` around what was left out.
    """
    plain = _plain(text).strip()
    if _GONE.fullmatch(plain):
        return DELETED
    if _PLACEHOLDER.fullmatch(plain):
        return SYSTEM
    is_marked = text.lstrip().startswith(_LEFT_TO_RIGHT)
    return PARTS if is_marked or _is_left_out(text) else None


def _is_left_out(text: str) -> bool:
    """Whether it stands for a picture, a sound or another file."""
    plain = _plain(text).strip()
    return any(pattern.fullmatch(plain) for pattern in (_ANGLES, _FILE, _OMITTED))


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", _MARKS.sub("", text))
