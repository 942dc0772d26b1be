"""Which machines a webhook may reach: only those that the settings name, whatever a name is made to point at."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address


_ODD: Final = re.compile(r"[^!-~]")
"""What no address is written with: it would be read one way here and another way where it is connected to."""


class TargetRefused(Exception):
    """A webhook may not go there. The message names the setting."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes."""

    host: str
    port: int
    encrypted: bool


class Targets:
    """The allowed ones, from `webhooks.allow`."""

    def __init__(self, allow: Iterable[str]) -> None:
        entries: Final = list(allow)
        self._names = [entry for entry in entries if not _is_network(entry)]
        self._networks = [ip_network(entry) for entry in entries if _is_network(entry)]

    def check(self, url: str) -> Target:
        """What can be said without looking the name up. Raises TargetRefused."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise TargetRefused(f"{url[:200]}: is no address ({error})") from error
        host = (parts.hostname or "").lower()
        odd = _ODD.search(url) or any(not 0 < len(label) < 64 for label in host.split("."))
        if parts.scheme not in ("http", "https") or odd or parts.username or parts.fragment:
            raise TargetRefused(f"{url[:200] or '-'}: must be https://host/path or http://host/path, without a user")
        if not self._is_named(host) and not self._networks:
            raise TargetRefused(f"{host}: add it to `webhooks.allow` in the settings")
        return Target(host, port or (443 if parts.scheme == "https" else 80), parts.scheme == "https")

    async def resolve(self, target: Target) -> Address:
        """The address to connect to, and to no other: this one was checked. Raises TargetRefused and OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        addresses = [_plain(ip_address(each[4][0])) for each in found]
        for address in addresses:
            self.check_address(target, address)
        return addresses[0]

    def check_address(self, target: Target, address: Address) -> None:
        """Raises TargetRefused."""
        in_network = any(address in network for network in self._networks if network.version == address.version)
        never = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
        if not in_network and (never or not self._is_named(target.host)):
            raise TargetRefused(f"{target.host} is {address}: add its name or network to `webhooks.allow`")
        if not target.encrypted and address.is_global:
            raise TargetRefused(f"{target.host} is {address}, outside this network: use https")

    def _is_named(self, host: str) -> bool:
        return any(host == name or (name.startswith(".") and host.endswith(name)) for name in self._names)


def _is_network(entry: str) -> bool:
    return "/" in entry


def _plain(address: Address) -> Address:
    """An IPv4 address that came as IPv6 is judged as what it is."""
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
