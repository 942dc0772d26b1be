"""Where phones in browsers reach us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PORTS: Final = range(30000, 31000)


@dataclass(frozen=True, slots=True)
class WebRtcSettings:
    """Addresses are IPv4."""

    bind_ip: str = "127.0.0.1"
    addresses: Sequence[str] = ("127.0.0.1",)
    """What browsers are told, best first: `bind_ip`, or what a NAT in front makes of it."""
    ports: range = PORTS
    """UDP; one for each connected phone."""
