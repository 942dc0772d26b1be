"""Nonces for digest authentication: they carry their age and whom they are for, and each count of use is taken once.

Nothing is stored for a nonce until a right answer came to it, so asking for challenges costs no memory.
"""

from __future__ import annotations

import hashlib
import hmac
import re

_SHAPE = re.compile(r"([0-9a-f]{12})([0-9a-f]{8})([0-9a-f]{32})")
_MAX_SERIAL = 2**32


class Nonces:
    """Pure: time (seconds, any clock that never goes back) and the key are passed in."""

    def __init__(self, key: bytes, *, life_s: float, max_used: int = 4096) -> None:
        """`key`: random, of this process. `max_used`: nonces whose use is tracked; beyond, the oldest go stale."""
        self._key = key
        self._life_s = life_s
        self._max_used = max_used
        self._serial = 0
        self._counts: dict[str, int] = {}
        self._stale_until_ms = -1  # nonces issued up to then are no longer tracked, so no longer good

    def issue(self, source: str, now_s: float) -> str:
        """A new nonce for the host at this address."""
        self._serial = (self._serial + 1) % _MAX_SERIAL
        stamp = f"{int(now_s * 1000):012x}{self._serial:08x}"
        return stamp + self._seal(stamp, source)

    def current(self, nonce: str, source: str, now_s: float) -> bool:
        """Whether we issued it to this address, and not too long ago."""
        match = _SHAPE.fullmatch(nonce)
        if match is None or not hmac.compare_digest(self._seal(match[1] + match[2], source), match[3]):
            return False
        issued_ms = int(match[1], 16)
        return issued_ms > self._stale_until_ms and now_s - issued_ms / 1000 <= self._life_s

    def spend(self, nonce: str, count: int, now_s: float) -> bool:
        """Use a current nonce for the `count`th time. False for a replay, and where it goes stale to make room."""
        if count <= self._counts.get(nonce, 0):
            return False
        if nonce not in self._counts and len(self._counts) >= self._max_used:
            self._forget_some(now_s)
            if _issued_ms(nonce) <= self._stale_until_ms:
                return False  # older than what was just forgotten
        self._counts[nonce] = count
        return True

    def _forget_some(self, now_s: float) -> None:
        """Forget what expired; if nothing did, the oldest, which then counts as expired."""
        horizon_ms = int((now_s - self._life_s) * 1000)
        self._counts = {nonce: count for nonce, count in self._counts.items() if _issued_ms(nonce) >= horizon_ms}
        if len(self._counts) >= self._max_used:
            self._stale_until_ms = _issued_ms(min(self._counts))
            self._counts = {
                nonce: count for nonce, count in self._counts.items() if _issued_ms(nonce) > self._stale_until_ms
            }

    def _seal(self, stamp: str, source: str) -> str:
        return hmac.new(self._key, f"{stamp} {source}".encode(), hashlib.sha256).hexdigest()[:32]


def _issued_ms(nonce: str) -> int:
    return int(nonce[:12], 16)
