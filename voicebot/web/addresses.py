"""Under which names this server is reached, and which pages may therefore talk to it. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from voicebot.web_settings import ConsoleSection

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Addresses:
    """`console.url` where it is set; without it this machine's own names, or, listening on a network's address, any
    name, as long as page and server have the same."""

    def __init__(self, settings: ConsoleSection) -> None:
        self.url: Final = (settings.url or _default_url(settings)).rstrip("/")
        """Where people open the console."""
        self.is_encrypted: Final = urlsplit(self.url).scheme == "https"
        self._named = settings.url is not None
        self._only_loopback = settings.bind.is_loopback
        self._port = settings.port

    def is_ours(self, host: str) -> bool:
        """Whether a request with this Host header is for this server, and not for a name that was pointed at it."""
        if self._named and host.lower() == urlsplit(self.url).netloc.lower():
            return True
        name, _, port = host.lower().rpartition(":") if not host.endswith("]") else (host, "", "")
        if not name:
            name, port = host.lower(), ""
        if name in LOOPBACK:  # health checks and the operator on the machine itself
            return port in ("", str(self._port))
        return not self._named and not self._only_loopback and bool(host)

    def is_our_page(self, origin: str, *, host: str, scheme: str) -> bool:
        """Whether a page of `origin` belongs to the server that its request names as `host`."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.path or parts.query or not parts.netloc:
            return False
        if self._named and origin.lower() == self.url.lower():
            return True
        return (parts.scheme, parts.netloc.lower()) == (scheme, host.lower())


def _default_url(settings: ConsoleSection) -> str:
    scheme = "https" if settings.certificate else "http"
    return f"{scheme}://{settings.bind}:{settings.port}"
