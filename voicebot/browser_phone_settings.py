"""Settings of the phones that agents have in their browsers."""

from __future__ import annotations

import json
import re
from ipaddress import IPv4Address
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from voicebot.setting_types import PortRange, Section, comma_separated

_ICE_URL: Final = re.compile(r"(stuns?|turns?):[A-Za-z0-9.:\[\]-]+(\?transport=(udp|tcp))?")


def ice_url(value: str) -> str:
    if not _ICE_URL.fullmatch(value):
        raise ValueError("must be stun:host:port, turn:host:port or turns:host:port, with ?transport=tcp if need be")
    return value


def from_json(value: object) -> object:
    """A list in the environment is text."""
    return json.loads(value) if isinstance(value, str) else value


class IceServer(Section):
    """A STUN or TURN server of the company's own, for browsers that UDP can't reach directly."""

    urls: Annotated[
        tuple[Annotated[str, AfterValidator(ice_url)], ...], BeforeValidator(comma_separated), Field(min_length=1)
    ]
    username: str = ""
    credential: SecretStr | None = None
    """Every signed-in agent's browser is told it."""


class BrowserPhoneSection(Section):
    """Phones in the browser (WebRTC). The console's own address, and this, are all that a browser has to reach."""

    bind: IPv4Address | None = None
    """Address that audio is taken on. Default: `sip.bind`."""
    addresses: Annotated[tuple[IPv4Address, ...], BeforeValidator(comma_separated)] = ()
    """What browsers are told to send to, best first. Default: this machine's address, and `sip.advertised_ip`."""
    udp_ports: PortRange = range(30000, 31000)
    """One for each connected phone."""
    ice_servers: Annotated[tuple[IceServer, ...], BeforeValidator(from_json)] = ()
    """Told to browsers. None are needed where they can send UDP to `addresses`. In the environment as JSON."""
