"""Settings of the SIP trunk through which calls go out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, PositiveInt

from voicebot.setting_types import Port, Section, comma_separated

Prefix = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}$")]


def _needs_something(allowed: tuple[str, ...]) -> tuple[str, ...]:
    if not allowed:
        raise ValueError("must name at least one prefix, as '+86': leave trunk.host unset to dial nobody")
    return allowed


class TrunkSection(Section):
    """The company's SIP trunk: callbacks, calls by click and transfers to outside numbers go through it. Without `host`
    nobody is dialled, and a callback is a task for people."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")] | None = None
    """Name or IPv4 address of the provider's or PBX's SIP server. Its SIP is let in besides `sip.peers`; a name is
    looked up again every minute. SIP over IPv6 is not spoken here."""
    port: Port = 5060
    """Of the SIP server."""
    user: Annotated[str, Field(pattern=r'^[^\s"\\:@]{1,64}$')] | None = None
    """For digest authentication, where the trunk asks for it (401, 407)."""
    password_file: Path | None = None
    """File with the password and nothing else, readable by its owner only. Read again when it was changed."""
    registration: bool = True
    """Sign in at `host` as `user` (REGISTER), so that the trunk sends calls to this address. False for a trunk that
    knows us by our address and takes no registrations."""
    domain: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")] | None = None
    """The carrier's SIP domain, where it is not the `host` that it is reached at, as with IMS. It stands in From, To
    and the Request-URI. Default: `host`."""
    keep_alive: Literal["options", "crlf", "off"] = "options"
    """How a NAT or firewall towards the trunk is kept open between registrations: `options` asks whether it is there
    (OPTIONS), and a trunk that has answered and stops answering is given no call until it answers again; `crlf` sends
    empty lines, which nobody answers; `off` sends nothing."""
    keep_alive_s: Annotated[float, Field(ge=5)] = 25.0
    """How often. NATs forget after 30 s without a packet (RFC 5626, 4.4.2)."""
    caller_id: Annotated[str, Field(pattern=r"^\+?[0-9]{2,20}$")] | None = None
    """The number that the called see. Default: the hotline of company.toml."""
    from_user: Literal["caller_id", "account"] = "caller_id"
    """Who calls, in From: `caller_id`, or the account, `user`, for trunks that refuse everybody else (403)."""
    asserted_identity: bool = True
    """Give `caller_id` in P-Asserted-Identity (RFC 3325) as well, where many trunks look for what the called see."""
    number_format: Literal["e164", "national"] = "e164"
    """How numbers are written to the trunk: +8613912345678, or as dialled within China: 13912345678, 02886666666."""
    allowed: Annotated[tuple[Prefix, ...], BeforeValidator(comma_separated), AfterValidator(_needs_something)] = (
        "+86",
    )
    """What may be dialled at all, by the beginning of the number in E.164; everything else is refused, whoever asks, so
    that nobody's desk or telephone can run up a bill abroad. Short and service numbers are never dialled."""
    most_calls: PositiveInt = 10
    """Outgoing calls at a time."""
    ring_s: PositiveFloat = 40.0
    """How long the called are rung."""
