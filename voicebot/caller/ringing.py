"""Placing simulated calls over SIP: one, or many from one endpoint."""

import asyncio
import ipaddress
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from telephony.clock import MediaClock
from telephony.leg import CallLeg
from telephony.recorder import RecordingThread
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.settings import Credentials, SipSettings
from voicebot.caller.script import PreparedTurn
from voicebot.caller.simulated_caller import CallResult, SimulatedCaller

ANSWERED_WITHIN_S: Final = 60.0
LONGEST_CALL_S: Final = 1800.0
RECORDING_CLOSED_S: Final = 10.0
_RTP_PORTS: Final = range(30_000, 40_000)  # away from those of a server on the same machine
_HOST: Final = re.compile(r"sip:(?:[^@]*@)?([^:;>]+)")


async def ring(
    uri: str,
    turns: Sequence[PreparedTurn],
    *,
    number: str,
    recording: Path | None = None,
    credentials: Credentials | None = None,
    loss: float = 0.0,
) -> CallResult:
    """Rings, talks, hangs up. Raises LegError when nobody answers, SipError for an address that makes no sense.

    loss: share of the caller's packets thrown away on purpose, 0 to 1.
    """
    async with telephone(uri, loss=loss) as endpoint:
        caller = await connect(endpoint, uri, turns, number=number, recording=recording, credentials=credentials)
        await hear_out(caller, LONGEST_CALL_S)
    return caller.result()


@asynccontextmanager
async def telephone(uri: str, *, loss: float = 0.0) -> AsyncIterator[SipEndpoint]:
    """An endpoint with a running clock, to ring `uri` from; any number of calls may be made with it at once."""
    clock = MediaClock()
    local_ip = "127.0.0.1" if is_this_machine(uri) else "0.0.0.0"
    settings = SipSettings(bind_ip=local_ip, port=0, rtp_ports=_RTP_PORTS, outgoing_loss=loss)
    endpoint = SipEndpoint(settings, clock, _refuse)
    await endpoint.start()
    ticking = asyncio.create_task(clock.run())
    try:
        yield endpoint
    finally:
        await endpoint.stop()
        ticking.cancel()


async def connect(
    endpoint: SipEndpoint,
    uri: str,
    turns: Sequence[PreparedTurn],
    *,
    number: str,
    recording: Path | None = None,
    recordings: RecordingThread | None = None,
    credentials: Credentials | None = None,
) -> SimulatedCaller:
    """Rings and waits for an answer; then the caller talks by itself. Raises LegError, SipError.

    recordings: the thread that writes the recordings of several callers.
    """
    leg = await endpoint.dial(uri, from_number=number, credentials=credentials)
    caller = SimulatedCaller(leg, turns, recording=recording, recordings=recordings)
    leg.listen(caller)
    await leg.answered(ANSWERED_WITHIN_S)
    return caller


async def hear_out(caller: SimulatedCaller, longest_s: float) -> None:
    """Returns when the call is over and its recording is on the disk; TimeoutError after `longest_s`."""
    async with asyncio.timeout(longest_s):
        await caller.over.wait()
    await asyncio.to_thread(caller.close_recording, RECORDING_CLOSED_S)


def _refuse(leg: CallLeg) -> None:
    """A caller is not to be rung."""
    leg.reject(486, "Busy Here")


def is_this_machine(uri: str) -> bool:
    """Whether the host of a SIP URI is a loopback address."""
    match = _HOST.match(uri)
    host = match[1] if match else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
