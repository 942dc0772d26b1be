"""Where the model host listens: a unix socket, or TCP within the machine or, with a shared token, beyond it."""

import asyncio
import ipaddress
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OnClient = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_LONGEST_UNIX_PATH: Final = 107
"""Bytes in sockaddr_un.sun_path, less the final zero (unix(7))."""


class InferenceError(RuntimeError):
    """The model host cannot be reached, was set up wrongly, or failed a request."""


class AddressError(InferenceError):
    """The address of the model host cannot be used as it is set."""


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed "unix:/path" or "tcp:host:port". `path` is None for TCP."""

    text: str
    path: Path | None
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises AddressError on anything else."""
        kind, _, rest = text.partition(":")
        if kind == "unix" and rest:
            if len(os.fsencode(rest)) > _LONGEST_UNIX_PATH:
                raise AddressError(
                    f"models.host {text!r}: the path is longer than {_LONGEST_UNIX_PATH} bytes; "
                    "set `models.host` to a shorter one, such as unix:/run/voicebot/inference.sock, or move `data_dir`"
                )
            return cls(text, Path(rest))
        host, _, port = rest.rpartition(":")
        if kind == "tcp" and host and port.isdecimal() and int(port) < 65_536:
            return cls(text, None, host.strip("[]"), int(port))
        raise AddressError(f"models.host {text!r}: write unix:/path/to/socket or tcp:host:port")

    def require_token_if_open(self, token: str) -> None:
        """Raises AddressError when others than this machine could connect and no secret would keep them out."""
        if self.path is None and not self._is_loopback() and not token:
            raise AddressError(
                f"models.host {self.text!r} can be reached from other machines: set models.token, or use 127.0.0.1"
            )

    async def listen(self, on_client: OnClient) -> asyncio.Server:
        """A server on this address; the unix socket is for the owner alone."""
        try:
            if self.path is None:
                return await asyncio.start_server(on_client, self.host, self.port)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            await self._refuse_if_taken()
            server = await asyncio.start_unix_server(on_client, self.path)
            self.path.chmod(0o600)
            return server
        except OSError as error:
            raise AddressError(f"models.host {self.text!r} cannot be listened on: {error}") from error

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Raises OSError when nobody listens."""
        if self.path is None:
            return await asyncio.open_connection(self.host, self.port)
        return await asyncio.open_unix_connection(self.path)

    def remove_socket(self) -> None:
        """Takes the socket's file away once the host has ended."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    async def _refuse_if_taken(self) -> None:
        with suppress(OSError):
            _, writer = await self.connect()
            writer.close()
            raise AddressError(f"models.host {self.text!r}: another model host is listening there; stop it first")

    def _is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
