"""Only what the company allows is dialled, written as its trunk wants it, and the trunk's challenge is answered."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from pydantic import ValidationError

from telephony.clock import MediaClock
from telephony.leg import LegError
from telephony.sip.digest import parse_answer
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.settings import SipSettings
from tests.clients.sipp import Sipp, receive, reply
from tests.telephony.sip.conftest import RawPeer
from tests.telephony.sip.messages import answer_to
from voicebot.call.ringing import Ringing
from voicebot.config import ConfigError
from voicebot.floor.outgoing import why_not_reached
from voicebot.free_ports import free_ports
from voicebot.trunk import dialling as module
from voicebot.trunk.account import TrunkAccount
from voicebot.trunk.dialling import DialGuard, NotDialable, Trunk, as_dialled, opened_trunk
from voicebot.trunk.settings import TrunkSection
from voicebot.trunk.standing import TrunkStanding

NUMBER = "+8613912345678"
CHALLENGE = 'Proxy-Authenticate: Digest realm="trunk",nonce="n0",qop="auth",algorithm=MD5'


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        *((written, NUMBER) for written in ("13912345678", "139-1234-5678", "0086 13912345678", NUMBER)),
        ("02886666666", "+862886666666"),
    ],
)
def test_numbers_are_understood_as_people_write_them(written: str, e164: str) -> None:
    assert DialGuard(("+86",)).checked(written) == e164


@pytest.mark.parametrize(
    "number",
    [
        *("+12025550123", "0012025550123", "+882165201234", "+85291234567"),  # abroad, satellite
        *("110", "12345", "95588", "4008008820", "16812345", "+861681234567"),  # short, service, premium
        *("", "x", "sip:13912345678@evil.example", "13912345678@evil.example", "139123456781391234567813912345678"),
        *("１３９１２３４５６７８", "13912345678;phone-context=+1", "13912345678\r\nTo: <sip:1@x>"),
    ],
)
def test_whatever_may_cost_money_or_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(NotDialable):
        DialGuard(("+86",)).checked(number)


def test_the_refusal_names_the_setting_and_not_the_whole_number() -> None:
    with pytest.raises(NotDialable, match=r"trunk\.allowed") as refused:
        DialGuard(("+86138", "+8610")).checked("13912345678")
    assert "13912345678" not in str(refused.value)
    assert DialGuard(("+852",)).checked("+85291234567") == "+85291234567"


@pytest.mark.parametrize(
    ("e164", "written"),
    [(NUMBER, "13912345678"), ("+862886666666", "02886666666"), ("+85291234567", "0085291234567")],
)
def test_a_trunk_that_wants_national_numbers_gets_them(e164: str, written: str) -> None:
    assert as_dialled(e164, "national") == written and as_dialled(e164, "e164") == e164


def test_settings_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    for wrong in ({"allowed": ""}, {"allowed": "86"}, {"host": "a b"}, {"caller_id": "x"}, {"user": 'a"b'}):
        with pytest.raises(ValidationError):
            TrunkSection(**wrong)  # type: ignore[arg-type]
    assert TrunkSection(allowed="+86, +852").allowed == ("+86", "+852")  # type: ignore[arg-type]


@pytest.fixture
async def endpoint() -> AsyncIterator[SipEndpoint]:
    clock = MediaClock()
    ticking = asyncio.create_task(clock.run())
    opened = SipEndpoint(SipSettings(port=0, rtp_ports=range(31000, 33000)), clock, lambda leg: None)
    await opened.start()
    yield opened
    await opened.stop(grace_s=0.2)
    ticking.cancel()


def secret(folder: Path, text: str = "s3cret-word\n", mode: int = 0o600) -> Path:
    file = folder / "trunk.password"
    file.write_text(text)
    file.chmod(mode)
    return file


async def test_the_trunks_challenge_is_answered(endpoint: SipEndpoint, tmp_path: Path) -> None:
    peer = RawPeer(endpoint.port)
    settings = TrunkSection(
        host="127.0.0.1", port=peer.port, user="acme", password_file=secret(tmp_path), number_format="national"
    )
    leg = await Trunk(endpoint, settings, hotline="4008008820").dial(NUMBER, call_id="c1")
    leg.listen(Ringing())
    first = await peer.receive()
    assert first.startswith(f"INVITE sip:13912345678@127.0.0.1:{peer.port} ")
    assert re.search(r"^From: .*sip:4008008820@", first, re.MULTILINE)
    assert "Authorization" not in first
    peer.send(answer_to(first, "407 Proxy Authentication Required", CHALLENGE))
    assert (await peer.receive()).startswith("ACK ")
    second = await peer.receive()
    given = re.search("Proxy-Authorization: (.*)", second, re.IGNORECASE)
    assert given is not None
    answer = parse_answer(given[1].strip())
    assert answer.username == "acme" and answer.proves("s3cret-word", "INVITE")
    peer.send(answer_to(second, "407 Proxy Authentication Required", CHALLENGE))  # the password is wrong
    with pytest.raises(LegError) as failed:
        await leg.answered(30)
    assert failed.value.sip_code == 407
    peer.close()


def seen(*patterns: str, never: str = "^$") -> str:
    """What sipp finds in the INVITE, or fails."""
    found = [f'<ereg regexp="{escape(each)}" search_in="msg" check_it="true" assign_to="1"/>' for each in patterns]
    return "".join([*found, f'<ereg regexp="{never}" search_in="msg" check_it_inverse="true" assign_to="1"/>'])


@pytest.mark.parametrize(
    ("settings", "target", "domain", "caller", "asserted"),
    [
        ({}, "localhost:{port}", "localhost", "4008008820", "4008008820"),
        ({"caller_id": "02886660000"}, "localhost:{port}", "localhost", "02886660000", "02886660000"),
        ({"domain": "ims.example"}, "ims.example", "ims.example", "4008008820", "4008008820"),
        (
            {"domain": "ims.example", "from_user": "account", "caller_id": "02886660000"},
            *("ims.example", "ims.example", "acme", "02886660000"),
        ),
        ({"from_user": "account", "asserted_identity": False}, "localhost:{port}", "localhost", "acme", None),
    ],
)
async def test_the_trunk_finds_us_as_one_of_its_domain_and_the_number_to_be_shown(
    endpoint: SipEndpoint,
    tmp_path: Path,
    require: Callable[[str], str],
    settings: dict[str, str],
    target: str,
    domain: str,
    caller: str,
    asserted: str | None,
) -> None:
    (port,) = free_ports(1)
    account = {"host": "localhost", "port": port, "user": "acme", "password_file": secret(tmp_path)}
    identity = [f"P-Asserted-Identity: <sip:{asserted}@{domain}>"] if asserted else []
    invite = receive(
        "INVITE",
        action=seen(
            f"^INVITE sip:[+]8613912345678@{target.format(port=port)} SIP",
            f"From: <sip:{caller}@{domain}>;tag=",
            f"To: <sip:[+]8613912345678@{domain}>",
            *identity,
            never="^$" if asserted else "P-Asserted-Identity",
        ),
    )
    challenged = reply(401, "Unauthorized", headers=f"WWW-{CHALLENGE.removeprefix('Proxy-')}\n")
    steps = (invite, challenged, receive("ACK"), invite, reply(486, "Busy Here"), receive("ACK"))
    async with Sipp(require("sipp"), tmp_path).callee(port, *steps, '<Reference variables="1"/>') as carrier:
        leg = await Trunk(endpoint, TrunkSection.model_validate(account | settings), hotline="4008008820").dial(
            NUMBER, call_id="c1"
        )
        leg.listen(Ringing())
        with pytest.raises(LegError) as ended:
            await leg.answered(30)
        assert ended.value.sip_code == 486
        assert await carrier.wait() == 0


async def test_no_more_calls_go_out_than_are_allowed(endpoint: SipEndpoint) -> None:
    peer = RawPeer(endpoint.port)
    trunk = Trunk(endpoint, TrunkSection(host="127.0.0.1", port=peer.port, most_calls=1), hotline="1")
    leg = await trunk.dial(NUMBER, call_id="c1")
    leg.listen(Ringing())
    with pytest.raises(LegError, match=r"trunk\.most_calls"):
        await trunk.dial(NUMBER, call_id="c2")
    leg.hang_up()
    (await trunk.dial(NUMBER, call_id="c3")).hang_up()
    with pytest.raises(NotDialable):
        await trunk.dial("+12025550123", call_id="c4")
    peer.close()


@pytest.mark.parametrize("tried", [False, True])
async def test_a_call_that_nothing_answers_fails_soon_and_one_that_is_tried_goes_on(
    endpoint: SipEndpoint, monkeypatch: pytest.MonkeyPatch, tried: bool
) -> None:
    monkeypatch.setattr(module, "UNHEARD_S", 1.5)
    peer = RawPeer(endpoint.port)
    trunk = Trunk(endpoint, TrunkSection(host="127.0.0.1", port=peer.port), hotline="1")
    leg = await trunk.dial(NUMBER, call_id="c1")
    leg.listen(Ringing())
    if tried:
        peer.send(answer_to(await peer.receive(), "100 Trying"))
    with pytest.raises(LegError) as failed:
        await leg.answered(2.5 if tried else 30)
    assert why_not_reached(failed.value) == ("no_answer" if tried else "unreachable")
    peer.close()


@pytest.mark.parametrize(("text", "mode"), [("word", 0o640), ("", 0o600), ("two\nlines", 0o600)])
async def test_a_password_that_others_may_read_or_that_is_none_is_refused(
    endpoint: SipEndpoint, tmp_path: Path, text: str, mode: int
) -> None:
    settings = TrunkSection(host="127.0.0.1", user="acme", password_file=secret(tmp_path, text, mode))
    with pytest.raises(ConfigError, match=r"trunk\.password_file") as refused:
        opened_trunk(endpoint, settings, hotline="1")
    assert "word" not in str(refused.value).replace("password", "")


async def test_without_a_host_there_is_no_trunk(endpoint: SipEndpoint) -> None:
    assert opened_trunk(endpoint, TrunkSection(), hotline="1") is None
    with pytest.raises(ConfigError, match="password_file"):
        opened_trunk(endpoint, TrunkSection(host="127.0.0.1", user="acme"), hotline="1")


async def test_after_a_wrong_password_the_trunk_is_left_alone_until_there_is_another(
    endpoint: SipEndpoint, tmp_path: Path
) -> None:
    peer, told = RawPeer(endpoint.port), list[TrunkStanding]()
    settings = TrunkSection(host="127.0.0.1", port=peer.port, user="acme", password_file=secret(tmp_path, "wrong"))
    trunk = Trunk(endpoint, settings, hotline="1")
    trunk.on_standing = told.append
    leg = await trunk.dial(NUMBER, call_id="c1")
    leg.listen(Ringing())
    for _ in range(2):  # the challenge, and the same again to what was shown
        peer.send(answer_to(await peer.receive(), "407 Proxy Authentication Required", CHALLENGE))
        assert (await peer.receive()).startswith("ACK ")
    with pytest.raises(LegError):
        await leg.answered(30)
    assert [(each.state, each.said) for each in told] == [("refused", "407 Proxy Authentication Required")]
    assert told[0].again_in_min == 5
    with pytest.raises(NotDialable, match=r"check trunk\.user and trunk\.password_file"):
        await trunk.dial(NUMBER, call_id="c2")
    with pytest.raises(TimeoutError):  # nothing was sent
        await peer.receive(0.3)
    secret(tmp_path, "right")
    assert await trunk.account.changed() and not await trunk.account.changed()
    trunk.forgive()
    (await trunk.dial(NUMBER, call_id="c3")).hang_up()
    assert (await peer.receive()).startswith("INVITE ")
    peer.close()


async def test_a_password_file_that_is_being_mended_leaves_the_one_before_in_force(tmp_path: Path) -> None:
    account = TrunkAccount(TrunkSection(host="127.0.0.1", user="acme", password_file=secret(tmp_path)))
    before = account.credentials
    secret(tmp_path, "two\nlines")
    assert not await account.changed() and account.credentials is before
