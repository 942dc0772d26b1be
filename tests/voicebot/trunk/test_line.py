"""Where the carrier is, is known as of now; a password that it does not take is told to whoever looks and tried seldom,
a corrected one at once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from telephony.clock import MediaClock
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.guard import Dropped
from telephony.sip.settings import SipSettings
from tests.telephony.sip.conftest import RawPeer, wait_for
from tests.telephony.sip.messages import answer_to
from tests.voicebot.events.brokers import running
from voicebot.config import Settings
from voicebot.doctor.trunk import trunk as check
from voicebot.metrics import Metrics
from voicebot.trunk import line as module
from voicebot.trunk.dialling import NotDialable, Trunk
from voicebot.trunk.line import AddressUnknown, TrunkLine, addresses_of
from voicebot.trunk.settings import TrunkSection
from voicebot.trunk.standing import FILE, TrunkStanding, read_standing, write_standing

CHALLENGE = 'WWW-Authenticate: Digest realm="carrier",nonce="n{}",qop="auth",algorithm=MD5'


class Names:
    """Stands for the DNS: what the name stands for is the test's to say."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = frozenset(addresses)

    async def look_up(self, host: str) -> frozenset[str]:
        if not self.addresses:
            raise AddressUnknown("no such name")
        return self.addresses


@pytest.fixture
async def endpoint() -> AsyncIterator[SipEndpoint]:
    opened = SipEndpoint(SipSettings(port=0, peers=("198.51.100.0/24",)), MediaClock(), lambda leg: None)
    await opened.start()
    yield opened
    await opened.stop(grace_s=0.2)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(module, "ADDRESSES_EVERY_S", 0.1)


def write(file: Path, password: str) -> Path:
    file.write_text(password)
    file.chmod(0o600)
    return file


@asynccontextmanager
async def kept(endpoint: SipEndpoint, settings: TrunkSection, folder: Path, names: Names) -> AsyncIterator[Trunk]:
    trunk = Trunk(endpoint, settings, hotline="1")
    async with running(TrunkLine(endpoint, settings, trunk, folder, Metrics(), names.look_up).run()):
        yield trunk


async def test_a_wrong_password_is_told_and_a_corrected_one_tried_at_once(
    endpoint: SipEndpoint, tmp_path: Path, quick: None
) -> None:
    carrier, file = RawPeer(endpoint.port), write(tmp_path / "password", "wrong")
    line = TrunkSection(host="127.0.0.1", port=carrier.port, user="acme", password_file=file, keep_alive="off")
    settings = Settings(data_dir=tmp_path, trunk=line)
    async with kept(endpoint, line, tmp_path, Names("127.0.0.1")):
        for number in range(2):
            carrier.send(answer_to(await carrier.receive(), "401 Unauthorized", CHALLENGE.format(number)))
        await wait_for(lambda: read_standing(tmp_path) != TrunkStanding("unknown"))
        found = await check(settings)
        assert found.state == "fail" and "127.0.0.1" in found.found and "401 Unauthorized" in found.found
        assert found.remedy.startswith("check trunk.user and trunk.password_file") and "again in 5 min" in found.remedy
        with pytest.raises(TimeoutError):  # nothing more is sent
            await carrier.receive(0.5)
        write(file, "correct")
        request = await carrier.receive()
        carrier.send(answer_to(request, "401 Unauthorized", CHALLENGE.format(3)))
        carrier.send(answer_to(await carrier.receive(), "200 OK"))
        await wait_for(lambda: (read_standing(tmp_path) or TrunkStanding("unknown")).state == "registered")
        assert (await check(settings)).state == "ok"
        ending = asyncio.create_task(carrier.receive())
    goodbye = await ending
    assert "Expires: 0\r\n" in goodbye and not (tmp_path / FILE).exists()
    carrier.close()


async def test_who_is_let_in_follows_the_name_and_calls_under_way_keep_their_server(
    endpoint: SipEndpoint, tmp_path: Path, quick: None
) -> None:
    names, guard = Names("192.0.2.1"), endpoint.guard
    async with kept(endpoint, TrunkSection(host="sip.example.com", keep_alive="off"), tmp_path, names):
        await wait_for(lambda: guard.trusts("192.0.2.1"))
        names.addresses = frozenset({"192.0.2.2"})
        await wait_for(lambda: guard.trusts("192.0.2.2"))
        assert guard.trusts("192.0.2.1") and not guard.trusts("192.0.2.3")
        names.addresses = frozenset()  # the DNS is away
        await asyncio.sleep(0.3)
        assert guard.trusts("192.0.2.2") and guard.check(b"x", "192.0.2.3", 0.0) is Dropped.PEER
        assert read_standing(tmp_path) == TrunkStanding("unknown")


async def test_an_address_is_let_in_no_longer_some_time_after_the_name_stood_for_it(
    endpoint: SipEndpoint, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_S", 0.3)
    names = Names("192.0.2.1")
    async with kept(endpoint, TrunkSection(host="sip.example.com"), tmp_path, names):
        await wait_for(lambda: endpoint.guard.trusts("192.0.2.1"))
        names.addresses = frozenset({"192.0.2.2"})
        await wait_for(lambda: not endpoint.guard.trusts("192.0.2.1"))
        assert endpoint.guard.trusts("192.0.2.2")


async def test_a_carrier_that_has_moved_is_signed_in_at_anew(
    endpoint: SipEndpoint, tmp_path: Path, quick: None
) -> None:
    carrier, names = RawPeer(endpoint.port), Names()
    file = write(tmp_path / "password", "correct")
    line = TrunkSection(host="localhost", port=carrier.port, user="acme", password_file=file, keep_alive="off")
    async with kept(endpoint, line, tmp_path, names):
        await wait_for(lambda: (read_standing(tmp_path) or TrunkStanding("unknown")).state == "not_found")
        found = await check(Settings(data_dir=tmp_path, trunk=line))
        assert found.state == "fail" and "no such name" in found.found and "IPv6" in found.remedy
        names.addresses = frozenset({"127.0.0.1"})  # and it goes on without a restart
        first = await carrier.receive()
        carrier.send(answer_to(first, "200 OK"))
        with pytest.raises(TimeoutError):  # it stays where it is
            await carrier.receive(0.5)
        names.addresses = frozenset({"192.0.2.9"})
        again = await carrier.receive()  # localhost is here all the same
        assert again.startswith("REGISTER ") and again.split("Call-ID: ")[1] != first.split("Call-ID: ")[1]
    carrier.close()


async def test_without_registration_nothing_is_sent_and_the_check_asks_the_carrier_itself(
    endpoint: SipEndpoint, tmp_path: Path, quick: None
) -> None:
    carrier, file = RawPeer(endpoint.port), write(tmp_path / "password", "correct")
    account = {"user": "acme", "password_file": file, "registration": False}
    line = TrunkSection.model_validate(account | {"host": "127.0.0.1", "port": carrier.port, "keep_alive": "off"})
    async with kept(endpoint, line, tmp_path, Names("127.0.0.1")):
        with pytest.raises(TimeoutError):
            await carrier.receive(0.3)
        found = await check(Settings(data_dir=tmp_path, trunk=line))
        assert (found.state, found.found) == ("warn", f"127.0.0.1:{carrier.port} does not answer OPTIONS")
    carrier.close()


@pytest.fixture
def impatient(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNHEARD_S", 0.3)
    monkeypatch.setattr(module, "AWAY_EVERY_S", 0.1)


def often(**settings: object) -> TrunkSection:
    """Pings more often than the settings allow."""
    return TrunkSection.model_validate({"host": "127.0.0.1", **settings}).model_copy(update={"keep_alive_s": 0.1})


async def state_of(line: TrunkSection, folder: Path) -> str:
    return (await check(Settings(data_dir=folder, trunk=line))).state


async def test_a_carrier_that_stops_answering_is_told_calls_fail_at_once_and_go_out_again_when_it_is_back(
    endpoint: SipEndpoint, tmp_path: Path, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = RawPeer(endpoint.port)
    line = often(port=carrier.port, domain="ims.example")
    async with kept(endpoint, line, tmp_path, Names("127.0.0.1")) as trunk:
        asked = await carrier.receive()
        assert asked.startswith("OPTIONS sip:ims.example SIP/2.0\r\n")
        assert re.search(r"^From: .*sip:voicebot@ims\.example>", asked, re.MULTILINE)
        carrier.send(answer_to(asked, "405 Method Not Allowed"))  # somebody is there
        assert trunk.closed is None
        await wait_for(lambda: trunk.away)
        assert await state_of(line, tmp_path) == "fail"
        with pytest.raises(NotDialable, match="does not answer"):
            await trunk.dial("13912345678", call_id="c1")
        monkeypatch.setattr(module, "UNHEARD_S", 30.0)
        answering = asyncio.create_task(_answering(carrier))
        await wait_for(lambda: not trunk.away)
        assert read_standing(tmp_path) == TrunkStanding("unknown")
        (await trunk.dial("13912345678", call_id="c2")).hang_up()
        answering.cancel()
    carrier.close()


async def _answering(carrier: RawPeer, *methods: str, seen: list[str] | None = None) -> None:
    while True:
        request = await carrier.receive(60)
        method = request.partition(" ")[0]
        if seen is not None:
            seen.append(method)
        if method in (methods or ("OPTIONS",)):
            carrier.send(answer_to(request, "200 OK"))


async def test_a_carrier_that_never_answers_options_is_called_all_the_same(
    endpoint: SipEndpoint, tmp_path: Path, impatient: None
) -> None:
    carrier, seen = RawPeer(endpoint.port), list[str]()
    async with (
        kept(endpoint, often(port=carrier.port), tmp_path, Names("127.0.0.1")) as trunk,
        running(_answering(carrier, "none", seen=seen)),
    ):
        await wait_for(lambda: seen.count("OPTIONS") >= 3)
        assert trunk.closed is None and read_standing(tmp_path) == TrunkStanding("unknown")
    carrier.close()


async def test_a_carrier_that_is_back_is_signed_in_at_anew(
    endpoint: SipEndpoint, tmp_path: Path, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier, seen = RawPeer(endpoint.port), list[str]()
    line = often(port=carrier.port, user="acme", password_file=write(tmp_path / "password", "correct"))
    async with kept(endpoint, line, tmp_path, Names("127.0.0.1")) as trunk:
        async with running(_answering(carrier, "OPTIONS", "REGISTER", seen=seen)):
            await wait_for(lambda: seen.count("OPTIONS") >= 2 and "REGISTER" in seen)
        await wait_for(lambda: trunk.away)
        assert (read_standing(tmp_path) or TrunkStanding("unknown")).state == "away"
        seen.clear()
        monkeypatch.setattr(module, "UNHEARD_S", 30.0)
        async with running(_answering(carrier, "OPTIONS", "REGISTER", seen=seen)):
            await wait_for(lambda: not trunk.away and "REGISTER" in seen)  # it may have forgotten us
            assert await state_of(line, tmp_path) == "ok"
    carrier.close()


async def test_a_nat_can_be_kept_open_with_empty_lines(endpoint: SipEndpoint, tmp_path: Path, quick: None) -> None:
    carrier = RawPeer(endpoint.port)
    async with kept(endpoint, often(port=carrier.port, keep_alive="crlf"), tmp_path, Names("127.0.0.1")):
        assert [await carrier.receive() for _ in range(3)] == ["\r\n\r\n"] * 3
    carrier.close()


@pytest.mark.parametrize(
    ("standing", "state", "words"),
    [
        (TrunkStanding("refused", "407 Proxy Authentication Required"), "fail", "trunk.password_file"),
        (TrunkStanding("unwanted", "405 Method Not Allowed"), "warn", "trunk.registration"),
        (TrunkStanding("silent", "408 Request Timeout"), "warn", "the network"),
        (TrunkStanding("away", "no answer to OPTIONS"), "fail", "trunk.keep_alive"),
        (TrunkStanding("registered", "200 OK"), "ok", "acme"),
    ],
)
async def test_the_check_names_what_to_do(tmp_path: Path, standing: TrunkStanding, state: str, words: str) -> None:
    line = TrunkSection(host="127.0.0.1", user="acme", password_file=write(tmp_path / "password", "x"))
    write_standing(tmp_path, standing)
    found = await check(Settings(data_dir=tmp_path, trunk=line))
    assert found.state == state and words in f"{found.found} {found.remedy}"


async def test_the_check_finds_a_password_file_that_others_may_read(tmp_path: Path) -> None:
    file = write(tmp_path / "password", "x")
    file.chmod(0o644)
    found = await check(Settings(data_dir=tmp_path, trunk=TrunkSection(host="h", user="acme", password_file=file)))
    assert found.state == "fail" and found.remedy == f"chmod 600 {file}"


async def test_the_check_finds_that_nothing_outside_is_reached_from_loopback(tmp_path: Path) -> None:
    outside = Settings(data_dir=tmp_path, trunk=TrunkSection(host="192.0.2.1"))
    found = await check(outside)
    assert found.state == "fail" and "sip.bind 127.0.0.1" in found.found and "sip.bind" in found.remedy


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "x", "said": "", "again_at": 0}', '{"state": "silent"}'])
def test_a_file_that_says_nothing_is_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert read_standing(tmp_path) is None


async def test_a_name_is_looked_up_for_its_ipv4_addresses() -> None:
    assert await addresses_of("127.0.0.1") == {"127.0.0.1"}
    for name in ("no-such-host.invalid", "ip6-localhost.invalid"):
        with pytest.raises(AddressUnknown):
            await addresses_of(name)
