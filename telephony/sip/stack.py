"""sippy's transaction layer and dialogs, with the answers that stock sippy leaves out.

Everything that has to know sippy's inner names is here, in `reactor` and in `transport`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from sippy.CCEvents import CCEventConnect, CCEventUpdate
from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipContact import SipContact
from sippy.SipHeader import SipHeader
from sippy.SipTransactionManager import TRYING, SipTransactionManager
from sippy.SipURL import SipURL
from sippy.UA import UA
from sippy.UasStateUpdating import UasStateUpdating
from sippy.UaStateConnected import UaStateConnected

from telephony.sip.complaints import Complaints
from telephony.sip.guard import Guard
from telephony.sip.reactor import cancel_timers
from telephony.sip.transport import AioUdp, SocketOptions

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "REFER", "NOTIFY")
"""What every stack takes; one with a registrar takes REGISTER as well."""
ACCEPTED_BODY = ("Accept", "application/sdp")
_ENDED_STATES = ("Disconnected", "Failed", "Cancelling(UAC)", "Dead")

Reply = tuple[Any, Any, Any]
"""What a request handler returns to the stack: the response, and whom to tell of CANCEL and of a missing ACK."""

_log = logging.getLogger(__name__)
_complaints = Complaints(_log)


class Refused(Exception):
    """A request gets this final response at once, and nothing comes of it."""

    def __init__(self, code: int, reason: str, *headers: tuple[str, str]) -> None:
        super().__init__(reason)
        self.code, self.reason, self.headers = code, reason, headers

    def reply(self, request: Any) -> Reply:
        return response(request, self.code, self.reason, *self.headers)


def header(name: str, value: str) -> Any:
    return SipHeader(f"{name}: {value}")


def response(request: Any, code: int, reason: str, *headers: tuple[str, str]) -> Reply:
    """A final response and nobody to tell what becomes of it."""
    made = request.genResponse(code, reason)
    made.appendHeaders([header(name, value) for name, value in headers])
    return made, None, None


class Connected(UaStateConnected):  # type: ignore[misc]
    """Stock sippy takes a re-INVITE without body for a hold and answers an unchanged one by itself."""

    def _recvRequestInvite(self, request: Any) -> Any:  # noqa: N802
        ua = self.ua
        ua.uasResp = request.genResponse(100, "Trying", server=ua.local_ua)
        ua.global_config["_sip_tm"].sendResponse(ua.uasResp)
        if request.countHFs("contact") > 0:
            ua.rTarget = request.getHFBody("contact").getUrl().getCopy()
        ua.equeue.append(CCEventUpdate(request.getBody(), rtime=request.rtime, origin=ua.origin))
        return (ua.UasStateUpdating,)

    recv_request_handlers: ClassVar = {**UaStateConnected.recv_request_handlers, "INVITE": _recvRequestInvite}


class UpdatedByPeer(UasStateUpdating):  # type: ignore[misc]
    """Stock sippy does not wait for the ACK of a re-INVITE, which carries the answer to a late offer."""

    def _recvEventConnect(self, event: Any, extra_headers: Any) -> Any:  # noqa: N802
        code, reason, body = event.getData()
        self.ua.lSDP = body
        self.ua.sendUasResponse(code, reason, body, (self.ua.lContact,), extra_headers=extra_headers, ack_wait=True)
        return (self.ua.UaStateConnected,)

    recv_event_handlers: ClassVar = {
        **UasStateUpdating.recv_event_handlers,
        CCEventConnect: _recvEventConnect,
    }


class Dialog(UA):  # type: ignore[misc]
    """One call's dialog. `event_cb(event, dialog)` hears what happens, `on_no_ack` that our 200 was never ACKed."""

    UaStateConnected = Connected
    UasStateUpdating = UpdatedByPeer
    lSDP: MsgBody | None  # noqa: N815
    rCSeq: int | None  # noqa: N815

    def __init__(
        self,
        stack: Stack,
        event_cb: Callable[[Any, Any], None],
        on_no_ack: Callable[[], None],
        *,
        symmetric: bool = False,
        **options: Any,
    ) -> None:
        """`symmetric`: an outbound dialog whose requests go to `nh_address` even when a Contact says otherwise."""
        super().__init__(stack.config, event_cb, **options)
        self.local_ua = stack.user_agent
        self.handlers: dict[str, Callable[[Any], Reply]] = {}
        """Who answers the requests of an answered call that leave its session as it is, by method."""
        self.heard = False
        """The peer has answered something, if only 100 Trying."""
        self._stack = stack
        self._symmetric = symmetric
        # Without a display name: the default one breaks some peers. The host is filled in when it is sent.
        self.lContact = SipContact(address=SipAddress(url=SipURL(username=stack.user_agent)))
        self._on_no_ack = on_no_ack

    def recvRequest(self, request: Any, transaction: Any) -> Reply | None:  # noqa: N802
        """Every request of this dialog gets an answer, and no fault in it reaches another call."""
        try:
            early = self._answer_without_state(request)
            if early is not None:
                return early
            reply = super().recvRequest(request, transaction)
        except Refused as refused:
            return refused.reply(request)
        except Exception as error:  # noqa: BLE001 - what a peer sends must not be able to stop the stack
            _complaints.warn("SIP request failed: %s: %s", type(error).__name__, error)
            reply = response(request, 500, "Server Internal Error")
        if self.origin == "caller" or self._symmetric:
            # Symmetric signalling: requests go back to where the peer's came from. It works through NAT, and
            # a Contact that names somebody else's address cannot make us send there.
            self.rAddr = (request.getSource(), "udp")
        if reply is not None:
            return self._unless_answered(transaction, (reply[0], reply[1], self._no_ack))
        pending = request.getMethod() == "INVITE"
        return self._unless_answered(
            transaction,
            response(request, 491, "Request Pending")
            if pending
            else response(request, 481, "Call/Transaction Does Not Exist"),
        )

    def recvResponse(self, answer: Any, transaction: Any) -> None:  # noqa: N802
        """A challenge is taken up after its ACK went out; stock sippy sends the second INVITE ahead of it."""
        self.heard = self.heard or answer is not transaction.r408  # which is our own stack's, after Timer B
        if answer.getSCode()[0] in (401, 407):
            asyncio.get_running_loop().call_soon(self._take_response, answer, transaction)
        else:
            self._take_response(answer, transaction)

    def _take_response(self, answer: Any, transaction: Any) -> None:
        next_hop = self.rAddr
        super().recvResponse(answer, transaction)
        if self._symmetric:
            self.rAddr = next_hop

    def newTransaction(self, request: Any, *parts: Any, **options: Any) -> Any:  # noqa: N802
        transaction = super().newTransaction(request, *parts, **options)
        if self._symmetric:
            transaction.next_hop = self.rAddr[0]
        return transaction

    def _answer_without_state(self, request: Any) -> Reply | None:
        method = request.getMethod()
        if self.state is not None and str(self.state) in _ENDED_STATES and method != "BYE":
            return response(request, 481, "Call/Transaction Does Not Exist")
        self._stack.check(request)
        if method == "OPTIONS":
            return response(request, 200, "OK", *self._stack.capabilities)
        if method == "INFO":
            return response(request, 200, "OK")
        handler = self.handlers.get(method)
        return self._handled(request, handler) if handler is not None else None

    def _handled(self, request: Any, handler: Callable[[Any], Reply]) -> Reply:
        cseq = request.getHFBody("cseq").getCSeqNum()
        if not self.isConnected():
            raise Refused(403, "Not Before The Call Is Answered")
        if self.rCSeq is not None and cseq <= self.rCSeq:  # RFC 3261, 12.2.2
            raise Refused(500, "Out Of Order")
        self.rCSeq = cseq
        return handler(request)

    @staticmethod
    def _unless_answered(transaction: Any, reply: Reply) -> Reply | None:
        """The reply, without its response when the dialog's state has sent one already."""
        if transaction.tid is None:
            return None
        made, cancelled, no_ack = reply
        return (made if transaction.state is TRYING else None), cancelled, no_ack

    def _no_ack(self) -> None:
        self._on_no_ack()
        self.disconnect()

    def send_update(self, body: MsgBody) -> None:
        """Send a re-INVITE. A refused one leaves no local description behind, which the stack stumbles over."""
        if self.lSDP is None:
            self.lSDP = MsgBody("")
        self.recvEvent(CCEventUpdate(body))


class WireLog:
    """What sippy writes messages to; only shown when debugging, since they carry phone numbers."""

    def write(self, *parts: object, **_: object) -> None:
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s", "".join(str(part) for part in parts))


class Stack(SipTransactionManager):  # type: ignore[misc]
    """The transaction layer on one socket. `on_request` gets the requests that belong to no dialog."""

    model_udp_server = (AioUdp, SocketOptions)

    def __init__(
        self,
        address: tuple[str, int],
        on_request: Callable[[Any, Any], Reply | None],
        *,
        advertised_ip: str,
        guard: Guard,
        user_agent: str,
        methods: Sequence[str] = METHODS,
    ) -> None:
        self.user_agent = user_agent
        self.capabilities = (("Allow", ", ".join(methods)), ACCEPTED_BODY)
        self._methods = frozenset(methods)
        self.config: dict[str, Any] = {
            "_sip_address": address[0],
            "_sip_port": address[1],
            "_sip_logger": WireLog(),
            "_sip_tm": self,
            "guard": guard,
            "advertised_ip": advertised_ip,
        }
        super().__init__(self.config, on_request)

    @property
    def _server(self) -> AioUdp:
        server: AioUdp = next(iter(self.l4r.cache_l2s.values()))
        return server

    @property
    def port(self) -> int:
        return int(self._server.uopts.laddress[1])

    def keep_open(self, address: tuple[str, int]) -> None:
        """Sends what is no message and wants no answer (RFC 5626, 3.5.1): a NAT in between goes on letting them in."""
        self._server.send_to(b"\r\n\r\n", address)

    @property
    def waiting_for_peers(self) -> bool:
        """Whether a request of a call of ours (BYE, CANCEL, ...) is unanswered, or our answer not acknowledged."""
        if any(transaction.method != "OPTIONS" for transaction in self.tclient.values()):
            return True
        return any(transaction.needack for transaction in self.tserver.values())

    def check(self, request: Any) -> None:
        """405 and 420 (RFC 3261, 8.2.1 and 8.2.2.3), which apply inside and outside of dialogs. Raises `Refused`."""
        if request.getMethod() not in self._methods:
            raise Refused(405, "Method Not Allowed", self.capabilities[0])
        required = ", ".join(str(body) for body in request.getHFBodys("require")).strip(", ")
        if required:  # we support no extension at all
            raise Refused(420, "Bad Extension", ("Unsupported", required))

    def has_dialog(self, call_id: str, from_tag: str, cseq: int) -> bool:
        """Whether a request came already by another way (RFC 3261, 8.2.2.2)."""
        dialogs = (consumer.cobj for consumer in self.req_consumers.get(call_id, ()))
        return any(d.rUri is not None and d.rUri.getTag() == from_tag and d.rCSeq == cseq for d in dialogs)

    def handleIncoming(self, data_in: str, ra: Any, server: Any, rtime: Any) -> None:  # noqa: N802
        try:
            super().handleIncoming(data_in, ra, server, rtime)
        except Exception as error:  # noqa: BLE001 - a datagram that the stack chokes on must not stop the others
            _complaints.warn("SIP message from %s failed: %s: %s", ra, type(error).__name__, error)

    def transmitReq(self, transaction: Any, request: Any, address: Any, *parts: Any) -> None:  # noqa: N802
        """An ACK of a symmetric dialog goes where its INVITE went; stock sippy sends it to the Contact."""
        super().transmitReq(transaction, request, getattr(transaction, "next_hop", address), *parts)

    def close(self) -> None:
        """Close the socket and stop every timer of this stack's objects."""
        config = self.config
        self.shutdown()
        cancel_timers(lambda owner: owner is self or _config_of(owner) is config)


def _config_of(owner: object) -> object:
    dialog = getattr(owner, "ua", owner)
    return getattr(dialog, "global_config", None)
