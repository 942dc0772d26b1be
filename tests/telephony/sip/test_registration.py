"""An endpoint that signs in like a telephone is called where it is, and says clearly why when it may not."""

import re
from collections.abc import Awaitable, Callable

import pytest

from telephony.sip import Registrar, RegistrarSettings
from telephony.sip.digest import DigestAnswer, parse_answer
from telephony.sip.registration import Answer, RegistrationFailed, pause_after_refusals_s
from telephony.sip.settings import Credentials
from tests.telephony.sip.conftest import Answering, RawPeer, wait_for
from tests.telephony.sip.messages import answer_to

MakeEndpoint = Callable[..., Awaitable[Answering]]


class Deaf:
    """Nobody wants to know who signs in."""

    def on_registered(self, user: str) -> None: ...

    def on_unregistered(self, user: str) -> None: ...


def registrar() -> Registrar:
    return Registrar(RegistrarSettings(), {"6001": "right"}, Deaf())


async def test_who_signs_in_can_be_called(make_endpoint: MakeEndpoint) -> None:
    signing = registrar()
    office = await make_endpoint(signing)
    phone = await make_endpoint()
    signed_in = await phone.endpoint.register(f"sip:127.0.0.1:{office.endpoint.port}", Credentials("6001", "right"))
    await signed_in.registered()
    leg = await office.endpoint.dial_phone("6001", from_number="10086")
    await leg.answered(30)
    assert phone.calls[0].leg.local.number == "6001"
    leg.hang_up()
    await wait_for(lambda: phone.calls[0].over.is_set())
    await signed_in.sign_off()
    assert signing.registered() == frozenset()


async def test_a_wrong_password_is_named(make_endpoint: MakeEndpoint) -> None:
    signing = registrar()
    office = await make_endpoint(signing)
    phone = await make_endpoint()
    signed_in = await phone.endpoint.register(f"sip:127.0.0.1:{office.endpoint.port}", Credentials("6001", "wrong"))
    with pytest.raises(RegistrationFailed, match=r"'6001' \(403 .*check user name and password"):
        await signed_in.registered()
    await signed_in.sign_off()
    assert signing.registered() == frozenset()


async def test_a_registrar_that_is_not_there_is_named(make_endpoint: MakeEndpoint) -> None:
    phone = await make_endpoint()
    signed_in = await phone.endpoint.register("sip:127.0.0.1:9", Credentials("6001", "right"))
    with pytest.raises(RegistrationFailed, match=r"no registrar answered within 0\.3 s for '6001'"):
        await signed_in.registered(0.3)
    await signed_in.sign_off(0.1)


CHALLENGE = 'Digest realm="carrier",nonce="{}",qop="auth",algorithm=MD5'
UNAUTHORIZED, PROXY = "401 Unauthorized", "407 Proxy Authentication Required"


def proof(request: str) -> DigestAnswer | None:
    """What a request shows of the password, and in the header that was asked for."""
    found = re.search(r"^(?:Proxy-)?Authorization: (.*?)\r$", request, re.MULTILINE | re.IGNORECASE)
    return parse_answer(found[1]) if found else None


async def asked(make_endpoint: MakeEndpoint, password: str = "right") -> tuple[RawPeer, list[Answer]]:
    """A carrier that is being registered at, and what comes of it."""
    phone = await make_endpoint()
    carrier, heard = RawPeer(phone.endpoint.port), list[Answer]()
    account = Credentials("acme", password)
    await phone.endpoint.register(f"sip:localhost:{carrier.port}", account, on_answer=heard.append)
    return carrier, heard


@pytest.mark.parametrize(
    ("status", "asks", "shows"),
    [
        (UNAUTHORIZED, "WWW-Authenticate", "\r\nAuthorization: "),
        (PROXY, "Proxy-Authenticate", "\r\nProxy-Authorization: "),
    ],
)
async def test_a_challenge_is_answered_in_the_header_that_belongs_to_it_and_the_granted_time_holds(
    make_endpoint: MakeEndpoint, status: str, asks: str, shows: str
) -> None:
    carrier, heard = await asked(make_endpoint)
    first = await carrier.receive()
    assert first.startswith(f"REGISTER sip:localhost:{carrier.port} ") and proof(first) is None
    assert "sip:acme@localhost>" in first  # carriers look at the domain
    carrier.send(answer_to(first, status, f"{asks}: {CHALLENGE.format('n1')}"))
    second = await carrier.receive()
    given = proof(second)
    assert shows in second and given and given.username == "acme" and given.proves("right", "REGISTER")
    contact = re.search(r"Contact: (<.*?>)", second)
    assert contact
    others = "Contact: <sip:acme@192.0.2.1>;expires=1"
    carrier.send(answer_to(second, "200 OK", others, f"Contact: {contact[1]};expires=50"))
    await wait_for(lambda: bool(heard))
    assert heard == [Answer("registered", 200, "OK", 40.0)]  # not of the 300 s that were asked for
    carrier.close()


@pytest.mark.parametrize("last", [UNAUTHORIZED, "403 Forbidden"])
async def test_a_wrong_password_is_told_apart_and_left_alone_for_minutes(
    make_endpoint: MakeEndpoint, last: str
) -> None:
    carrier, heard = await asked(make_endpoint, "wrong")
    for nonce in ("n1", "n2"):
        request = await carrier.receive()
        status = UNAUTHORIZED if nonce == "n1" else last
        carrier.send(answer_to(request, status, f"WWW-Authenticate: {CHALLENGE.format(nonce)}"))
    await wait_for(lambda: bool(heard))
    assert (heard[0].standing, heard[0].again_in_s) == ("refused", 300.0)
    with pytest.raises(TimeoutError):
        await carrier.receive(0.3)
    carrier.close()


async def test_a_proof_that_came_too_late_is_no_wrong_password(make_endpoint: MakeEndpoint) -> None:
    carrier, heard = await asked(make_endpoint)
    for more in ("", ",stale=true"):
        request = await carrier.receive()
        carrier.send(answer_to(request, UNAUTHORIZED, f"WWW-Authenticate: {CHALLENGE.format('n' + more[:2])}{more}"))
    carrier.send(answer_to(await carrier.receive(), "200 OK"))
    await wait_for(lambda: bool(heard))
    assert heard[0].standing == "registered"
    carrier.close()


@pytest.mark.parametrize(
    ("status", "more", "standing", "again_in_s"),
    [
        ("403 Forbidden", "X: y", "unwanted", 300.0),  # nothing was asked for: it is not about the password
        ("405 Method Not Allowed", "X: y", "unwanted", 300.0),
        ("503 Service Unavailable", "Retry-After: 120 (later)", "silent", 120.0),
        ("503 Service Unavailable", "Retry-After: 999999", "silent", 3600.0),
        ("500 Server Internal Error", "Retry-After: soon", "silent", 60.0),
        (UNAUTHORIZED, 'WWW-Authenticate: Digest realm="carrier",nonce="n",algorithm=TOKEN', "unwanted", 300.0),
        ("200 OK", "Expires: 0", "registered", 240.0),
        ("200 OK", "Expires: 1", "registered", 5.0),
        ("200 OK", "Contact: <sip:x>;expires=x", "registered", 240.0),
    ],
)
async def test_other_answers_are_taken_for_what_they_are(
    make_endpoint: MakeEndpoint, status: str, more: str, standing: str, again_in_s: float
) -> None:
    carrier, heard = await asked(make_endpoint)
    carrier.send(answer_to(await carrier.receive(), status, more))
    await wait_for(lambda: bool(heard))
    assert (heard[0].standing, heard[0].again_in_s) == (standing, again_in_s)
    carrier.close()


async def test_a_registrar_that_wants_a_longer_time_gets_it(make_endpoint: MakeEndpoint) -> None:
    carrier, heard = await asked(make_endpoint)
    carrier.send(answer_to(await carrier.receive(), "423 Interval Too Brief", "Min-Expires: 3600"))
    again = await carrier.receive()
    assert "Expires: 3600\r\n" in again
    carrier.send(answer_to(again, "200 OK"))
    await wait_for(lambda: bool(heard))
    assert heard[0].again_in_s == 2880.0
    carrier.close()


def test_every_refusal_in_a_row_is_followed_by_a_longer_pause() -> None:
    pauses = [pause_after_refusals_s(number) for number in range(1, 100)]
    assert pauses[:4] == [300.0, 600.0, 1200.0, 2400.0] and set(pauses[4:]) == {3600.0}
