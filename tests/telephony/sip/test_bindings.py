"""Invariant: a user's phones are those that registered last, in that order, none past its time, at most so many."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.bindings import Bindings, Contact, OutOfOrder

SOURCE = ("192.0.2.1", 5060)
_cseq = count(1)


def register(
    bindings: Bindings, *contacts: Contact, now_s: float = 0.0, call_id: str = "a", cseq: int | None = None
) -> list[str]:
    """Registers for 6001; what is then in force."""
    bindings.register("6001", contacts, source=SOURCE, call_id=call_id, cseq=cseq or next(_cseq), now_s=now_s)
    return uris(bindings, now_s)


def uris(bindings: Bindings, now_s: float) -> list[str]:
    return [phone.uri for phone in bindings.of("6001", now_s)]


@pytest.fixture
def bindings() -> Bindings:
    return Bindings(max_phones=2)


def test_a_phone_is_there_until_its_time_is_up(bindings: Bindings) -> None:
    register(bindings, Contact("sip:desk", 60))
    assert uris(bindings, 59.9) == ["sip:desk"]
    assert uris(bindings, 60.0) == []
    bindings.expire(60.0)
    assert list(bindings.users()) == []


def test_registering_again_prolongs_and_does_not_double(bindings: Bindings) -> None:
    register(bindings, Contact("sip:desk", 60))
    assert register(bindings, Contact("sip:desk", 60), now_s=50.0) == ["sip:desk"]
    assert uris(bindings, 100.0) == ["sip:desk"]


def test_of_two_phones_the_one_that_registered_last_comes_last(bindings: Bindings) -> None:
    register(bindings, Contact("sip:desk", 60))
    assert register(bindings, Contact("sip:mobile", 60)) == ["sip:desk", "sip:mobile"]
    assert register(bindings, Contact("sip:desk", 60)) == ["sip:mobile", "sip:desk"]


def test_one_phone_too_many_takes_the_place_of_the_one_unheard_of_for_longest(bindings: Bindings) -> None:
    for name in ("a", "b", "c"):
        register(bindings, Contact(f"sip:{name}", 60))
    assert uris(bindings, 0.0) == ["sip:b", "sip:c"]


def test_a_phone_that_restarted_under_another_address_leaves_no_ghost(bindings: Bindings) -> None:
    register(bindings, Contact("sip:desk:1111", 3600, "urn:uuid:1"), call_id="before")
    assert register(bindings, Contact("sip:desk:2222", 3600, "urn:uuid:1"), call_id="after") == ["sip:desk:2222"]


def test_expiry_zero_and_clear_take_phones_off(bindings: Bindings) -> None:
    register(bindings, Contact("sip:desk", 60), Contact("sip:mobile", 60))
    assert register(bindings, Contact("sip:desk", 0)) == ["sip:mobile"]
    bindings.clear("6001", call_id="a", cseq=next(_cseq), now_s=0.0)
    assert uris(bindings, 0.0) == []


def test_an_older_registration_changes_nothing(bindings: Bindings) -> None:
    register(bindings, Contact("sip:desk", 60), cseq=10**6)
    for cseq in (10**6, 10**6 - 1):
        with pytest.raises(OutOfOrder):
            register(bindings, Contact("sip:mobile", 60), Contact("sip:desk", 0), cseq=cseq)
        with pytest.raises(OutOfOrder):
            bindings.clear("6001", call_id="a", cseq=cseq, now_s=0.0)
    assert uris(bindings, 0.0) == ["sip:desk"]
    assert register(bindings, Contact("sip:desk", 0), cseq=1, call_id="restarted") == []


def test_a_phone_that_registered_again_is_not_dropped_for_its_past(bindings: Bindings) -> None:
    register(bindings, Contact("sip:desk", 60))
    [before] = bindings.of("6001", 0.0)
    register(bindings, Contact("sip:desk", 60), now_s=1.0)
    bindings.drop(before)
    [now] = bindings.of("6001", 1.0)
    bindings.drop(now)
    assert list(bindings.users()) == []


CONTACTS = st.builds(
    Contact,
    st.sampled_from(["sip:a", "sip:b", "sip:c", "sip:d"]),
    st.sampled_from([0, 60, 120]),
    st.sampled_from(["", "1", "2"]),
)


@given(st.lists(st.tuples(st.lists(CONTACTS, min_size=1, max_size=3), st.floats(0, 100)), max_size=20))
def test_after_any_registrations_there_are_few_phones_each_once_and_in_time(
    registrations: list[tuple[list[Contact], float]],
) -> None:
    bindings, now_s = Bindings(max_phones=2), 0.0
    for contacts, later_s in registrations:
        now_s += later_s
        found = register(bindings, *contacts, now_s=now_s)
        assert len(found) == len(set(found)) <= 2
        assert all(now_s < phone.expires_at_s <= now_s + 120 for phone in bindings.of("6001", now_s))
        wanted = {contact.uri: contact for contact in contacts}
        kept = [uri for uri, contact in wanted.items() if contact.expires_s > 0][-2:]
        assert found[len(found) - len(kept) :] == kept
        assert not any(contact.expires_s == 0 and uri in found for uri, contact in wanted.items())
