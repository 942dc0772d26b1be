"""Sessions: random tokens of which the store knows only the hash, ended by idleness, age, or hand. Pure."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

TOUCH_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a session was last used: each touch is a write."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    idle: timedelta = timedelta(hours=1)
    """A page that is open counts as use."""
    absolute: timedelta = timedelta(hours=12)
    """A long shift."""
    in_call: timedelta = timedelta(hours=2)
    """How much longer a page stays open in which somebody is in a call: no caller is cut off by the clock."""

    @property
    def longest(self) -> timedelta:
        return self.absolute + self.in_call


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which somebody signed in."""

    token_hash: str
    account_id: str
    created_at: datetime
    seen_at: datetime
    address: str

    def is_over(self, limits: SessionLimits, at: datetime, *, in_call: bool = False) -> bool:
        oldest = limits.longest if in_call else limits.absolute
        return at - self.seen_at > limits.idle or at - self.created_at > oldest

    def wants_touch(self, at: datetime) -> bool:
        return at - self.seen_at >= TOUCH_EVERY


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the store keeps: who reads the store cannot sign in with it. A random token needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(session_token: str) -> str:
    """What a form of this session's pages carries; other sites cannot know it."""
    return hmac.digest(session_token.encode(), b"voicebot csrf", "sha256").hex()
