"""The UDP socket under the stack: guarded reading, sending that never blocks the event loop."""

from __future__ import annotations

import asyncio
import logging
import socket
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from sippy.Network_server import Network_server, Network_server_opts, Remote_address
from sippy.Time.MonoTime import MonoTime

from telephony.sip.complaints import Complaints
from telephony.sip.guard import Dropped, Guard

MAX_READS_PER_WAKE_UP = 64
RECEIVE_BUFFER_BYTES = 4 << 20
"""Room for a burst of calls while the loop is busy; the kernel grants up to net.core.rmem_max."""
MAX_LOOKUPS = 32
"""Host names being resolved at once; more than that come from somebody who means no good."""
LOOKUP_TIMEOUT_S = 5.0

_log = logging.getLogger(__name__)
_complaints = Complaints(_log)


class SocketOptions(Network_server_opts):  # type: ignore[misc]
    """What the stack passes to its server class; our server needs nothing beyond the base."""

    flags = 0  # set by the stack for its dry run


class AioUdp(Network_server):  # type: ignore[misc]
    """One non-blocking IPv4 socket on the running loop. Made by the stack, which hands over its configuration."""

    transport = "udp"

    def __init__(self, global_config: dict[str, Any], options: SocketOptions) -> None:
        super().__init__(options)
        self._guard: Guard = global_config["guard"]
        self._advertised_ip: str = global_config["advertised_ip"]
        self._loop = asyncio.get_running_loop()
        self._lookups: set[asyncio.Task[None]] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        try:
            self._socket.bind(self.uopts.laddress)
        except OSError:
            self._socket.close()
            raise
        self.uopts.laddress = self._socket.getsockname()
        self._loop.add_reader(self._socket, self._on_readable)

    def getSIPaddr(self) -> tuple[tuple[str, int], str]:  # noqa: N802 - the stack's name
        """What goes into Via and Contact."""
        return (self._advertised_ip, self.uopts.laddress[1]), self.transport

    def _on_readable(self) -> None:
        for _ in range(MAX_READS_PER_WAKE_UP):
            try:
                data, address = self._socket.recvfrom(65535)
            except OSError:  # nothing more to read, or an ICMP error of an earlier datagram
                return
            verdict = self._guard.check(data, address[0], self._loop.time())
            if isinstance(verdict, Dropped):
                self._log_dropped(verdict, address)
            else:
                self.uopts.data_callback(verdict, Remote_address(address, self.transport), self, MonoTime())
            if self.uopts.data_callback is None:  # that datagram made us shut down
                return

    def _log_dropped(self, reason: Dropped, address: tuple[str, int]) -> None:
        if reason is not Dropped.KEEP_ALIVE:
            total = self._guard.dropped.total()
            _complaints.warn("dropped a SIP datagram from %s:%d: %s (%d dropped so far)", *address, reason, total)

    def send_to(self, data: bytes | str, address: tuple[str, int], delayed: bool = False) -> None:
        payload = data if isinstance(data, bytes) else data.encode("utf-8")
        host, port = address
        if port is None or not 0 < port < 65536:
            return
        try:
            IPv4Address(host)
        except AddressValueError:
            self._resolve_and_send(payload, host, port)
        else:
            self._send(payload, host, port)

    def _send(self, payload: bytes, ip: str, port: int) -> None:
        try:
            self._socket.sendto(payload, (ip, port))
        except OSError as error:  # full buffer or no route: SIP retransmits, so one lost datagram does no harm
            _log.debug("could not send to %s:%d: %s", ip, port, error)

    def _resolve_and_send(self, payload: bytes, host: str, port: int) -> None:
        """A name in a Contact or Route: looked up beside the loop, because sendto with a name would block it."""
        if len(self._lookups) >= MAX_LOOKUPS or self._socket.fileno() < 0:
            return
        task = self._loop.create_task(self._look_up_and_send(payload, host, port))
        self._lookups.add(task)
        task.add_done_callback(self._lookups.discard)

    async def _look_up_and_send(self, payload: bytes, host: str, port: int) -> None:
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                found = await self._loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError, TimeoutError) as error:
            _log.warning("cannot resolve a SIP peer's host name: %s", error)
            return
        self._send(payload, str(found[0][4][0]), port)

    def join(self) -> None:
        """Nothing to wait for: there is no thread."""

    def shutdown(self) -> None:
        for task in self._lookups:
            task.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self.uopts.data_callback = None
