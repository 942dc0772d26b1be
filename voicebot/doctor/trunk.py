"""The check of the line to the carrier: what the media process knows of it; while none runs, whether it answers."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address

from voicebot.config import ConfigError, Settings
from voicebot.doctor.finding import Finding, fail, ok, warn
from voicebot.sip_probe import answers
from voicebot.trunk.account import read_credentials
from voicebot.trunk.line import AddressUnknown, addresses_of
from voicebot.trunk.standing import read_standing

PROBE_S = 2.0


async def trunk(settings: Settings) -> Finding:
    """Where calls go out to, if anywhere, and whether it takes them."""
    line = settings.trunk
    if not line.host:
        return ok("trunk", "none is set: nobody is dialled")
    try:
        await asyncio.to_thread(read_credentials, line)
    except ConfigError as error:
        found, _, remedy = str(error).rpartition(": ")
        return fail("trunk", found, remedy)
    where = f"{line.host}:{line.port}"
    bind = settings.sip.bind
    if bind.is_loopback and not await _on_this_machine(line.host):
        remedy = "set sip.bind to an address of this machine, or to 0.0.0.0, and sip.peers with it"
        return fail("trunk", f"{where} is not reached from sip.bind {bind}", remedy)
    standing = await asyncio.to_thread(read_standing, settings.data_dir)
    match standing.state if standing else "unknown":
        case "registered":
            return ok("trunk", f"signed in at {where} as {line.user}")
        case "refused" if standing and line.user is None:
            return fail(
                "trunk", f"{where} wants a password ({standing.said})", "set trunk.user and trunk.password_file"
            )
        case "refused" if standing:
            found = f"{where} does not take the password of {line.user} ({standing.said})"
            remedy = (
                "check trunk.user and trunk.password_file; "
                f"a corrected file is tried at once, this one again in {standing.again_in_min} min"
            )
            return fail("trunk", found, remedy)
        case "unwanted" if standing:
            remedy = "ask the carrier; where calls come in by our address, set trunk.registration to false"
            return warn("trunk", f"{where} does not let {line.user} sign in ({standing.said})", remedy)
        case "silent" if standing:
            remedy = "check trunk.host, trunk.port and the network"
            return warn("trunk", f"{where} does not let us sign in now ({standing.said})", remedy)
        case "away":
            remedy = (
                "check the network, and ask the carrier; "
                "where it takes calls all the same, set trunk.keep_alive to crlf"
            )
            return fail("trunk", f"{where} does not answer any more, and nobody is dialled until it does", remedy)
        case "not_found" if standing:
            remedy = "check trunk.host and the DNS; SIP over IPv6 is not spoken here"
            return fail("trunk", f"{line.host} has no IPv4 address ({standing.said})", remedy)
    return await _asked(line.host, line.port)


async def _on_this_machine(host: str) -> bool:
    try:
        return all(IPv4Address(address).is_loopback for address in await addresses_of(host))
    except AddressUnknown:  # which is another finding
        return True


async def _asked(host: str, port: int) -> Finding:
    try:
        there = await answers(host, port, timeout_s=PROBE_S)
    except OSError as error:
        return warn("trunk", f"{host}:{port}: {error}", "check trunk.host and the network")
    if there:
        return ok("trunk", f"{host}:{port} answers SIP")
    return warn("trunk", f"{host}:{port} does not answer OPTIONS", "some trunks never do; else check trunk.host")
