"""Ways to have many sources read: here, or by several processes."""

from mien.reader.engines.engine import Answer, Engine, Work
from mien.reader.engines.here import Here
from mien.reader.engines.local import Local

__all__ = ["Answer", "Engine", "Here", "Local", "Work"]
