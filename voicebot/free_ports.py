"""Ports for systems that run beside others on one machine: demo, microphone, tests."""

import secrets
import socket
import sys
from typing import Final

_FIRST: Final = 10_000
_COUNT: Final = 10_000
"""Below the ports that the kernel gives to whoever asks for any one (32768 and up on Linux) and those of RTP: nobody
takes a port between its being found here and its being used."""
_MARKS: Final[list[socket.socket]] = []
"""Of ports that were found here. A system may take half a minute until it uses them: no other process that looks for
ports here, nor a second look of this one, finds them again before this process has ended."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody has now, for UDP and TCP; each is found once."""
    found: set[int] = set()
    while len(found) < count:
        port = _FIRST + secrets.randbelow(_COUNT)
        if reserve(port):
            found.add(port)
    return list(found)


def reserve(port: int) -> bool:
    """Whether nobody has it; then nobody who looks for ports here finds it before this process has ended."""
    return _is_free(port) and _marked(port)


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def _marked(port: int) -> bool:
    """Whether nobody had marked it before. Only Linux has names for sockets that go with their process."""
    if sys.platform != "linux":
        return True
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0voicebot-port-{port}")
    except OSError:
        mark.close()
        return False
    _MARKS.append(mark)
    return True
