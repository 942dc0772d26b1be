"""Placing one simulated call over SIP, in a process of its own."""

import asyncio
import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from telephony.clock import MediaClock
from telephony.leg import CallLeg
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
    clock = MediaClock()
    local_ip = "127.0.0.1" if _is_this_machine(uri) else "0.0.0.0"
    settings = SipSettings(bind_ip=local_ip, port=0, rtp_ports=_RTP_PORTS, outgoing_loss=loss)
    endpoint = SipEndpoint(settings, clock, _refuse)
    await endpoint.start()
    ticking = asyncio.create_task(clock.run())
    try:
        async with asyncio.timeout(LONGEST_CALL_S):
            leg = await endpoint.dial(uri, from_number=number, credentials=credentials)
            caller = SimulatedCaller(leg, turns, recording=recording)
            leg.listen(caller)
            await leg.answered(ANSWERED_WITHIN_S)
            await caller.over.wait()
    finally:
        await endpoint.stop()
        ticking.cancel()
    await asyncio.to_thread(caller.close_recording, RECORDING_CLOSED_S)
    return caller.result()


def _refuse(leg: CallLeg) -> None:
    """A caller is not to be rung."""
    leg.reject(486, "Busy Here")


def _is_this_machine(uri: str) -> bool:
    match = _HOST.match(uri)
    host = match[1] if match else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
