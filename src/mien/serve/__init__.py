"""The guard as a server: for gateways, and as a proxy before any model's server."""

from mien.serve.app import guard_app, proxy_app
from mien.serve.door import Rules
from mien.serve.helpers import Helpers
from mien.serve.proxy import Manner
from mien.serve.run import Place, server
from mien.serve.talk import Trust
from mien.serve.upstream import Upstream
from mien.serve.watch import Watch
from mien.serve.ways import Ways

__all__ = [
    "Helpers",
    "Manner",
    "Place",
    "Rules",
    "Trust",
    "Upstream",
    "Watch",
    "Ways",
    "guard_app",
    "proxy_app",
    "server",
]
