"""What a SIP endpoint has to be told, and the errors that name what is wrong with it."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

DIGEST_ALGORITHMS = ("SHA-256", "MD5")


class SipError(Exception):
    """A SIP endpoint cannot do what was asked; the message names the setting or input and the remedy."""


class PortInUse(SipError):
    """Another program listens on the SIP port."""


class BadAddress(SipError):
    """The address to listen on is not one of this machine's, or the address to call cannot be understood."""


class NotRegistered(SipError):
    """Nobody's phone is registered under the name that was to be called."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """For digest authentication of outgoing calls (401/407)."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials({self.username!r}, password=...)"


@dataclass(frozen=True, slots=True)
class SipSettings:
    """Times in seconds, addresses IPv4."""

    bind_ip: str = "127.0.0.1"
    port: int = 5060
    """0 takes any free port; `SipEndpoint.port` then says which."""
    rtp_ports: range = range(20000, 30000)
    advertised_ip: str = ""
    """The address that peers are told (Via, Contact, SDP) where it differs from bind_ip, as behind a NAT."""
    max_calls: int = 200
    user_agent: str = "voicebot"
    peers: tuple[str, ...] = ()
    """Networks (CIDR) that may send us SIP, and whose P-Asserted-Identity is believed. Empty: anyone, unbelieved."""
    media_timeout_s: float = 30.0
    """A call that is not on hold and sends no RTP for so long is hung up."""
    retry_after_s: int = 10
    """What a caller refused with 503 is told."""
    datagrams_per_s: float = 1000.0
    """Per source address, with bursts of twice as many."""
    outgoing_loss: float = 0.0
    """Share of our RTP packets thrown away on purpose, 0 to 1: simulated callers rehearse bad lines with it."""

    @property
    def reachable_ip(self) -> str:
        """What peers are told; for a wildcard bind without advertised_ip, the address of the default route."""
        if self.advertised_ip:
            return self.advertised_ip
        return _default_route_ip() if ipaddress.IPv4Address(self.bind_ip).is_unspecified else self.bind_ip


@dataclass(frozen=True, slots=True)
class RegistrarSettings:
    """How phones register. Times in seconds."""

    realm: str = "voicebot"
    """What phones are told that the password is for. Changing it changes nothing for them but a new challenge."""
    algorithms: tuple[str, ...] = ("MD5",)
    """Digest algorithms offered, the best first: MD5, SHA-256. Many phones in use know MD5 alone, and some of them
    give up on a second offer that they do not know (RFC 8760 notwithstanding)."""
    min_expires_s: int = 60
    """Phones that ask for less are told so (423)."""
    max_expires_s: int = 3600
    """Phones that ask for more, or for nothing, get this."""
    max_phones: int = 3
    """Phones of one user; a further one takes the place of the one unheard of for longest."""
    nonce_life_s: float = 300.0
    failures_per_source: int = 10
    """Wrong passwords from one address in `failure_period_s`; further ones are not looked at (503)."""
    failures_per_user: int = 20
    failure_period_s: float = 60.0
    ping_s: float = 30.0
    """Each phone is asked so often whether it is there (OPTIONS, which keeps a NAT open as well); one that does not
    answer is no longer registered 32 s later. 0: never asked."""

    def __post_init__(self) -> None:
        unknown = [name for name in self.algorithms if name not in DIGEST_ALGORITHMS]
        if unknown or not self.algorithms:
            raise SipError(
                f"unknown digest algorithm {', '.join(unknown) or 'none'}: choose of {', '.join(DIGEST_ALGORITHMS)}"
            )
        if not re.fullmatch(r'[^"\\\x00-\x1f\x7f]{1,64}', self.realm):
            raise SipError(f"registrar realm {self.realm!r}: use 1 to 64 characters without quotes and backslashes")
        if not 0 < self.min_expires_s <= self.max_expires_s:
            raise SipError("registrar min_expires_s must be above 0 and at most max_expires_s")


def _default_route_ip() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737): routes, sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
