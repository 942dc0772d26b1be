"""Invariant: a phone with the right password can be called where it registered, and nothing else registers anything."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from telephony.leg import EndReason
from telephony.sip import NotRegistered, Registrar, RegistrarSettings
from telephony.sip import registrar as registrar_module
from telephony.sip.reactor import LoopTimer
from tests.telephony.sip.conftest import TORTURE, Answering, Notes, RawPeer, wait_for
from tests.telephony.sip.messages import SDP, answer_to

MakeEndpoint = Callable[..., Awaitable[Answering]]
MakePeer = Callable[[int], RawPeer]
ACCOUNTS = {"6001": "right", "6002": "other"}


@dataclass
class Heard:
    """What the listener was told."""

    changes: list[tuple[str, bool]] = field(default_factory=list)

    def on_registered(self, user: str) -> None:
        self.changes.append((user, True))

    def on_unregistered(self, user: str) -> None:
        self.changes.append((user, False))


@dataclass
class Office:
    """An endpoint with a registrar, its listener and its accounts."""

    answering: Answering
    registrar: Registrar
    heard: Heard
    accounts: dict[str, str]

    @property
    def port(self) -> int:
        return self.answering.endpoint.port


@pytest.fixture
def make_office(make_endpoint: MakeEndpoint) -> Callable[..., Awaitable[Office]]:
    async def make(**settings: object) -> Office:
        heard, accounts = Heard(), dict(ACCOUNTS)
        registrar = Registrar(RegistrarSettings(**settings), accounts, heard)
        return Office(await make_endpoint(registrar), registrar, heard, accounts)

    return make


MakeOffice = Callable[..., Awaitable[Office]]


@dataclass
class Phone:
    """A telephone that speaks through a raw socket."""

    peer: RawPeer
    user: str = "6001"
    password: str = "right"
    call_id: str = "phone-1"
    cseq: int = 0
    challenge: str = ""
    count: int = 0

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@127.0.0.1:{self.peer.port}>"

    async def send(self, *headers: str, from_user: str = "") -> str:
        """One REGISTER and its answer."""
        self.cseq += 1
        lines = [
            "REGISTER sip:127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.peer.port};rport;branch=z9hG4bK{self.call_id}{self.cseq}",
            f"From: <sip:{from_user or self.user}@127.0.0.1>;tag=f",
            f"To: <sip:{self.user}@127.0.0.1>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} REGISTER",
            "Max-Forwards: 70",
            *headers,
            "Content-Length: 0",
        ]
        self.peer.send("\r\n".join([*lines, "", ""]))
        while f"CSeq: {self.cseq} REGISTER" not in (answer := await self.peer.final()):
            pass
        return answer

    def authorization(self, *, count: int = 1) -> str:
        def digest(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        [nonce] = re.findall('nonce="([^"]+)"', self.challenge)
        [realm] = re.findall('realm="([^"]+)"', self.challenge)
        key = digest(self.user, realm, self.password)
        response = digest(key, nonce, f"{count:08x}", "c", "auth", digest("REGISTER", "sip:127.0.0.1"))
        return (
            f'Authorization: Digest username="{self.user}", realm="{realm}", nonce="{nonce}", uri="sip:127.0.0.1", '
            f'response="{response}", algorithm=MD5, cnonce="c", qop=auth, nc={count:08x}'
        )

    async def register(self, *headers: str, from_user: str = "") -> str:
        """With an answer to a fresh challenge. `headers`: Contact and Expires; an ordinary Contact without any."""
        self.challenge = await self.send()
        assert self.challenge.startswith("SIP/2.0 401 ")
        given = headers or (f"Contact: {self.contact}",)
        return await self.send(*given, self.authorization(), from_user=from_user)


async def test_a_phone_registers_is_listed_and_signs_off(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office()
    phone = Phone(raw_peer(office.port))
    assert office.registrar.phone_of("6001") is None
    answer = await phone.register(f"Contact: {phone.contact}", "Expires: 120")
    assert answer.startswith("SIP/2.0 200 ")
    assert re.search(rf"Contact: {re.escape(phone.contact)};expires=1(19|20)\r\n", answer)
    assert re.search(r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n", answer)
    found = office.registrar.phone_of("6001")
    assert found is not None
    assert found.source == ("127.0.0.1", phone.peer.port)
    assert "Contact" not in await phone.register(f"Contact: {phone.contact};expires=0")
    assert office.heard.changes == [("6001", True), ("6001", False)]


async def test_the_challenge_offers_what_the_settings_say(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office(algorithms=("SHA-256", "MD5"), realm="客服")
    offers = re.findall("WWW-Authenticate: (.*)\r\n", await Phone(raw_peer(office.port)).send())
    assert [re.findall("algorithm=([^,]*)", offer) for offer in offers] == [["SHA-256"], ["MD5"]]
    assert all('realm="客服"' in offer and 'qop="auth"' in offer and "stale" not in offer for offer in offers)


async def test_a_wrong_password_and_an_unknown_user_look_alike(
    make_office: MakeOffice, raw_peer: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    office = await make_office()
    answers = []
    for user in ("6001", "13800138000"):
        answer = await Phone(raw_peer(office.port), user, "wrong", call_id="same").register()
        answers.append(re.sub(rf"{user}|tag=\w+|127.0.0.1:\d+|port=\d+", "", answer))
    assert answers[0].startswith("SIP/2.0 403 ")
    assert answers[0] == answers[1]
    assert office.registrar.registered() == frozenset()
    assert "6001" in caplog.text
    assert "13800138000" not in caplog.text


async def test_nobody_registers_somebody_else(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office()
    phone = Phone(raw_peer(office.port))
    assert (await phone.register(from_user="6002")).startswith("SIP/2.0 403 ")
    assert office.heard.changes == []


async def test_a_replayed_answer_is_refused_and_a_further_count_is_good(
    make_office: MakeOffice, raw_peer: MakePeer
) -> None:
    office = await make_office()
    phone = Phone(raw_peer(office.port))
    await phone.register()
    replay = await phone.send(f"Contact: {phone.contact};expires=0", phone.authorization(count=1))
    assert replay.startswith("SIP/2.0 401 ")
    assert "stale=true" in replay
    assert (await phone.send(f"Contact: {phone.contact}", phone.authorization(count=2))).startswith("SIP/2.0 200 ")
    assert office.heard.changes == [("6001", True)]


async def test_an_old_nonce_is_called_stale(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office(nonce_life_s=0.05)
    phone = Phone(raw_peer(office.port))
    phone.challenge = await phone.send()
    await asyncio.sleep(0.1)
    assert "stale=true" in await phone.send(f"Contact: {phone.contact}", phone.authorization())


async def test_guessing_is_answered_with_a_pause(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office(failures_per_source=2)
    guesser = Phone(raw_peer(office.port), password="wrong")
    codes = [(await guesser.register())[8:11] for _ in range(3)]
    assert codes == ["403", "403", "503"]
    guesser.challenge = await guesser.send()
    assert "Retry-After: 30" in (await guesser.send(guesser.authorization())).replace("after", "After")


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        (("Contact: {}", "Expires: 59"), "423 Interval Too Brief"),
        (("Contact: {};expires=1", "Expires: 3600"), "423 Interval Too Brief"),
        (("Contact: *", "Expires: 60"), "400 "),
        (("Contact: *",), "400 "),
        (("Contact: *", "Contact: {}", "Expires: 0"), "400 "),
        (("Contact: <tel:+8613800138000>",), "400 "),
        (("Contact: <sips:6001@127.0.0.1>",), "400 "),
        (("Contact: <sip:6001@127.0.0.1?Route=x>",), "400 "),
        (("Contact: <<<",), "400 "),
        (("Contact: ",), "400 "),
        (("Contact: " + ", ".join(f"<sip:6001@127.0.0.1:{port}>" for port in range(5000, 5009)),), "400 "),
        (("Contact: <sip:" + "x" * 300 + "@127.0.0.1>",), "400 "),
        (("Contact: {}", "Require: gruu"), "420 "),
        (("Contact: {}", "Expires: soon"), "200 "),
        (("Contact: {};expires=-5", "Expires: 99999999999999999999"), "200 "),
        (("Contact: {};+sip.instance",), "200 "),
    ],
)
async def test_odd_registrations_get_a_clean_answer(
    make_office: MakeOffice,
    raw_peer: MakePeer,
    capfd: pytest.CaptureFixture[str],
    headers: tuple[str, ...],
    answer: str,
) -> None:
    office = await make_office()
    phone = Phone(raw_peer(office.port))
    phone.challenge = await phone.send()
    given = await phone.send(*(header.format(phone.contact) for header in headers), phone.authorization())
    assert given.startswith(f"SIP/2.0 {answer}")
    if answer.startswith("423"):
        assert re.search("Min-Expires: 60\r\n", given, re.IGNORECASE)
    if answer.startswith("200"):
        assert ";expires=3600" in given
    assert office.registrar.registered() == (frozenset({"6001"}) if answer.startswith("200") else frozenset())
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


@pytest.mark.parametrize(
    "authorization",
    ["Digest", "Basic Njox", "Digest " + "a=b," * 50, 'Digest username="6001"', 'Digest username="6001', "Digest ,,,"],
)
async def test_an_unreadable_authorization_is_a_bad_request(
    make_office: MakeOffice, raw_peer: MakePeer, authorization: str, caplog: pytest.LogCaptureFixture
) -> None:
    office = await make_office()
    answer = await Phone(raw_peer(office.port)).send(f"Authorization: {authorization}")
    assert answer.startswith("SIP/2.0 400 ")
    assert not any(record.exc_info for record in caplog.records)


async def test_without_a_registrar_registering_is_not_allowed(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> None:
    ours = await make_endpoint()
    answer = await Phone(raw_peer(ours.endpoint.port)).send()
    assert answer.startswith("SIP/2.0 405 ")
    assert "REGISTER" not in re.findall("Allow: (.*)", answer)[0]
    with pytest.raises(NotRegistered, match="6001"):
        await ours.endpoint.dial_phone("6001", from_number="1")


async def test_contact_star_signs_all_phones_off(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office()
    phone = Phone(raw_peer(office.port))
    await phone.register(f"Contact: {phone.contact}", "Contact: <sip:6001@127.0.0.1:4999>")
    assert (await phone.register("Contact: *", "Expires: 0")).startswith("SIP/2.0 200 ")
    assert office.heard.changes == [("6001", True), ("6001", False)]


async def test_a_user_who_registers_twice_is_called_on_the_phone_that_came_last(
    make_office: MakeOffice, raw_peer: MakePeer
) -> None:
    office = await make_office()
    desk, mobile = (Phone(raw_peer(office.port), call_id=name) for name in ("desk", "mobile"))
    await desk.register()
    assert (await mobile.register()).count("Contact: ") == 2
    found = office.registrar.phone_of("6001")
    assert found is not None
    assert found.source[1] == mobile.peer.port
    await mobile.register(f"Contact: {mobile.contact};expires=0")
    found = office.registrar.phone_of("6001")
    assert found is not None
    assert found.source[1] == desk.peer.port
    assert office.heard.changes == [("6001", True)]


async def test_a_registration_that_runs_out_and_one_without_account_are_over(
    make_office: MakeOffice, raw_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registrar_module, "LOOK_S", 0.05)
    office = await make_office(min_expires_s=1, max_expires_s=3600)
    await Phone(raw_peer(office.port)).register("Contact: <sip:6001@127.0.0.1>;expires=1")
    await Phone(raw_peer(office.port), "6002", "other", call_id="2").register()
    del office.accounts["6002"]
    await wait_for(lambda: len(office.heard.changes) == 4)
    for user in ("6001", "6002"):
        assert [there for changed, there in office.heard.changes if changed == user] == [True, False]


async def test_a_phone_that_lost_the_network_is_found_out(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office(ping_s=0.2)
    there, gone = Phone(raw_peer(office.port)), Phone(raw_peer(office.port), "6002", "other", call_id="2")
    await there.register()
    await gone.register()
    for _ in range(2):
        ping = await there.peer.receive()
        assert ping.startswith(f"OPTIONS sip:6001@127.0.0.1:{there.peer.port} ")
        there.peer.send(answer_to(ping, "405 Method Not Allowed"))
    assert (await gone.peer.receive()).startswith("OPTIONS ")
    [deadline] = [
        timer
        for timer in LoopTimer.live
        if timer._callback.__name__ == "timerB" and timer._parameters[0].address[1] == gone.peer.port
    ]
    deadline._fire()  # as 32 s later
    assert office.heard.changes == [("6001", True), ("6002", True), ("6002", False)]


async def test_phones_that_sign_on_together_are_asked_one_at_a_time_in_turn(
    make_office: MakeOffice, raw_peer: MakePeer
) -> None:
    office = await make_office(ping_s=60.0)
    phones = [Phone(raw_peer(office.port), user, ACCOUNTS[user], call_id=user) for user in ACCOUNTS]
    for phone in phones:
        await phone.register()
    keepalive = office.registrar._keepalive
    assert keepalive is not None
    for asked, other in ((0, 1), (1, 0), (0, 1)):
        keepalive._ask_next()  # as half a minute later
        phones[asked].peer.send(answer_to(await phones[asked].peer.receive(), "200 OK"))
        with pytest.raises(TimeoutError):
            await phones[other].peer.receive(0.05)


async def test_a_failing_listener_does_not_fail_the_phone(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office()

    def fail(user: str) -> None:
        raise RuntimeError(user)

    office.heard.on_registered = fail
    assert (await Phone(raw_peer(office.port)).register()).startswith("SIP/2.0 200 ")


async def test_a_phone_behind_a_nat_is_called_where_its_packets_come_from(
    make_office: MakeOffice, raw_peer: MakePeer
) -> None:
    office = await make_office()
    phone = Phone(raw_peer(office.port))
    private = "sip:6001@192.0.2.55:5060;transport=udp;ob"
    await phone.register(f"Contact: <{private}>")
    leg = await office.answering.endpoint.dial_phone("6001", from_number="13800138000", headers={"X-Case": "7"})
    notes = Notes(leg)
    leg.listen(notes)
    invite = await phone.peer.receive()
    assert invite.startswith(f"INVITE {private} ")
    assert "X-case: 7" in invite
    assert leg.remote.number == "6001"
    answer = answer_to(invite, "200 OK", f"Contact: <{private}>", "Content-Type: application/sdp", body=SDP)
    phone.peer.send(answer)
    await leg.answered(30)
    assert (await phone.peer.receive()).startswith(f"ACK {private} ")
    leg.hold()
    assert (await phone.peer.receive()).startswith(f"INVITE {private} ")
    leg.hang_up()
    while not (await phone.peer.receive()).startswith(f"BYE {private} "):
        pass
    assert notes.endings[0].reason is EndReason.LOCAL_HANGUP


async def test_giving_up_the_call_to_a_phone_cancels_it_there(make_office: MakeOffice, raw_peer: MakePeer) -> None:
    office = await make_office()
    phone = Phone(raw_peer(office.port))
    await phone.register("Contact: <sip:6001@192.0.2.55:5060>")
    leg = await office.answering.endpoint.dial_phone("6001", from_number="1")
    phone.peer.send(answer_to(await phone.peer.receive(), "180 Ringing"))
    await asyncio.sleep(0.05)
    leg.hang_up()
    assert (await phone.peer.receive()).startswith("CANCEL ")


@pytest.mark.skipif(not TORTURE.is_dir(), reason="RFC 4475 messages (shared/data) are not here")
async def test_torture_messages_register_nobody_and_leave_the_registrar_working(
    make_office: MakeOffice,
    raw_peer: MakePeer,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = await make_office()
    office.answering.take = lambda leg: leg.reject(486, "Busy Here")
    hostile = raw_peer(office.port)
    for path in sorted(TORTURE.glob("*.dat")):
        hostile.send(path.read_bytes())
        await asyncio.sleep(0.002)
    assert (await Phone(raw_peer(office.port)).register()).startswith("SIP/2.0 200 ")
    assert office.heard.changes == [("6001", True)]
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""
    assert not any(record.exc_info for record in caplog.records)
