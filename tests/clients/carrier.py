"""A carrier at the other end of the trunk: sipp takes registrations and calls by digest, and answers or refuses a call
by the end of the number that is dialled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from telephony.audio import Samples
from telephony.codecs import PCMA
from tests.clients.processes import stop, until_it_listens
from tests.clients.sipp import TONE, confirm, pause, receive, reply, sdp

ADDRESS: Final = "127.0.0.2"
REFUSALS: Final = {"403": "Forbidden", "486": "Busy Here", "503": "Service Unavailable"}
"""A call to a number that ends so is challenged by a proxy (407) and refused so; every other one is challenged (401),
and answered where the password is right."""
_LOOP, _SIGNED_IN, _CALL, _ANSWERED, _OPTIONS, _END = range(1, 7)
_FIRST_REFUSAL: Final = 100
_CHALLENGE: Final = 'Digest realm="carrier",nonce="n[call_number]-[cseq]",qop="auth",algorithm=MD5\n'
_PROXY_PROOF: Final = (
    '<ereg regexp="Proxy-Authorization: Digest username=" search_in="msg" check_it="true" assign_to="2"/>'
)


def _label(name: int) -> str:
    return f'<label id="{name}"/>'


def _go(to: int, *, where: str = "") -> str:
    test = f' test="{where}"' if where else ""
    return f'<nop next="{to}"{test}/>'


def _then(to: int, message: str) -> str:
    """Sends it and waits there: the next message may come at once."""
    return message.replace("<send", f'<send next="{to}"', 1)


def _scenario(user: str, password: str, speech: Path) -> str:
    """Each Call-ID runs through it by itself: registrations for ever, a call once."""
    verified = f'<verifyauth assign_to="1" username="{user}" password="{password}"/>'
    unproven = reply(401, "Unauthorized", headers=f"WWW-Authenticate: {_CHALLENGE}")
    refused = {end: f'<ereg regexp="INVITE sip:[^@]*{end}@" search_in="msg" assign_to="{end}"/>' for end in REFUSALS}
    steps = [
        _label(_LOOP),
        f'<recv request="OPTIONS" optional="true" next="{_OPTIONS}"/>',
        f'<recv request="INVITE" optional="true" next="{_CALL}"><action>{"".join(refused.values())}</action></recv>',
        receive("REGISTER", action=verified),
        _go(_SIGNED_IN, where="1"),
        _then(_LOOP, unproven),
        _label(_SIGNED_IN),
        _then(_LOOP, reply(200, headers="Expires: 60\n")),
        _label(_CALL),
        *(_go(_FIRST_REFUSAL + number, where=end) for number, end in enumerate(REFUSALS)),
        unproven,
        receive("ACK"),
        receive("INVITE", action=verified),
        _go(_ANSWERED, where="1"),
        unproven,  # the password is wrong
        receive("ACK"),
        _go(_END),
    ]
    for number, (end, reason) in enumerate(REFUSALS.items()):
        proxys = reply(407, "Proxy Authentication Required", headers=f"Proxy-Authenticate: {_CHALLENGE}")
        steps += [_label(_FIRST_REFUSAL + number), proxys, receive("ACK"), receive("INVITE", action=_PROXY_PROOF)]
        steps += [reply(int(end), reason), receive("ACK"), _go(_END)]
    steps += [
        _label(_ANSWERED),
        reply(180, "Ringing"),
        pause(700),
        reply(200, body=sdp()),
        receive("ACK"),
        TONE.format(path=speech, loops=-1, payload_type=8),
        receive("BYE"),
        confirm(),
        _go(_END),
        _label(_OPTIONS),
        reply(200),
        _label(_END),
        '<nop/><Reference variables="2"/>',
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?><scenario name="carrier">{"".join(steps)}</scenario>'


@asynccontextmanager
async def carrier(
    program: str, folder: Path, port: int, *, user: str, password: str, says: Samples
) -> AsyncIterator[None]:
    """Takes calls at ADDRESS meanwhile. says: what the called say, again and again, at 8 kHz."""
    speech, scenario = folder / "called.alaw", folder / "carrier.xml"
    speech.write_bytes(bytes(PCMA.encode(says)))
    scenario.write_text(_scenario(user, password, speech))
    process = await asyncio.create_subprocess_exec(
        *(program, "-sf", str(scenario), "-i", ADDRESS, "-p", str(port), "-nostdin"),
        *("-trace_err", "-error_file", str(folder / "carrier.log"), "-trace_msg", "-message_file", "carrier.msg"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        await until_it_listens(port, process)
        yield
    finally:
        await stop(process)
