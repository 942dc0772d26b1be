"""How long whoever failed to sign in has to wait: delays that double, for each account and each address. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

FORGOTTEN_AFTER: Final = timedelta(hours=24)
"""Without a further failure."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Attempts that failed in a row, for one account or one address."""

    key: str
    failures: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Delays:
    """`free` failures cost nothing; from there on the wait doubles from `first` up to `longest`."""

    free: int
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=15)

    def open_again_at(self, past: Failures) -> datetime:
        """When the next attempt is looked at."""
        beyond = past.failures - self.free
        if beyond <= 0:
            return past.last_at
        return past.last_at + min(self.longest, self.first * 2.0 ** min(beyond - 1, 30))


ACCOUNT: Final = Delays(free=4)
ADDRESS: Final = Delays(free=20)
"""More: a whole office may come from one address."""


def failed_again(past: Failures | None, key: str, at: datetime) -> Failures:
    """The record once one more attempt has failed."""
    if past is None or at - past.last_at > FORGOTTEN_AFTER:
        return Failures(key, 1, at)
    return Failures(key, past.failures + 1, at)


def account_key(name: str) -> str:
    """A hash, for people type their password into the field of the name."""
    return "account:" + hashlib.sha256(name.encode()).hexdigest()


def address_key(address: str) -> str:
    """An IPv6 customer has a whole /64: it counts as one address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return f"address:{parsed.ipv4_mapped}"
        return f"address:{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return f"address:{parsed}"
