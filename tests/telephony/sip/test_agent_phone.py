"""Invariant: a real telephone registers, stays so, is called and transfers; replaying its words gets nothing."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from telephony.leg import EndReason
from telephony.sip import NotRegistered, Registrar, RegistrarSettings, SipLeg, TransferRequest
from tests.clients.baresip import baresip
from tests.clients.sipp import Sipp, expect, send
from tests.telephony.sip.conftest import Answering, Notes, wait_for
from tests.telephony.sip.test_baresip import tone
from tests.wav import write_wav

MakeEndpoint = Callable[..., Awaitable[Answering]]
Require = Callable[[str], str]


class Heard:
    """What the listener was told."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, bool]] = []

    def on_registered(self, user: str) -> None:
        self.changes.append((user, True))

    def on_unregistered(self, user: str) -> None:
        self.changes.append((user, False))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def registrar(heard: Heard) -> Registrar:
    return Registrar(RegistrarSettings(min_expires_s=1, max_expires_s=20), {"6001": "right"}, heard)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "agent.wav", tone(440, 10))


async def test_it_registers_again_and_again_is_called_transfers_and_signs_off(
    make_endpoint: MakeEndpoint, require: Require, registrar: Registrar, heard: Heard, tmp_path: Path, wav: Path
) -> None:
    ours = await make_endpoint(registrar)
    phone_at = {"number": "6001", "answer": True, "registrar_port": ours.endpoint.port, "password": "right"}
    async with baresip(require("baresip"), tmp_path, wav, **phone_at, again_after_percent=5) as phone:
        await wait_for(lambda: heard.changes == [("6001", True)])
        first = registrar.phone_of("6001")
        assert first is not None
        await wait_for(lambda: (now := registrar.phone_of("6001")) is not None and now.cseq > first.cseq)

        leg = await ours.endpoint.dial_phone("6001", from_number="13800138000")
        call = Notes(leg)
        leg.listen(call)
        wishes: list[TransferRequest] = []
        leg.on_transfer = lambda wish: wishes.append(wish) or True
        await leg.answered(30)
        await wait_for(lambda: call.loudest_heard > 5000)

        await phone.command("transfer", "sip:6002@127.0.0.1:5099")
        await wait_for(lambda: bool(wishes))
        assert wishes[0].number == "6002"
        wishes[0].report(200, "OK")
        await wait_for(lambda: bool(call.endings))
        assert call.endings[0].reason is EndReason.REMOTE_HANGUP
        assert heard.changes == [("6001", True)], "it was there all the time"
    await wait_for(lambda: heard.changes == [("6001", True), ("6001", False)])
    with pytest.raises(NotRegistered):
        await ours.endpoint.dial_phone("6001", from_number="13800138000")


async def test_it_moves_its_own_call_when_we_ask(
    make_endpoint: MakeEndpoint, require: Require, registrar: Registrar, tmp_path: Path, wav: Path
) -> None:
    ours, target = await make_endpoint(registrar), await make_endpoint()
    async with baresip(require("baresip"), tmp_path, wav) as phone:
        await phone.command("dial", f"sip:4008001000@127.0.0.1:{ours.endpoint.port}")
        await phone.event("CALL_ESTABLISHED")
        [call] = ours.calls
        assert isinstance(call.leg, SipLeg)
        await wait_for(lambda: call.frames > 5)
        await call.leg.transfer(f"sip:6002@127.0.0.1:{target.endpoint.port}")
        await wait_for(lambda: bool(target.calls) and target.calls[0].loudest_heard > 5000)
    assert [ended.reason for ended in call.endings] == [EndReason.LOCAL_HANGUP]


async def test_a_wrong_password_never_registers(
    make_endpoint: MakeEndpoint, require: Require, registrar: Registrar, heard: Heard, tmp_path: Path, wav: Path
) -> None:
    ours = await make_endpoint(registrar)
    phone_at = {"number": "6001", "registrar_port": ours.endpoint.port, "password": "wrong"}
    async with baresip(require("baresip"), tmp_path, wav, **phone_at):
        log = tmp_path / "baresip.log"
        await wait_for(lambda: "403 Forbidden" in log.read_text())
        await asyncio.sleep(0.2)
    assert heard.changes == []


async def test_a_nonce_serves_a_phone_on_and_on_but_its_words_serve_nobody_else(
    make_endpoint: MakeEndpoint,
    require: Require,
    registrar: Registrar,
    heard: Heard,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ours = await make_endpoint(registrar)
    sipp = Sipp(require("sipp"), tmp_path)
    own = "[authentication username=6001 password=right]"
    with caplog.at_level(logging.DEBUG, "telephony.sip.stack"):
        await sipp.call(
            ours.endpoint.port,
            register(1),
            expect(401, header="algorithm=MD5").replace("<recv ", '<recv auth="true" '),
            register(2, own),
            expect(200, header="Contact: .*expires=(20|19)"),
            register(3, own),  # sipp counts on: nc=00000002
            expect(200, header="Contact: .*expires=(20|19)"),
        )
    overheard = re.findall(r"^Authorization: Digest .*$", caplog.text, re.MULTILINE)
    assert len(overheard) == 2
    for words in overheard:
        await sipp.call(
            ours.endpoint.port, register(9, f"{words.strip()}\nExpires: 0"), expect(401, header="stale=true")
        )
    assert heard.changes == [("6001", True)]


def register(cseq: int, headers: str = "Expires: 20") -> str:
    text = send("REGISTER", cseq=cseq, headers=headers)
    return text.replace("To: <sip:[service]@", "To: <sip:6001@").replace('"sipp" <sip:[caller]@', "<sip:6001@")
