"""The conversations of an export, each a source with a name, and each opened by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mien.core.errors import SourceError, TooLarge, UnreadableSource
from mien.media import limits
from mien.media.archive import Handle, members
from mien.media.exports.chat import Chat, Place, one_line
from mien.media.exports.forms import FORMS, WHATSAPP, form_of
from mien.media.exports.scanner import Scanner
from mien.media.exports.talk import Order, Talk, UnknownForm
from mien.media.exports.whatsapp import whatsapp_talk
from mien.media.sniff import Content, sniff
from mien.media.words.text import Written, to_letters, without_halves, writable
from mien.timeline.conversation import Conversation
from mien.timeline.origin import Skipped

EMPTY = "a chat without words"

_NAME_LENGTH = 60
_UNKNOWN = (
    "a ZIP archive whose chats have a form that is unknown: no field `mapping` (ChatGPT), "
    "`chat_messages` (Claude) or `messages` (Telegram), or it is not UTF-8"
)


def find_chats(
    path: str | Path, *, dates: Order = Order.AUTO, name: str | None = None
) -> tuple[Chat, ...]:
    """The conversations of an export in their order; none if the file is no export.

    Known are the exports of ChatGPT, Claude, Telegram and WhatsApp, also in the archive that was
    downloaded, and conversations in the forms of ShareGPT and OpenAI, in a list or one a line. It
    is read once, a piece at a time.

    Args:
        path: The file.
        dates: Which number comes first in WhatsApp's dates.
        name: What stands for the file in the names of chats; by default its own name.

    Raises:
        SourceNotFound: If nothing is there.
        UnreadableSource: If none of the conversations can be read; the reason names the field
            that is missing, or says where the file is broken.
        TooLarge: If it is beyond `media.limits`.
    """
    path = Path(path)
    content = sniff(path)
    if content not in (Content.TEXT, Content.EXPORT):
        return ()
    parts = members(path) if content is Content.EXPORT else [None]
    places = [place for part in parts if (place := _find(path, part, dates)) is not None]
    if not places and content is Content.EXPORT:
        raise UnreadableSource(path, _UNKNOWN)
    chats = [chat for place in places for chat in _list(place)]
    if len(chats) > limits.CHATS:
        raise TooLarge(path, f"{len(chats):,} chats, at most {limits.CHATS:,} are read")
    if places and not any(chat.turns for chat in chats):
        fault = next((chat.fault for chat in chats if chat.fault), "it holds no words")
        raise UnreadableSource(path, fault)
    return tuple(_named(name if name is not None else writable(path.name), chats))


def read_chat(chat: Chat) -> tuple[Written, tuple[Skipped, ...]]:
    """A conversation with its turns, and what of it is no turn.

    Conversations of one export are read fastest in their order.

    Raises:
        UnreadableSource: If it cannot be read, or the file has changed since it was listed.
    """
    if chat.fault is not None:
        raise UnreadableSource(chat.path, chat.fault)
    if chat.place is None:
        raise UnreadableSource(chat.path, "a chat that `find_chats` did not give")
    try:
        talk = _talk(chat.place)
    except UnknownForm as error:
        raise UnreadableSource(chat.path, f"it changed meanwhile: {error}") from error
    skipped = [
        Skipped(source=chat.name, where="", reason=reason, count=count)
        for reason, count in talk.skipped.items()
        if count
    ]
    if not talk.turns:
        skipped.insert(0, Skipped(source=chat.name, where="", reason=EMPTY))
    conversation = Conversation(id=chat.name, turns=tuple(talk.turns), title=chat.title)
    return without_halves(Written(conversation, talk.notes)), tuple(skipped)


def _find(path: Path, member: str | None, order: Order) -> Place | None:
    handle = Handle(path, member)
    try:
        form = form_of(path, handle)
    except SourceError:
        if member is not None:
            raise
        # A file may still be of another kind, whose reader says better what is broken.
        return None
    return Place(path, form, handle, order=order) if form is not None else None


def _list(place: Place) -> Iterator[Chat]:
    if place.form == WHATSAPP:
        yield _listed(place, lambda: _talk(place))
        return
    form, scanner = FORMS[place.form], Scanner(place.path, place.handle)
    for _ in form.begin(scanner):
        scanner.peek()
        there = place._replace(scanner=scanner, offset=scanner.offset)
        yield _listed(there, lambda: form.talk(scanner))


def _listed(place: Place, read: Callable[[], Talk]) -> Chat:
    fault = None
    try:
        talk = read()
    except UnknownForm as error:
        talk, fault = Talk(title=error.title), str(error)
    except UnreadableSource as error:
        # A line that a crash has torn is one conversation, and not all of them.
        if place.scanner is None or not place.scanner.is_lines:
            raise
        place.scanner.next_line()
        talk, fault = Talk(), error.reason
    n = len(talk.turns)
    if n > limits.TURNS:
        n, fault = 0, f"{n:,} turns, at most {limits.TURNS:,} are read"
    title = writable(talk.title) if talk.title else None
    return Chat(place.path, "", 0, title, talk.begun, n, fault, place)


def _talk(place: Place) -> Talk:
    if place.scanner is None:
        return whatsapp_talk(_letters(place), place.order)
    place.scanner.seek(place.offset)
    return FORMS[place.form].talk(place.scanner)


def _named(file: str, chats: Sequence[Chat]) -> Iterator[Chat]:
    """The same with numbers and names; the only one of a file is called as the file is."""
    seen: Counter[str] = Counter()
    for number, chat in enumerate(chats, 1):
        if len(chats) == 1:
            yield replace(chat, number=1, name=file)
            continue
        name = f"{file}#{one_line(chat.title or '')[:_NAME_LENGTH].strip() or number}"
        while seen[name]:
            name = f"{name} #{number}"
        seen[name] += 1
        yield replace(chat, number=number, name=name)


def _letters(place: Place) -> str:
    place.handle.seek(0)
    raw = place.handle.read(limits.TEXT_BYTES + 1)
    if len(raw) > limits.TEXT_BYTES:
        allowed = limits.TEXT_BYTES // limits.MIB
        raise TooLarge(place.path, f"a chat beyond {allowed} MB of text")
    return to_letters(raw, place.path).text
