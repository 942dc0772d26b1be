"""The registrar: agents' phones say where they are, and are called there.

The judgement is in `authentication` and `bindings`; here are the messages, the clock and the callbacks.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any, Protocol

from telephony.sip.authentication import Authenticator, Verdict
from telephony.sip.bindings import Binding, Bindings, Contact, OutOfOrder
from telephony.sip.complaints import Complaints
from telephony.sip.keepalive import Keepalive
from telephony.sip.settings import RegistrarSettings
from telephony.sip.stack import Refused, Reply, Stack, response

LOOK_S = 1.0
"""How often registrations are looked through for those that are over."""
MAX_CONTACTS = 8
MAX_URI_CHARS = 256
RETRY_AFTER_SLOWED_S = 30

_URI = re.compile(r"(?i:sip):[!#-+\--;=@-~]+")  # printable ASCII without quotes, brackets, commas and headers
_SECONDS = re.compile(r"[0-9]{1,10}")

_log = logging.getLogger(__name__)
_complaints = Complaints(_log)


class RegistrationListener(Protocol):
    """Told when a user can be called and when no longer. Called on the event loop; must not block."""

    def on_registered(self, user: str) -> None:
        """The user's first phone is there."""

    def on_unregistered(self, user: str) -> None:
        """The user's last phone has signed off, run out, stopped answering, or lost its account."""


class Registrar:
    """Takes the REGISTERs of one endpoint. Phones of several users, and several phones of one, may be behind one NAT.

    A user's phones are known by what they register as (`sip:NAME@anything`), which is also the user name of their
    digest. Of several phones of a user, the one that registered last is called.
    """

    def __init__(
        self, settings: RegistrarSettings, accounts: Mapping[str, str], listener: RegistrationListener
    ) -> None:
        """`accounts`: passwords by user name. The owner may change it at any time; who is taken out is signed off."""
        self._settings = settings
        self._accounts = accounts
        self._listener = listener
        self._authenticator = Authenticator(settings, accounts, secrets.token_bytes(32))
        self._bindings = Bindings(max_phones=settings.max_phones)
        self._announced: set[str] = set()
        self._keepalive: Keepalive | None = None
        self._next_look: asyncio.TimerHandle | None = None

    def registered(self) -> frozenset[str]:
        """The users who can be called."""
        return frozenset(self._announced)

    def phone_of(self, user: str) -> Binding | None:
        """The phone to call the user on: of several, the one that registered last."""
        phones = self._bindings.of(user, _now_s())
        return phones[-1] if phones else None

    # What the endpoint does with it

    def start(self, stack: Stack) -> None:
        if self._settings.ping_s:
            self._keepalive = Keepalive(stack, self._settings.ping_s, self._bindings.all, self._on_gone)
        self._look()

    def stop(self) -> None:
        """Forgets nobody: after a restart of the endpoint, registrations in force are good."""
        if self._next_look is not None:
            self._next_look.cancel()
        if self._keepalive is not None:
            self._keepalive.stop()

    def on_register(self, request: Any) -> Reply:
        """Answer a REGISTER (RFC 3261, 10.3). Raises `Refused`, and anything for what cannot be read."""
        user = str(request.getHFBody("to").getUrl().username or "")
        self._authenticate(request, user)
        self._update(request, user)
        self._announce(user)
        return response(request, 200, "OK", *self._listing(user), ("Date", formatdate(usegmt=True)))

    # REGISTER

    def _authenticate(self, request: Any, user: str) -> None:
        source, now_s = request.getSource()[0], _now_s()
        verdict = self._authenticator.judge(
            [str(found.body.body) for found in request.getHFs("authorization")],
            user=user,
            method="REGISTER",
            source=source,
            now_s=now_s,
            known_there=any(phone.source[0] == source for phone in self._bindings.of(user, now_s)),
        )
        match verdict:
            case Verdict.CHALLENGED | Verdict.STALE:
                offers = self._authenticator.challenges(source, now_s, stale=verdict is Verdict.STALE)
                raise Refused(401, "Unauthorized", *(("WWW-Authenticate", offer) for offer in offers))
            case Verdict.MALFORMED:
                raise Refused(400, "Bad Authorization")
            case Verdict.SLOWED:
                raise Refused(503, "Service Unavailable", ("Retry-After", str(RETRY_AFTER_SLOWED_S)))
            case Verdict.WRONG:
                name = user if user in self._accounts else "nobody we know"
                _complaints.warn("wrong password from %s, registering as %s", source, name)
                raise Refused(403, "Forbidden")
        if request.getHFBody("from").getUrl().username != user:  # registering somebody else
            raise Refused(403, "Forbidden")

    def _update(self, request: Any, user: str) -> None:
        headers = request.getHFBodys("contact")
        call_id, cseq = str(request.getHFBody("call-id")), request.getHFBody("cseq").getCSeqNum()
        now_s = _now_s()
        asked_s = self._asked_expiry(request)
        try:
            if any(contact.asterisk for contact in headers):
                if len(headers) > 1 or asked_s != 0:
                    raise Refused(400, "Contact * Goes Alone With Expires 0")
                self._bindings.clear(user, call_id=call_id, cseq=cseq, now_s=now_s)
                return
            if len(headers) > MAX_CONTACTS:
                raise Refused(400, "Too Many Contacts")
            contacts = [self._contact(contact.getUri(), asked_s) for contact in headers]
            self._bindings.register(user, contacts, source=request.getSource(), call_id=call_id, cseq=cseq, now_s=now_s)
        except OutOfOrder:
            raise Refused(500, "Out Of Order") from None

    def _contact(self, address: Any, asked_s: int | None) -> Contact:
        parameters = {name.lower(): value for name, value in address.params.items()}
        uri = str(address.url.original_uri)
        if len(uri) > MAX_URI_CHARS or not _URI.fullmatch(uri):
            raise Refused(400, "Contact Must Be A SIP URI")
        instance = str(parameters.get("+sip.instance") or "")[:MAX_URI_CHARS]
        own_s = _seconds(parameters.get("expires"))
        return Contact(uri, self._granted_s(own_s if own_s is not None else asked_s), instance)

    def _granted_s(self, asked_s: int | None) -> int:
        if asked_s is not None and 0 < asked_s < self._settings.min_expires_s:
            raise Refused(423, "Interval Too Brief", ("Min-Expires", str(self._settings.min_expires_s)))
        longest_s = self._settings.max_expires_s
        return longest_s if asked_s is None else min(asked_s, longest_s)

    @staticmethod
    def _asked_expiry(request: Any) -> int | None:
        headers = request.getHFs("expires")
        return _seconds(str(headers[0].body.body)) if headers else None

    def _listing(self, user: str) -> list[tuple[str, str]]:
        """The phones in force with the time that they have left."""
        now_s = _now_s()
        return [
            ("Contact", f"<{phone.uri}>;expires={max(1, round(phone.expires_at_s - now_s))}")
            for phone in self._bindings.of(user, now_s)
        ]

    # Time and callbacks

    def _look(self) -> None:
        self._next_look = asyncio.get_running_loop().call_later(LOOK_S, self._look)
        self._bindings.expire(_now_s())
        for user in [user for user in self._bindings.users() if user not in self._accounts]:
            self._bindings.drop_user(user)
        for user in self._announced - self._bindings.users():
            self._announce(user)

    def _on_gone(self, phone: Binding) -> None:
        _log.info("a phone of %s does not answer any more", phone.user)
        self._bindings.drop(phone)
        self._announce(phone.user)

    def _announce(self, user: str) -> None:
        """Tell the listener if the user has become callable or ceased to be."""
        present = bool(self._bindings.of(user, _now_s()))
        if present == (user in self._announced):
            return
        if present:
            self._announced.add(user)
        else:
            self._announced.discard(user)
        try:
            (self._listener.on_registered if present else self._listener.on_unregistered)(user)
        except Exception:  # noqa: BLE001 - the phone is registered, whatever its owner's code makes of it
            _log.exception("a listener to registrations failed")


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _seconds(value: str | None) -> int | None:
    """An expiry; None for what is none, which counts as not given (RFC 3261, 20.19)."""
    return int(value) if value is not None and _SECONDS.fullmatch(value.strip()) else None
