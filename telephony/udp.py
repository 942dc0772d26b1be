"""Pairs of UDP ports for media, and reading from them with the time at which the kernel took each packet in."""

import random
import socket
import struct
import time
from contextlib import suppress
from typing import Final, Protocol, TypeAlias

Address: TypeAlias = tuple[str, int]

_SO_TIMESTAMPNS: Final = 35  # Linux; Python has no name for it
_TIMESPEC: Final = struct.Struct("@qq")
_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(_TIMESPEC.size)
_RECEIVE_BUFFER: Final = 65536  # bytes: over 2 s of G.711; a flood fills no more than this


class NoFreePort(OSError):
    """No UDP port (or pair of ports) is left for another call."""


class DatagramPort(Protocol):
    """What an `RtpSession` reads and writes: a `UdpPort`, or one with encryption in between."""

    port: int
    data: bytearray

    def receive(self) -> tuple[int, Address, float] | None: ...

    def send(self, data: bytes | bytearray, address: Address, /) -> object: ...

    def close(self) -> None: ...


def open_port(local_ip: str, ports: range) -> "UdpPort":
    """A port of the range; the search begins at a random one. Raises NoFreePort."""
    offset = random.randrange(len(ports))
    for number in range(len(ports)):
        with suppress(OSError):
            return UdpPort(local_ip, ports[(offset + number) % len(ports)])
    raise NoFreePort(
        f"no free UDP port from {ports.start} to {ports.stop - 1} on {local_ip}: widen the range of ports, or check"
        f" that {local_ip} is an address of this machine"
    )


def open_port_pair(local_ip: str, ports: range) -> tuple["UdpPort", "UdpPort"]:
    """RTP on an even port of the range, RTCP on the odd one above it. The search begins at a random port, so that
    ports are neither guessable nor reused at once after a call. IPv4."""
    first, last = ports.start + ports.start % 2, ports.stop - 2
    pairs = max(0, (last - first) // 2 + 1)
    offset = random.randrange(pairs) if pairs else 0
    for number in range(pairs):
        port = first + 2 * ((offset + number) % pairs)
        with suppress(OSError):
            return _bind_pair(local_ip, port)
    raise NoFreePort(
        f"no free pair of UDP ports from {ports.start} to {ports.stop - 1} on {local_ip}: widen the setting"
        " media.rtp_ports, or check that media.bind is an address of this machine"
    )


def _bind_pair(local_ip: str, port: int) -> tuple["UdpPort", "UdpPort"]:
    lower = UdpPort(local_ip, port)
    try:
        return lower, UdpPort(local_ip, port + 1)
    except OSError:
        lower.close()
        raise


class UdpPort:
    """A bound, non-blocking UDP socket. Read by polling: at one packet per 20 ms that costs less than being called."""

    def __init__(self, local_ip: str, port: int) -> None:
        self.port = port
        self.data = bytearray(2048)
        """The last packet received, up to the size that `receive` gave."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._buffers = [self.data]
        try:
            self._socket.bind((local_ip, port))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        except OSError:
            self._socket.close()
            raise
        with suppress(OSError):  # without kernel time stamps packets count as having just come
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._receive = self._socket.recvmsg_into
        self.send = self._socket.sendto

    def receive(self) -> tuple[int, Address, float] | None:
        """Size of the packet now in `data`, its sender, and how many seconds ago it came; None when there is none."""
        try:
            size, ancillary, _, address = self._receive(self._buffers, _ANCILLARY_BYTES)
        except OSError:  # nothing there, or an ICMP error of an earlier send
            return None
        return size, address, _age_s(ancillary[0][2]) if ancillary else 0.0

    def close(self) -> None:
        self._socket.close()


def _age_s(timespec: bytes) -> float:
    """Bounded, so that a step of the system's clock does no harm."""
    seconds, nanoseconds = _TIMESPEC.unpack(timespec)
    age = time.time() - seconds - nanoseconds * 1e-9
    return age if 0.0 <= age < 1.0 else 0.0
