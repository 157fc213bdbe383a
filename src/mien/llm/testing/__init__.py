"""A scripted model server on this machine, for tests of whatever talks to a model.

It speaks the part of OpenAI's protocol that clients use: chat completions and responses, whole
or streamed, the list of models, and transcriptions. It needs the standard library alone, listens
on loopback alone, and says what a script tells it to say, faults included.

>>> from mien.llm.testing import ScriptedServer
>>> with ScriptedServer(["Hello.", "Hello again."]) as server:
...     server.url.startswith("http://127.0.0.1:")
True
"""

from mien.llm.testing.reply import (
    Answer,
    Choices,
    Cut,
    Fault,
    Garbled,
    Held,
    Raw,
    Reply,
    Segment,
    Token,
    ToolCall,
    Usage,
    odds,
)
from mien.llm.testing.request import Message, Request
from mien.llm.testing.script import (
    Script,
    ScriptError,
    always,
    at_most,
    first_of,
    in_order,
    when,
)
from mien.llm.testing.server import ScriptedServer

__all__ = [
    "Answer",
    "Choices",
    "Cut",
    "Fault",
    "Garbled",
    "Held",
    "Message",
    "Raw",
    "Reply",
    "Request",
    "Script",
    "ScriptError",
    "ScriptedServer",
    "Segment",
    "Token",
    "ToolCall",
    "Usage",
    "always",
    "at_most",
    "first_of",
    "in_order",
    "odds",
    "when",
]
