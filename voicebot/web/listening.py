"""The socket on which the console listens."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from voicebot.config import ConfigError
from voicebot.web_settings import ConsoleSection


class ConsolePortInUse(Exception):
    """The console cannot listen. The message names the setting and the remedy."""


@contextlib.contextmanager
def listening(console: ConsoleSection) -> Iterator[socket.socket]:
    """Raises ConsolePortInUse, and ConfigError for a certificate that cannot be read."""
    _check_readable("console.certificate", console.certificate)
    _check_readable("console.key", console.key)
    try:
        listener = socket.create_server((str(console.bind), console.port), backlog=512)
    except OSError as error:
        raise ConsolePortInUse(
            f"console.port: cannot listen on {console.bind}:{console.port} ({error.strerror}); "
            "end the program that has it or set another `console.port`"
        ) from error
    with listener:
        yield listener


def _check_readable(key: str, file: Path | None) -> None:
    if file is not None and not os.access(file, os.R_OK):
        raise ConfigError(f"{key}: {file} is missing or not readable for this user")
