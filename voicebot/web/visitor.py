"""Who sends a request, as the guard found out, and what a room of the web process may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from starlette.requests import HTTPConnection

from voicebot.accounts.account import Account
from voicebot.accounts.api_keys import ApiKeys
from voicebot.accounts.permissions import Actor
from voicebot.accounts.sign_in import SignIn
from voicebot.company.reader import CompanyReader
from voicebot.config import Settings
from voicebot.privacy.audit import Audit
from voicebot.store.store import Store
from voicebot.web.addresses import Addresses

VISITOR: Final = "voicebot.visitor"
ACTOR: Final = "voicebot.actor"
NONCE: Final = "voicebot.nonce"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who signed in."""

    actor: Actor
    account: Account
    csrf_token: str
    """For forms, as field `csrf`, and for the API, as header `X-CSRF-Token`."""


@dataclass(frozen=True, slots=True)
class Web:
    """What the pages and the API work with."""

    settings: Settings
    store: Store
    sign_in: SignIn
    api_keys: ApiKeys
    audit: Audit
    company: CompanyReader
    addresses: Addresses
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    check_every_s: float = 10.0
    """How soon an open page notices that its session was ended by another process, or by its age."""
    in_call: set[str] = field(default_factory=set)
    """Agents who are in a call or writing it up; kept by the console, for the guard."""

    @property
    def cookie(self) -> str:
        """The name binds an encrypted cookie to this host and to encryption (RFC 6265bis, 4.1.3.2)."""
        return "__Host-voicebot" if self.addresses.is_encrypted else "voicebot"

    @property
    def mark_cookie(self) -> str:
        """Of what a browser keeps in which somebody was signed in before."""
        return f"{self.cookie}-known"


def visitor_of(connection: HTTPConnection) -> Visitor:
    """The person on whose behalf a page is asked for. The guard lets nobody else in."""
    visitor: Visitor = connection.scope[VISITOR]
    return visitor


def nonce_of(connection: HTTPConnection) -> str:
    """What inline scripts of this answer carry."""
    nonce: str = connection.scope[NONCE]
    return nonce


def address_of(connection: HTTPConnection) -> str:
    """The browser's address; behind one of console.trusted_proxies, what that proxy says it is."""
    return connection.client.host if connection.client else ""
