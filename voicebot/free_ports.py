"""Ports for systems that run beside others on one machine: demo, microphone, tests."""

import secrets
import socket
from typing import Final

_FIRST: Final = 10_000
_COUNT: Final = 10_000
"""Below the ports that the kernel gives to whoever asks for any one (32768 and up on Linux) and those of RTP: nobody
takes a port between its being found here and its being used."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody has now, for UDP and TCP."""
    found: set[int] = set()
    while len(found) < count:
        port = _FIRST + secrets.randbelow(_COUNT)
        if _is_free(port):
            found.add(port)
    return list(found)


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
