"""Invariant: a call is moved only when its owner agrees or the peer got through, and both sides learn the outcome."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.leg import CallLeg, EndReason, LegError
from telephony.sip import BadAddress, SipLeg, TransferFailed, TransferRequest
from telephony.sip.refer import parse_refer_to, parse_sipfrag, sipfrag
from telephony.sip.stack import Refused
from tests.telephony.sip.conftest import Answering, Notes, RawPeer, call_up, wait_for
from tests.telephony.sip.messages import answer_to, request, to_tag_of

MakeEndpoint = Callable[..., Awaitable[Answering]]
MakePeer = Callable[[int], RawPeer]


def sip_leg(leg: CallLeg) -> SipLeg:
    assert isinstance(leg, SipLeg)
    return leg


class Peer:
    """A telephone in a call with us, speaking through a raw socket."""

    def __init__(self, raw: RawPeer) -> None:
        self.raw, self.tag, self.cseq = raw, "", 1

    async def call(self) -> None:
        self.raw.send(request(self.raw))
        self.tag = to_tag_of(await self.raw.final())
        self.raw.send(request(self.raw, "ACK", branch="ack", to_tag=self.tag, body=""))

    async def ask(self, method: str, *headers: str, body: str = "", cseq: int | None = None) -> str:
        """One request inside the call, and its answer; requests of ours that come in between are answered 200."""
        self.cseq = cseq or self.cseq + 1
        extra = "\r\n".join(headers)
        message = request(
            self.raw, method, cseq=self.cseq, branch=f"{method}{self.cseq}", to_tag=self.tag, extra=extra, body=body
        )
        self.raw.send(message)
        while f"CSeq: {self.cseq} {method}" not in (answer := await self.raw.final()):
            pass
        return answer

    async def asked(self, method: str) -> str:
        """The next request of ours, which must be this one."""
        message = await self.raw.receive()
        assert message.startswith(f"{method} "), message
        return message

    async def notified(self) -> tuple[str, str, str]:
        """The next NOTIFY: its status line, Event and Subscription-State. Answered with 200."""
        notify = await self.asked("NOTIFY")
        self.raw.send(answer_to(notify, "200 OK"))
        assert "Content-Type: message/sipfrag;version=2.0\r\n" in notify
        [event] = re.findall("Event: (.*)\r\n", notify)
        [state] = re.findall("Subscription-state: (.*)\r\n", notify, re.IGNORECASE)
        return notify.partition("\r\n\r\n")[2].strip(), event, state

    async def notify(self, status: str, state: str = "terminated;reason=noresource") -> str:
        headers = ("Event: refer", f"Subscription-State: {state}", "Content-Type: message/sipfrag")
        return await self.ask("NOTIFY", *headers, body=f"{status}\r\n" if status else "")


@pytest.fixture
def make_peer(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> Callable[[], Awaitable[tuple[Peer, Notes]]]:
    async def make() -> tuple[Peer, Notes]:
        ours = await make_endpoint()
        peer = Peer(raw_peer(ours.endpoint.port))
        await peer.call()
        await wait_for(lambda: ours.calls[0].frames > 0)
        return peer, ours.calls[0]

    return make


InCall = Callable[[], Awaitable[tuple[Peer, Notes]]]


async def test_an_agent_transfers_and_hears_how_it_goes(make_peer: InCall) -> None:
    peer, call = await make_peer()
    wishes: list[TransferRequest] = []
    sip_leg(call.leg).on_transfer = lambda wish: wishes.append(wish) or True
    answer = await peer.ask("REFER", 'Refer-To: "Second line" <sip:6002@127.0.0.1:5099;user=phone?Subject=x>')
    assert answer.startswith("SIP/2.0 202 ")
    [wish] = wishes
    assert (wish.target, wish.number) == ("sip:6002@127.0.0.1:5099", "6002")
    assert await peer.notified() == ("SIP/2.0 100 Trying", "refer", "active;expires=180")
    wish.report(180, "Ringing")
    assert await peer.notified() == ("SIP/2.0 180 Ringing", "refer", "active;expires=180")
    wish.report(200, "OK")
    wish.report(486, "Busy Here")
    assert await peer.notified() == ("SIP/2.0 200 OK", "refer", "terminated;reason=noresource")
    assert (await peer.ask("BYE")).startswith("SIP/2.0 200 ")
    assert [ended.reason for ended in call.endings] == [EndReason.REMOTE_HANGUP]


async def test_a_second_transfer_after_a_failed_one_is_told_apart(make_peer: InCall) -> None:
    peer, call = await make_peer()
    sip_leg(call.leg).on_transfer = lambda wish: bool(wish.report(486, "Busy\r\nHere")) or True
    await peer.ask("REFER", "Refer-To: <tel:+8613800138000>")
    assert await peer.notified() == ("SIP/2.0 486 Busy Here", "refer", "terminated;reason=noresource")
    await peer.ask("REFER", "Refer-To: sip:6003@127.0.0.1")
    assert (await peer.notified())[1] == f"refer;id={peer.cseq}"
    assert call.endings == [], "a transfer that failed leaves the call"


async def test_a_transfer_under_way_bars_another_and_outlives_the_one_who_asked(make_peer: InCall) -> None:
    peer, call = await make_peer()
    wishes: list[TransferRequest] = []
    sip_leg(call.leg).on_transfer = lambda wish: wishes.append(wish) or True
    await peer.ask("REFER", "Refer-To: <sip:6002@127.0.0.1>")
    assert (await peer.ask("REFER", "Refer-To: <sip:6003@127.0.0.1>")).startswith("SIP/2.0 491 ")
    await peer.ask("BYE")
    wishes[0].report(200, "OK")
    assert len(wishes) == 1


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ((), 400),
        (("Refer-To: <sip:a@127.0.0.1>", "Refer-To: <sip:b@127.0.0.1>"), 400),
        (("Refer-To: <sip:a@127.0.0.1>, <sip:b@127.0.0.1>",), 400),
        (("Refer-To: <http://127.0.0.1/>",), 400),
        (("Refer-To: <<<",), 400),
        (("Refer-To: ",), 400),
        (("r: <sip:6002@127.0.0.1;method=BYE>",), 403),
        (("Refer-To: <sip:6002@127.0.0.1?Replaces=1%3Bto-tag%3Da%3Bfrom-tag%3Db>",), 501),
        (("Refer-To: <sip:6002@127.0.0.1>", "Require: norefersub"), 420),
        (("Refer-To: <sip:6002@127.0.0.1>",), 603),
    ],
)
async def test_what_cannot_be_done_is_refused_and_the_call_goes_on(
    make_peer: InCall, headers: tuple[str, ...], code: int
) -> None:
    peer, call = await make_peer()
    if code != 603:
        sip_leg(call.leg).on_transfer = lambda wish: True
    assert (await peer.ask("REFER", *headers)).startswith(f"SIP/2.0 {code} ")
    assert (await peer.ask("OPTIONS")).startswith("SIP/2.0 200 ")
    assert call.endings == []


async def test_a_refer_out_of_order_or_outside_a_call_is_refused(make_peer: InCall, raw_peer: MakePeer) -> None:
    peer, call = await make_peer()
    sip_leg(call.leg).on_transfer = lambda wish: True
    assert (await peer.ask("REFER", "Refer-To: <sip:a@127.0.0.1>", cseq=1)).startswith("SIP/2.0 500 ")
    stranger = raw_peer(int(re.findall(r"\d+", str(peer.raw._socket.getpeername()))[-1]))
    stranger.send(request(stranger, "REFER", call_id="new", extra="Refer-To: <sip:a@127.0.0.1>", body=""))
    assert (await stranger.final()).startswith("SIP/2.0 403 ")


async def test_a_decision_that_fails_refuses_the_transfer_and_keeps_the_call(make_peer: InCall) -> None:
    peer, call = await make_peer()

    def fail(_: TransferRequest) -> bool:
        raise RuntimeError("broken")

    sip_leg(call.leg).on_transfer = fail
    assert (await peer.ask("REFER", "Refer-To: <sip:a@127.0.0.1>")).startswith("SIP/2.0 500 ")
    assert (await peer.ask("REFER", "Refer-To: <sip:a@127.0.0.1>")).startswith("SIP/2.0 500 ")
    assert call.endings == []


async def transferring(
    peer: Peer, call: Notes, *, accepted: str = "202 Accepted", timeout_s: float = 30.0
) -> "asyncio.Task[None]":
    """We have asked the peer to call 6002 instead, and it has answered."""
    task = asyncio.create_task(sip_leg(call.leg).transfer("sip:6002@127.0.0.1:5099", timeout_s=timeout_s))
    refer = await peer.asked("REFER")
    assert "Refer-To: <sip:6002@127.0.0.1:5099>\r\n" in refer.replace("Refer-to", "Refer-To")
    assert "Referred-By: " in refer.replace("Referred-by", "Referred-By")
    peer.raw.send(answer_to(refer, accepted))
    return task


async def test_we_transfer_a_caller_and_hang_up_once_it_got_through(make_peer: InCall) -> None:
    peer, call = await make_peer()
    task = await transferring(peer, call)
    assert (await peer.notify("SIP/2.0 100 Trying", "active")).startswith("SIP/2.0 200 ")
    await asyncio.sleep(0.05)
    assert not task.done()
    assert (await peer.notify("SIP/2.0 200 OK")).startswith("SIP/2.0 200 ")
    await peer.asked("BYE")
    await task
    assert [ended.reason for ended in call.endings] == [EndReason.LOCAL_HANGUP]


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [("SIP/2.0 486 Busy Here", "terminated;reason=noresource", 486), ("", "terminated;reason=giveup", None)],
)
async def test_a_transfer_that_fails_says_why_and_the_call_goes_on(
    make_peer: InCall, status: str, state: str, code: int | None
) -> None:
    peer, call = await make_peer()
    task = await transferring(peer, call)
    await peer.notify(status, state)
    with pytest.raises(TransferFailed) as error:
        await task
    assert error.value.code == code
    assert (await peer.notify("SIP/2.0 200 OK")).startswith("SIP/2.0 481 "), "nobody waits for it any more"
    assert call.endings == []


async def test_a_refused_and_an_unanswered_transfer_fail(make_peer: InCall) -> None:
    peer, call = await make_peer()
    with pytest.raises(TransferFailed, match="405"):
        await (await transferring(peer, call, accepted="405 Method Not Allowed"))
    with pytest.raises(TransferFailed, match="no outcome within 1 s"):
        await (await transferring(peer, call, timeout_s=1.0))
    assert call.endings == []


async def test_a_peer_that_says_yes_and_hangs_up_has_gone_to_the_target(make_peer: InCall) -> None:
    peer, call = await make_peer()
    task = await transferring(peer, call)
    await peer.ask("BYE")
    await task
    other, second = await make_peer()
    task = await transferring(other, second, accepted="100 Trying")
    await other.ask("BYE")
    with pytest.raises(TransferFailed, match="the call ended"):
        await task


async def test_other_notifications_are_told_so(make_peer: InCall) -> None:
    peer, _ = await make_peer()
    assert (await peer.ask("NOTIFY", "Event: presence", "Subscription-State: active")).startswith("SIP/2.0 489 ")
    assert (await peer.ask("NOTIFY", "o: refer", "Subscription-State: active")).startswith("SIP/2.0 481 ")
    assert (await peer.ask("NOTIFY")).startswith("SIP/2.0 489 ")


async def test_one_call_of_ours_transfers_another_to_a_third(make_endpoint: MakeEndpoint) -> None:
    agent, centre, target = await make_endpoint(), await make_endpoint(), await make_endpoint()
    caller = await call_up(agent, centre)

    def move(wish: TransferRequest) -> bool:
        async def dial() -> None:
            leg = await centre.endpoint.dial(wish.target, from_number="4008001000")
            leg.listen(Notes(leg))
            await leg.answered(30)
            wish.report(200, "OK")

        moving.append(asyncio.create_task(dial()))
        return True

    moving: list[asyncio.Task[None]] = []
    sip_leg(centre.calls[0].leg).on_transfer = move
    await sip_leg(caller.leg).transfer(f"sip:6002@127.0.0.1:{target.endpoint.port}", timeout_s=30.0)
    assert [call.leg.local.number for call in target.calls] == ["6002"]
    await moving[0]
    await wait_for(lambda: bool(centre.calls[0].endings))
    assert centre.endpoint.active_calls == 1


@pytest.mark.parametrize("target", ["", "6002", "mailto:x@y", "sip:a b@c", "sip:a@b>\r\nEvil: y", "sip:" + "a" * 300])
async def test_a_target_that_cannot_be_called_says_how_to_write_it(make_peer: InCall, target: str) -> None:
    _, call = await make_peer()
    with pytest.raises(BadAddress, match="sip:NUMBER@HOST"):
        await sip_leg(call.leg).transfer(target)


async def test_a_call_that_is_not_up_cannot_be_transferred(make_endpoint: MakeEndpoint) -> None:
    ours, theirs = await make_endpoint(), await make_endpoint()
    ours.take = lambda leg: leg.ring()
    leg = await theirs.endpoint.dial(f"sip:1@127.0.0.1:{ours.endpoint.port}", from_number="1")
    with pytest.raises(LegError):
        await leg.transfer("sip:6002@127.0.0.1")


@given(st.integers(100, 699), st.text(max_size=40))
def test_a_status_survives_the_body_of_a_notify(code: int, reason: str) -> None:
    body = sipfrag(code, reason)
    assert body.count("\r\n") == 1
    read = parse_sipfrag(body)
    assert read is not None
    assert read[0] == code


@given(st.text(max_size=100))
def test_any_refer_to_is_a_clean_target_or_refused(text: str) -> None:
    for value in (text, f"<{text}>", f"<sip:{text}>", f'"{text}" <sip:6002@127.0.0.1>'):
        try:
            target = parse_refer_to(value)
        except Refused:
            continue
        assert re.fullmatch(r"(?i:sips?|tel):[!-~]+", target)
        assert not set(target) & set('<>"?;,')


@given(st.text(max_size=100))
def test_any_body_has_a_status_or_none(text: str) -> None:
    status = parse_sipfrag(text)
    assert status is None or 100 <= status[0] <= 699
