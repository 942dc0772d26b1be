"""Moving a call to somebody else (RFC 3515 and 3420): what the peer asks of us, and what we ask of the peer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipContentType import SipContentType
from sippy.SipHeader import SipHeader
from sippy.SipReferredBy import SipReferredBy

from telephony.sip.identity import party
from telephony.sip.settings import BadAddress, SipError
from telephony.sip.stack import Dialog, Refused, Reply, header, response

PROGRESS_S = 180
"""How long the peer is told that reports may come."""
MAX_TARGET_CHARS = 256

_TARGET = re.compile(r"(?i:sips?):[!#-+\--:=@-~]+(?:;[!#-+\--;=@-~]*)?|(?i:tel):\+?[0-9*#().-]+")
_REFER_TO = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^"<]*)\s*<([^<>\s]+)>.*|([^<>;\s]+)(?:;.*)?')
_FIRST_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9][0-9])(?: ([^\r\n]*))?(?:\r?\n|$)")


class TransferFailed(SipError):
    """The peer did not move the call; it goes on. `code` is the SIP status that tells why, None where there is none."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"the call was not transferred: {code or ''} {reason}".replace("  ", " ").rstrip())
        self.code, self.reason = code, reason


@dataclass(eq=False, slots=True)
class TransferRequest:
    """The peer wants its other party to be connected with `target` instead of itself.

    Whoever takes it up calls the target, connects the two, and reports how it goes. The peer may hang up at any time
    after it was taken up, and the transfer goes on without it. Whom one may be transferred to is to be checked: a
    peer can name any number.
    """

    target: str
    """A SIP or tel URI, without headers and parameters."""
    number: str
    """Its user part, sanitised."""
    _notify: Callable[[int, str], None] = field(repr=False)
    over: bool = False

    def report(self, code: int, reason: str) -> None:
        """Tell the peer a SIP status of the new call: 180 while it rings; 200 and above is the last word."""
        if not self.over:
            self.over = code >= 200
            self._notify(code, reason)


class Transfers:
    """The REFERs of one dialog, one at a time in each direction."""

    def __init__(self, dialog: Dialog, asked: Callable[[TransferRequest], bool]) -> None:
        """`asked` decides at once on what the peer wants."""
        self._dialog = dialog
        self._asked = asked
        self._theirs: TransferRequest | None = None
        self._outcome: asyncio.Future[None] | None = None
        self._accepted = False
        dialog.handlers |= {"REFER": self._on_refer, "NOTIFY": self._on_notify}

    # We ask

    async def ask(self, target: str, timeout_s: float) -> None:
        """Returns once the peer has reached the target. Raises `TransferFailed`, `BadAddress`."""
        if len(target) > MAX_TARGET_CHARS or not _TARGET.fullmatch(target):
            raise BadAddress(f"cannot transfer to {target!r}: write it as sip:NUMBER@HOST or tel:+NUMBER")
        if self._outcome is not None:
            raise TransferFailed(None, "another transfer of this call is under way")
        self._outcome = outcome = asyncio.get_running_loop().create_future()
        self._accepted = False
        sender = SipReferredBy(address=SipAddress(url=self._dialog.lUri.getUrl()))
        headers = (header("Refer-To", f"<{target}>"), SipHeader(name="referred-by", body=sender))
        request = self._dialog.genRequest("REFER", extra_headers=headers)
        self._dialog.newTransaction(request, resp_cb=lambda answer: self._on_answer(answer, outcome))
        try:
            async with asyncio.timeout(timeout_s):
                await self._outcome
        except TimeoutError:
            raise TransferFailed(408, f"no outcome within {timeout_s:g} s") from None
        finally:
            self._outcome = None

    def on_over(self, *, by_peer: bool) -> None:
        """The call is over. A peer that hangs up after it said yes has gone to the target: many report no more."""
        if by_peer and self._accepted:
            self._succeed()
        else:
            self._fail(None, "the call ended")

    def _on_answer(self, answer: Any, outcome: asyncio.Future[None]) -> None:
        code, reason = answer.getSCode()
        if outcome is not self._outcome:  # given up meanwhile
            return
        if code >= 300:
            self._fail(code, reason)
        elif code >= 200:
            self._accepted = True

    def _on_notify(self, request: Any) -> Reply:
        """A report on the transfer that we asked for."""
        event = _text(request, "event") or _text(request, "o")
        if event.partition(";")[0].strip().lower() != "refer":
            raise Refused(489, "Bad Event", ("Allow-Events", "refer"))
        if self._outcome is None:
            raise Refused(481, "Subscription Does Not Exist")
        status = parse_sipfrag(str(request.getBody() or ""))
        if status is not None and status[0] >= 200:
            self._succeed() if status[0] < 300 else self._fail(*status)
        elif _text(request, "subscription-state").strip().lower().startswith("terminated"):
            self._fail(None, "the peer reports no more")
        return response(request, 200, "OK")

    def _succeed(self) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(None)

    def _fail(self, code: int | None, reason: str) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_exception(TransferFailed(code, reason))

    # The peer asks

    def _on_refer(self, request: Any) -> Reply:
        values = [str(found.body.body) for found in request.getHFs("refer-to")]
        if len(values) != 1:
            raise Refused(400, "One Refer-To Required")
        if self._theirs is not None and not self._theirs.over:
            raise Refused(491, "Request Pending")
        target = parse_refer_to(values[0])
        event = f"refer;id={request.getHFBody('cseq').getCSeqNum()}" if self._theirs is not None else "refer"

        def notify(code: int, reason: str) -> None:
            # Later, because the answer to the REFER has to go out first.
            asyncio.get_running_loop().call_soon(self._send_notify, event, code, reason)

        asked = TransferRequest(target, _number(target), notify)
        if not self._asked(asked):
            raise Refused(603, "Decline")
        self._theirs = asked
        if not asked.over:
            notify(100, "Trying")
        return response(request, 202, "Accepted")

    def _send_notify(self, event: str, code: int, reason: str) -> None:
        if not self._dialog.isConnected():
            return
        state = f"active;expires={PROGRESS_S}" if code < 200 else "terminated;reason=noresource"
        kind = SipContentType("message/sipfrag;version=2.0")
        kind.parse()
        headers = (header("Event", event), header("Subscription-State", state))
        request = self._dialog.genRequest("NOTIFY", MsgBody(sipfrag(code, reason), kind), extra_headers=headers)
        self._dialog.newTransaction(request)


def sipfrag(code: int, reason: str) -> str:
    """A status as the body of a NOTIFY (RFC 3420)."""
    return f"SIP/2.0 {code} {' '.join(reason.split())}\r\n"


def parse_sipfrag(body: str) -> tuple[int, str] | None:
    """The status in the body of a NOTIFY; None where there is none."""
    match = _FIRST_LINE.match(body.lstrip())
    return (int(match[1]), match[2] or "") if match else None


def parse_refer_to(value: str) -> str:
    """The URI to call, without headers and parameters. Raises `Refused`."""
    match = _REFER_TO.fullmatch(value.strip())
    uri, _, headers = (match[1] or match[2]).partition("?") if match else ("", "", "")
    if re.search(r"(?:^|&)replaces=", headers, re.IGNORECASE):
        raise Refused(501, "Attended Transfer Not Supported")
    bare, *parameters = uri.split(";")
    methods = [name_value[7:] for name_value in parameters if name_value.lower().startswith("method=")]
    if any(method.upper() != "INVITE" for method in methods):
        raise Refused(403, "Only Calls Can Be Transferred")
    if len(bare) > MAX_TARGET_CHARS or not _TARGET.fullmatch(bare):
        raise Refused(400, "Refer-To Cannot Be Called")
    return bare


def _number(target: str) -> str:
    scheme, _, rest = target.partition(":")
    user, at, _ = rest.rpartition("@")
    return party(unquote(rest if scheme.lower() == "tel" else user if at else ""), None).number


def _text(request: Any, name: str) -> str:
    """A header as it came, "" when it is not there."""
    headers = request.getHFs(name)
    return str(headers[0].body) if headers else ""
