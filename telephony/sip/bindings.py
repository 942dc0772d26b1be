"""Which phones are registered for whom, where, and until when (RFC 3261, 10.3)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass


class OutOfOrder(Exception):
    """A registration older than the one in force: a late or repeated datagram."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One phone, as its REGISTER names it."""

    uri: str
    expires_s: int
    """0 takes it off."""
    instance: str = ""
    """The device itself (+sip.instance, RFC 5626), "" where it does not say."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A registered phone."""

    user: str
    uri: str
    """What its calls are addressed to."""
    source: tuple[str, int]
    """Where its REGISTER came from, which is where its calls are sent: through a NAT this is the only way in."""
    expires_at_s: float
    instance: str
    call_id: str
    cseq: int

    def is_of(self, contact: Contact) -> bool:
        """The same phone: the same address, or the same device after a restart that gave it another."""
        return self.uri == contact.uri or (bool(contact.instance) and self.instance == contact.instance)


class Bindings:
    """Pure: time is passed in. A user's phones are in the order of their latest registration, newest last."""

    def __init__(self, *, max_phones: int) -> None:
        """`max_phones`: of one user; a further one takes the place of the one unheard of for longest."""
        self._max_phones = max_phones
        self._by_user: dict[str, tuple[Binding, ...]] = {}

    def users(self) -> Set[str]:
        """Everyone with a phone when `expire` was last called, or later."""
        return self._by_user.keys()

    def all(self) -> list[Binding]:
        """The phones of `users`."""
        return [phone for phones in self._by_user.values() for phone in phones]

    def of(self, user: str, now_s: float) -> tuple[Binding, ...]:
        """The user's phones."""
        return tuple(binding for binding in self._by_user.get(user, ()) if binding.expires_at_s > now_s)

    def register(
        self,
        user: str,
        contacts: Sequence[Contact],
        *,
        source: tuple[str, int],
        call_id: str,
        cseq: int,
        now_s: float,
    ) -> None:
        """Add, refresh or (with expiry 0) take off these phones: all of them, or none and `OutOfOrder`."""
        phones = self.of(user, now_s)
        touched = [phone for phone in phones if any(phone.is_of(contact) for contact in contacts)]
        _check_order(touched, call_id, cseq)
        added = [
            Binding(user, contact.uri, source, now_s + contact.expires_s, contact.instance, call_id, cseq)
            for contact in {contact.uri: contact for contact in contacts}.values()
            if contact.expires_s > 0
        ]
        self._keep(user, [*(phone for phone in phones if phone not in touched), *added])

    def clear(self, user: str, *, call_id: str, cseq: int, now_s: float) -> None:
        """Take off all phones of the user (Contact: *). `OutOfOrder` as for `register`."""
        _check_order(self.of(user, now_s), call_id, cseq)
        self._keep(user, ())

    def drop(self, binding: Binding) -> None:
        """Take off one phone that is gone; does nothing if it registered again meanwhile."""
        self._keep(binding.user, [phone for phone in self._by_user.get(binding.user, ()) if phone != binding])

    def drop_user(self, user: str) -> None:
        """Take off all phones of someone who has no account any more."""
        self._keep(user, ())

    def expire(self, now_s: float) -> None:
        """Forget what is over."""
        for user in {phone.user for phone in self.all() if phone.expires_at_s <= now_s}:
            self._keep(user, self.of(user, now_s))

    def _keep(self, user: str, phones: Sequence[Binding]) -> None:
        if phones:
            self._by_user[user] = tuple(phones[-self._max_phones :])
        else:
            self._by_user.pop(user, None)


def _check_order(phones: Sequence[Binding], call_id: str, cseq: int) -> None:
    if any(phone.call_id == call_id and phone.cseq >= cseq for phone in phones):
        raise OutOfOrder
