"""OPTIONS (RFC 3261, 11): the question whether somebody is there, which keeps a NAT in between open as well."""

from __future__ import annotations

import asyncio
from typing import Any

from sippy.SipAddress import SipAddress
from sippy.SipCallId import SipCallId
from sippy.SipCSeq import SipCSeq
from sippy.SipFrom import SipFrom
from sippy.SipRequest import SipRequest
from sippy.SipURL import SipURL

from telephony.sip.stack import Stack

NO_ANSWER = 408
"""Also what the stack says after 32 s in place of an answer."""


def options(stack: Stack, to: SipURL, address: tuple[str, int], *, domain: str = "") -> SipRequest:
    """address: where it is sent. domain: stands in From instead of our address."""
    ours = SipURL(username=stack.user_agent, host=domain or None)
    sender = SipFrom(address=SipAddress(url=ours))
    sender.genTag()
    return SipRequest(
        method="OPTIONS",
        ruri=to,
        fr0m=sender,
        cseq=SipCSeq.genRandCSeq(),
        callid=SipCallId(),
        target=(address, "udp"),
        user_agent=stack.user_agent,
    )


async def answers(stack: Stack, host: str, address: tuple[str, int], timeout_s: float) -> bool:
    """Whether anything at all is answered in time, refusals too. host: in the URIs."""
    heard: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def on_answer(answer: Any) -> None:
        if not heard.done():
            heard.set_result(answer.getSCode()[0] != NO_ANSWER)

    stack.newTransaction(options(stack, SipURL(host=host), address, domain=host), resp_cb=on_answer)
    try:
        async with asyncio.timeout(timeout_s):
            return await heard
    except TimeoutError:
        return False
