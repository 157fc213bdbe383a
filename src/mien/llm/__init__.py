"""Language models behind any OpenAI-compatible address."""

from mien.llm.cache import Cache, FolderCache, MemoryCache
from mien.llm.client import Address, LanguageModel, Manner
from mien.llm.posting import Post, Sent
from mien.llm.protocol import Chance, Message, Reply, Wish
from mien.llm.quotes import find_quote
from mien.llm.retries import Retries
from mien.llm.structured import Parsed, Structured
from mien.llm.transcriptions import Transcriber

__all__ = [
    "Address",
    "Cache",
    "Chance",
    "FolderCache",
    "LanguageModel",
    "Manner",
    "MemoryCache",
    "Message",
    "Parsed",
    "Post",
    "Reply",
    "Retries",
    "Sent",
    "Structured",
    "Transcriber",
    "Wish",
    "find_quote",
]
