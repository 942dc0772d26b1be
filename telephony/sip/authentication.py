"""Who may register: judges the Authorization headers of a request against the accounts, and slows down guessing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from telephony.sip.digest import DigestAnswer, MalformedDigest, challenge, parse_answer
from telephony.sip.nonces import Nonces
from telephony.sip.rate_limit import RateLimit
from telephony.sip.settings import RegistrarSettings

_NOBODYS_PASSWORD = "no account has this password"
_MAX_KEYS = 4096


class Verdict(Enum):
    """What a request with or without answers to our challenge gets."""

    ACCEPTED = auto()
    CHALLENGED = auto()  # no answer to a challenge of ours yet
    STALE = auto()  # an answer to a nonce that is too old, another address's, or used up
    MALFORMED = auto()
    WRONG = auto()  # password or user; which of them is not said
    SLOWED = auto()  # not looked at: too many wrong ones before


class Authenticator:
    """Pure: time, the key of the nonces and the accounts are passed in."""

    def __init__(self, settings: RegistrarSettings, accounts: Mapping[str, str], key: bytes) -> None:
        """`accounts`: passwords by user name; looked up at each request, so that the owner may change it."""
        self._settings = settings
        self._accounts = accounts
        self._nonces = Nonces(key, life_s=settings.nonce_life_s)
        per_source, per_user = settings.failures_per_source, settings.failures_per_user
        period_s = settings.failure_period_s
        self._sources = RateLimit(per_s=per_source / period_s, burst=per_source, max_keys=_MAX_KEYS)
        self._users = RateLimit(per_s=per_user / period_s, burst=per_user, max_keys=_MAX_KEYS)

    def challenges(self, source: str, now_s: float, *, stale: bool = False) -> tuple[str, ...]:
        """WWW-Authenticate values, one for each algorithm, the best first (RFC 8760, 2.4)."""
        settings = self._settings
        nonce = self._nonces.issue(source, now_s)
        return tuple(challenge(settings.realm, nonce, algorithm, stale=stale) for algorithm in settings.algorithms)

    def judge(
        self,
        authorizations: Sequence[str],
        *,
        user: str,
        method: str,
        source: str,
        now_s: float,
        known_there: bool = False,
    ) -> Verdict:
        """Whether the request comes from `user`.

        `known_there`: this user is registered from this address. The limits of failures spare it, so that nobody's
        guessing locks a working phone out.
        """
        try:
            answer = self._answer_to_us(authorizations)
        except MalformedDigest:
            return Verdict.MALFORMED
        if answer is None:
            return Verdict.CHALLENGED
        if not self._nonces.current(answer.nonce, source, now_s):
            return Verdict.STALE  # before anything is counted: who forges the source address has no nonce for it
        if not known_there and (self._sources.exhausted(source, now_s) or self._users.exhausted(user, now_s)):
            return Verdict.SLOWED
        if not self._proves(answer, user, method):
            self._sources.take(source, now_s)
            self._users.take(user, now_s)
            return Verdict.WRONG
        fresh = self._nonces.spend(answer.nonce, answer.count, now_s)
        return Verdict.ACCEPTED if fresh else Verdict.STALE

    def _answer_to_us(self, authorizations: Sequence[str]) -> DigestAnswer | None:
        """The answer for our realm; a phone may send those of others along."""
        answers = [parse_answer(header) for header in authorizations]
        ours = [answer for answer in answers if answer.realm == self._settings.realm]
        if any(answer.algorithm not in self._settings.algorithms for answer in ours):
            raise MalformedDigest("its algorithm was not offered")
        return ours[0] if ours else None

    def _proves(self, answer: DigestAnswer, user: str, method: str) -> bool:
        """The same work for users that exist and those that do not."""
        password = self._accounts.get(user)
        right = answer.proves(password if password is not None else _NOBODYS_PASSWORD, method)
        return right and password is not None and answer.username == user
