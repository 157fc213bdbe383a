"""Chats as services hand them out: one file or archive with one conversation or thousands."""

from mien.media.exports.chat import Chat, one_line
from mien.media.exports.choosing import pick_chat
from mien.media.exports.opening import find_chats, read_chat
from mien.media.exports.talk import Order

__all__ = ["Chat", "Order", "find_chats", "one_line", "pick_chat", "read_chat"]
