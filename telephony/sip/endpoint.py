"""One SIP address of ours: takes calls in, makes calls out, refuses what the RFC says to refuse."""

from __future__ import annotations

import asyncio
import errno
import logging
import re
import socket
from collections.abc import Callable, Mapping
from typing import Any

from sippy.CCEvents import CCEventTry
from sippy.MsgBody import MsgBody
from sippy.SipCallId import SipCallId
from sippy.SipURL import SipURL

from telephony.clock import MediaClock
from telephony.leg import CallLeg, Party
from telephony.sip import reactor
from telephony.sip.complaints import Complaints
from telephony.sip.guard import Guard
from telephony.sip.identity import called_of, caller_of, party
from telephony.sip.leg import SipLeg
from telephony.sip.negotiation import NoCommonCodec, common_codec
from telephony.sip.ping import answers
from telephony.sip.registrar import Registrar
from telephony.sip.registration import Answer, Registration
from telephony.sip.sdp import SdpError, SessionDescription, parse
from telephony.sip.settings import BadAddress, Credentials, NotRegistered, PortInUse, SipError, SipSettings
from telephony.sip.stack import ACCEPTED_BODY, METHODS, Dialog, Refused, Reply, Stack, header, response

LOOKUP_TIMEOUT_S = 5.0
_TARGET = re.compile(r"sip:(?:(?P<user>[^@:;<>?\s]+)@)?(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?")

_log = logging.getLogger(__name__)
_complaints = Complaints(_log)


class SipEndpoint:
    """A UDP port that speaks SIP. Several may live in one process; they share nothing but the media clock."""

    def __init__(
        self,
        settings: SipSettings,
        clock: MediaClock,
        on_call: Callable[[CallLeg], None],
        registrar: Registrar | None = None,
    ) -> None:
        """`on_call` gets every new inbound leg; it must call `listen` and then ring, answer or reject it.

        `registrar`: takes the registrations of agents' phones; without one they are refused with 405.
        """
        self.draining = False
        """While set, new calls are refused with 503 and those under way go on."""
        try:
            rate = settings.datagrams_per_s
            self.guard = Guard(settings.peers, datagrams_per_s=rate, burst=2 * rate)
        except ValueError as error:
            raise BadAddress(f"sip.peers: {error}; write networks such as 192.0.2.0/24") from error
        self._settings = settings
        self._clock = clock
        self._on_call = on_call
        self._registrar = registrar
        self._legs: dict[str, SipLeg] = {}
        self._stack: Stack | None = None

    @property
    def active_calls(self) -> int:
        return len(self._legs)

    @property
    def port(self) -> int:
        return self._running().port

    async def start(self) -> None:
        """Bind the port. Raises `PortInUse` or `BadAddress`."""
        reactor.install()
        where = (self._settings.bind_ip, self._settings.port)
        try:
            self._stack = Stack(
                where,
                self._on_request,
                advertised_ip=self._settings.reachable_ip,
                guard=self.guard,
                user_agent=self._settings.user_agent,
                methods=(*METHODS, "REGISTER") if self._registrar is not None else METHODS,
            )
        except OSError as error:
            raise _bind_error(error, *where) from error
        if self._registrar is not None:
            self._registrar.start(self._stack)

    async def stop(self, *, grace_s: float = 3.0) -> None:
        """Refuse new calls, hang up all, and wait for so long at most until the peers have confirmed it."""
        if self._stack is None:
            return
        self.draining = True
        if self._registrar is not None:
            self._registrar.stop()
        for leg in list(self._legs.values()):
            leg.shut_down()
        try:
            async with asyncio.timeout(grace_s):
                while self._stack.waiting_for_peers:  # noqa: ASYNC110 - the stack has no event for it
                    await asyncio.sleep(0.02)
        except TimeoutError:
            _log.warning("some SIP peers did not confirm the end of their calls; stopping all the same")
        self._stack.close()
        self._stack = None

    async def dial(
        self,
        uri: str,
        *,
        from_number: str,
        display_name: str = "",
        credentials: Credentials | None = None,
        domain: str = "",
        from_user: str = "",
        headers: Mapping[str, str] | None = None,
        unheard_s: float | None = None,
        on_over: Callable[[SipLeg], None] = lambda leg: None,
    ) -> SipLeg:
        """Call sip:user@host[:port]. The leg comes back at once, ringing; `await leg.answered()` is the next step.
        domain: of a carrier that knows us as one of its own: stands in From in place of our address, in To and the
        Request-URI in place of the host that it is sent to. from_user: in From, in place of from_number. unheard_s:
        after so long without any answer it is given up; None: after 32 s, by the RFC. on_over: hears of its end before
        its listener does.

        Raises `BadAddress`, and `LegError` when there is no RTP port left.
        """
        user, host, port = _parse_target(uri)
        next_hop = (await _resolve(host), port)

        def address(invite: Any) -> None:  # packets go to the host's address, but the URIs keep its name
            invite.rTarget.host = invite.rUri.getUrl().host = domain or host
            invite.rTarget.port = port if domain in ("", host) else None
            if domain:
                invite.lUri.getUrl().host = domain
            if from_user:
                invite.lUri.getUrl().username = from_user

        caller = party(from_number, display_name)
        return await self._call(
            user,
            next_hop,
            address,
            caller,
            headers or {},
            credentials=credentials,
            unheard_s=unheard_s,
            on_over=on_over,
        )

    async def dial_phone(
        self, user: str, *, from_number: str, display_name: str = "", headers: Mapping[str, str] | None = None
    ) -> SipLeg:
        """Call the phone that registered as `user`, as `dial` does. Raises `NotRegistered` when there is none."""
        phone = self._registrar.phone_of(user) if self._registrar is not None else None
        if phone is None:
            raise NotRegistered(f"no phone is registered as {user!r}: sign one in, or give the agent a fixed address")
        contact = SipURL(phone.uri)

        def address(invite: Any) -> None:
            invite.rTarget = contact

        caller = party(from_number, display_name)
        return await self._call(user, phone.source, address, caller, headers or {}, symmetric=True)

    async def register(
        self,
        registrar: str,
        credentials: Credentials,
        *,
        domain: str = "",
        expires_s: int = 300,
        on_answer: Callable[[Answer], None] = lambda answer: None,
    ) -> Registration:
        """Sign in at sip:host[:port] as a telephone, to be called at this endpoint. `await it.registered()` comes next;
        domain: the user's, where it is not the host. on_answer hears what comes of this attempt and of every later one.

        Raises `BadAddress`.
        """
        _, host, port = _parse_target(registrar)
        where = await _resolve(host), port
        ours = domain or host, port if domain in ("", host) else None
        own_ip = self._settings.reachable_ip
        return Registration(self._running(), ours, where, own_ip, credentials, expires_s, on_answer)

    async def answers(self, host: str, address: tuple[str, int], *, timeout_s: float) -> bool:
        """Whether whatever is at the address answers OPTIONS in time. host: how it calls itself."""
        return await answers(self._running(), host, address, timeout_s)

    def keep_open(self, address: tuple[str, int]) -> None:
        """Has a NAT towards the address go on letting its answers in."""
        self._running().keep_open(address)

    async def _call(
        self,
        user: str | None,
        next_hop: tuple[str, int],
        address: Callable[[Any], None],
        caller: Party,
        headers: Mapping[str, str],
        *,
        credentials: Credentials | None = None,
        symmetric: bool = False,
        unheard_s: float | None = None,
        on_over: Callable[[SipLeg], None] = lambda leg: None,
    ) -> SipLeg:
        """Send an INVITE to `next_hop`; `address` sets its URIs."""
        extra = tuple(_checked_header(name, value) for name, value in headers.items())

        def over(leg: SipLeg) -> None:
            self._forget(leg)
            on_over(leg)

        leg = SipLeg(
            self._settings,
            self._clock,
            remote=party(user, None),
            local=caller,
            direction="outbound",
            on_offered=_nobody,
            on_over=over,
        )
        dialog = Dialog(
            self._running(),
            leg.on_sip_event,
            leg.on_no_ack,
            symmetric=symmetric,
            username=credentials.username if credentials else None,
            password=credentials.password if credentials else None,
            nh_address=next_hop,
        )
        leg.attach(dialog)

        def start(offer: MsgBody) -> CCEventTry:
            event = CCEventTry((SipCallId(), caller.number, user, offer, None, caller.display_name or None))
            event.onUacSetupComplete = address
            event.extra_headers = extra or None
            return event

        await leg.call(start, unheard_s)
        self._legs[leg.id] = leg
        return leg

    def _running(self) -> Stack:
        if self._stack is None:
            raise SipError("the SIP endpoint is not running: call start() first")
        return self._stack

    def _forget(self, leg: SipLeg) -> None:
        self._legs.pop(leg.id, None)

    # Requests outside of dialogs

    def _on_request(self, request: Any, transaction: Any) -> Reply | None:
        try:
            return self._answer(request, transaction)
        except Refused as refused:
            return refused.reply(request)
        except Exception as error:  # noqa: BLE001 - headers that the stack cannot read are the sender's fault
            _complaints.warn("refused a SIP request: %s: %s", type(error).__name__, error)
            return response(request, 400, "Bad Request")

    def _answer(self, request: Any, transaction: Any) -> Reply | None:
        if request.getHFBody("to").getTag() is not None:
            raise Refused(481, "Call/Transaction Does Not Exist")
        stack = self._running()
        stack.check(request)
        match request.getMethod():
            case "INVITE":
                return self._invited(request, transaction)
            case "OPTIONS":
                self._refuse_when_full()
                return response(request, 200, "OK", *stack.capabilities)
            case "REGISTER" if self._registrar is not None:
                return self._registrar.on_register(request)
            case "REFER":
                raise Refused(403, "Only Calls Can Be Transferred")
            case _:
                raise Refused(481, "Call/Transaction Does Not Exist")

    def _invited(self, request: Any, transaction: Any) -> Reply | None:
        stack = self._running()
        self._check_dialog_headers(request, stack)
        self._refuse_when_full()
        offer = _offer_in(request)
        leg = SipLeg(
            self._settings,
            self._clock,
            remote=caller_of(request, trusted=self.guard.trusts(request.getSource()[0])),
            local=called_of(request),
            direction="inbound",
            on_offered=self._offer,
            on_over=self._forget,
            offer=offer,
        )
        dialog = Dialog(stack, leg.on_sip_event, leg.on_no_ack)
        leg.attach(dialog)
        reply: Reply | None = dialog.recvRequest(request, transaction)
        return reply

    def _offer(self, leg: SipLeg) -> None:
        """The dialog stands, so the call exists."""
        self._legs[leg.id] = leg
        try:
            self._on_call(leg)
            if leg.listener is None and leg.ended is None:
                raise SipError("on_call must give the leg a listener")
        except Exception:  # noqa: BLE001 - this caller is refused, the endpoint goes on taking calls
            _log.exception("could not take a call")
            leg.reject(500, "Server Internal Error")

    def _check_dialog_headers(self, request: Any, stack: Stack) -> None:
        contacts = request.getHFBodys("contact")
        if len(contacts) != 1 or contacts[0].asterisk:
            raise Refused(400, "One Contact Required")
        call_id, from_tag = str(request.getHFBody("call-id")), request.getHFBody("from").getTag()
        if stack.has_dialog(call_id, from_tag, request.getHFBody("cseq").getCSeqNum()):
            raise Refused(482, "Loop Detected")

    def _refuse_when_full(self) -> None:
        if self.draining or self.active_calls >= self._settings.max_calls:
            retry_after = ("Retry-After", str(self._settings.retry_after_s))
            raise Refused(503, "Service Unavailable", retry_after)


def _offer_in(request: Any) -> SessionDescription | None:
    """The caller's SDP, None for a late offer."""
    body = request.getBody()
    if body is None:
        return None
    if body.getType() != "application/sdp":
        raise Refused(415, "Unsupported Media Type", ACCEPTED_BODY)
    try:
        offer = parse(str(body))
        common_codec(offer)
    except (SdpError, NoCommonCodec) as error:
        _complaints.warn("refused a call: %s", error)
        raise Refused(488, "Not Acceptable Here") from error
    return offer


def _nobody(_: SipLeg) -> None:
    """Outbound legs are not offered to anyone."""


def _bind_error(error: OSError, ip: str, port: int) -> SipError:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            f"sip.port {port} on {ip} is taken by another program: stop that one, or set sip.port to a free port"
        )
    if error.errno == errno.EACCES:
        return BadAddress(f"no permission to listen on sip.port {port}: set sip.port to 1024 or above")
    return BadAddress(f"cannot listen on sip.bind {ip}:{port} ({error.strerror}): set it to an address of this machine")


def _parse_target(uri: str) -> tuple[str | None, str, int]:
    match = _TARGET.fullmatch(uri)
    port = int(match["port"] or 5060) if match else 0
    if match is None or not 0 < port < 65536:
        raise BadAddress(f"cannot call {uri!r}: write it as sip:NUMBER@HOST or sip:NUMBER@HOST:PORT")
    return match["user"], match["host"], port


async def _resolve(host: str) -> str:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise BadAddress(f"cannot find the host {host!r} to call: check its name and this machine's DNS") from error
    return str(found[0][4][0])


def _checked_header(name: str, value: str) -> Any:
    if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not value.isprintable():
        raise ValueError(f"not a SIP header: {name!r}")
    return header(name, value)
