"""Signing in and out: what the pages, the API and the tests ask. Time is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from voicebot.accounts.account import Account, AccountError, folded
from voicebot.accounts.book import AccountBook
from voicebot.accounts.known_browser import known_key
from voicebot.accounts.lockout import ACCOUNT, ADDRESS, account_key, address_key
from voicebot.accounts.passwords import Passwords, check_password
from voicebot.accounts.sessions import Session, SessionLimits, new_token, token_hash
from voicebot.sparing_log import SparingLog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that goes on."""

    token: str
    account: Account
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Name or password is wrong, or the account disabled: which of them is not told."""

    wait_s: float = 0.0
    """More than 0: not even looked at; the next attempt is after this many seconds."""


class SignIn:
    """Every method may raise StoreError."""

    def __init__(self, book: AccountBook, passwords: Passwords, limits: SessionLimits) -> None:
        self.book = book
        self._passwords = passwords
        self._told = SparingLog()
        self.limits = limits

    async def with_password(
        self, name: str, password: str, *, address: str, at: datetime, mark: str = ""
    ) -> SignedIn | Refused:
        """address: the browser's, for the delays and the record. mark: what it keeps, if it is known."""
        try:
            name = folded(name)
        except AccountError:
            name = ""
        account = await self.book.by_name(name)
        key, from_where = account_key(name), address_key(address)
        delays = {key: ACCOUNT, from_where: ADDRESS}
        if known := known_key(account, mark):
            key, delays = known, {known: ACCOUNT}
        open_at = await self.book.begin_attempt(delays, at)
        if open_at is not None:
            return Refused(wait_s=(open_at - at).total_seconds())
        usable = account is not None and not account.disabled
        right = await self._passwords.is_right(password, account.password_hash if account else None)
        if account is None or not usable or not right:
            self._told.warning("sign_in_failed", address=address, known_name=account is not None)
            return Refused()
        await self.book.attempt_succeeded(key, from_where if from_where in delays else None)
        if account.password_hash and self._passwords.is_dated(account.password_hash):
            account = account.with_hash(await self._passwords.hash(password))
            await self.book.rehash(account.id, account.password_hash or "")
        return await self.open(account, address=address, at=at)

    async def open(self, account: Account, *, address: str, at: datetime) -> SignedIn:
        """A new session, with a token that nobody has seen before, for somebody whose identity is proved."""
        token = new_token()
        session = Session(token_hash(token), account.id, created_at=at, seen_at=at, address=address)
        await self.book.open_session(session, limits=self.limits)
        log.info("signed_in", account=account.name, role=account.role, address=address)
        return SignedIn(token, account, at)

    async def resume(self, token: str, *, at: datetime, in_call: bool = False) -> SignedIn | None:
        """The session of a browser's token, as long as it goes on; counts as use. in_call: its person is in a call."""
        found = await self.book.session(token)
        if found is None:
            return None
        session, account = found
        if account.disabled or session.is_over(self.limits, at, in_call=in_call):
            return None
        if session.wants_touch(at):
            await self.book.touch_session(session.token_hash, at)
        return SignedIn(token, account, session.created_at)

    async def out(self, token: str) -> None:
        await self.book.close_session(token)

    async def change_password(self, account: Account, new: str) -> None:
        """Ends all sessions of the account. Raises PasswordTooWeak."""
        check_password(new, name=account.name)
        await self.book.set_password(account.id, await self._passwords.hash(new))

    async def new_account(self, account: Account, password: str | None, *, first: bool = False) -> bool:
        """first: only where there is none yet; False where somebody was quicker.

        Raises AccountError and PasswordTooWeak.
        """
        if password is not None:
            check_password(password, name=account.name)
            account = account.with_hash(await self._passwords.hash(password))
        if first:
            return await self.book.add_first(account)
        await self.book.add(account)
        return True
