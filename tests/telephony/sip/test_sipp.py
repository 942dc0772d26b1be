"""Invariant: against a strict real SIP client, every exchange ends as RFC 3261 says, and our side knows how."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from telephony.leg import CallLeg, EndReason
from tests.clients.sipp import CALL_UP, Sipp, bye, confirm, expect, pause, receive, reply, sdp, send
from tests.telephony.sip.conftest import Answering, wait_for
from voicebot.free_ports import free_ports

MakeEndpoint = Callable[..., Awaitable[Answering]]


@pytest.fixture
def sipp(require: Callable[[str], str], tmp_path: Path) -> Sipp:
    return Sipp(require("sipp"), tmp_path)


async def test_a_call_is_answered_and_ends_with_the_callers_bye(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()

    async def hold_when_audio_has_gone_on_for_a_while() -> None:
        await wait_for(lambda: bool(ours.calls) and ours.calls[0].frames >= 5)
        ours.calls[0].leg.hold()

    held = (receive("INVITE"), confirm(body=sdp(direction="recvonly")), receive("ACK"))
    await asyncio.gather(
        sipp.call(ours.endpoint.port, *CALL_UP, *held, *bye(), caller="13912345678", number="4008001000"),
        hold_when_audio_has_gone_on_for_a_while(),
    )
    [call] = ours.calls
    await wait_for(lambda: bool(call.endings))
    assert [ended.reason for ended in call.endings] == [EndReason.REMOTE_HANGUP]
    assert (call.leg.remote.number, call.leg.local.number) == ("13912345678", "4008001000")
    assert ours.endpoint.active_calls == 0


async def test_a_caller_may_give_up_while_it_rings(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    ours.take = lambda leg: leg.ring()
    steps = (
        send("INVITE", body=sdp()),
        expect(100, optional=True),
        expect(180),
        send("CANCEL", new_branch=False, contact=False),
        expect(200),
        expect(487),
        send("ACK", new_branch=False, to_tag=True, contact=False),
    )
    await sipp.call(ours.endpoint.port, *steps)
    assert [ended.reason for ended in ours.calls[0].endings] == [EndReason.CANCELLED]


async def test_a_bye_before_the_ack_ends_the_call(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    await sipp.call(ours.endpoint.port, *CALL_UP[:-1], *bye())
    await wait_for(lambda: bool(ours.calls[0].endings))
    assert [ended.reason for ended in ours.calls[0].endings] == [EndReason.REMOTE_HANGUP]
    assert ours.endpoint.active_calls == 0


@pytest.mark.parametrize("hold", [sdp(direction="sendonly"), sdp(direction="inactive"), sdp(address="0.0.0.0")])
async def test_hold_and_resume_by_re_invite(make_endpoint: MakeEndpoint, sipp: Sipp, hold: str) -> None:
    ours = await make_endpoint()
    steps = (
        *CALL_UP,
        send("INVITE", cseq=2, to_tag=True, body=hold),
        expect(100, optional=True),
        expect(200, header="a=(recvonly|inactive)"),
        send("ACK", cseq=2, to_tag=True),
        pause(100),
        send("INVITE", cseq=3, to_tag=True, body=sdp()),
        expect(100, optional=True),
        expect(200, header="a=sendrecv"),
        send("ACK", cseq=3, to_tag=True),
        *bye(cseq=4),
    )
    await sipp.call(ours.endpoint.port, *steps)
    assert ours.calls[0].holds == [True, False]


async def test_a_late_offer_is_answered_with_ours(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    steps = (
        send("INVITE"),
        expect(100, optional=True),
        expect(180, optional=True),
        expect(200, header="m=audio"),
        send("ACK", to_tag=True, body=sdp()),
        send("INVITE", cseq=2, to_tag=True),
        expect(100, optional=True),
        expect(200, header="m=audio"),
        send("ACK", cseq=2, to_tag=True, body=sdp(direction="sendonly")),
        pause(1000),
        *bye(cseq=3),
    )
    await sipp.call(ours.endpoint.port, *steps)
    assert ours.calls[0].holds == [True]
    assert ours.calls[0].frames > 0


async def test_options_says_what_we_can(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    await sipp.call(ours.endpoint.port, send("OPTIONS"), expect(200, header="Allow: INVITE.*"))


async def test_the_right_refusals(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    ack = send("ACK", new_branch=False, to_tag=True, contact=False)
    for steps in (
        (send("INVITE", body=sdp(codec=18)), expect(100, optional=True), expect(488), ack),
        (send("PUBLISH"), expect(405, header="Allow: INVITE.*")),
        (send("INVITE", headers="Require: 100foo", body=sdp()), expect(420, header="Unsupported: 100foo"), ack),
        (
            send("BYE", headers="X-Test: 1").replace(":[remote_port]>\nCall", ":[remote_port]>;tag=gone\nCall"),
            expect(481),
        ),
    ):
        await sipp.call(ours.endpoint.port, *steps)
    assert ours.calls == []


async def test_a_full_house_and_a_closing_one_say_503_with_retry_after(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint(max_calls=0)
    steps = (
        send("INVITE", body=sdp()),
        expect(503, header="Retry-[Aa]fter: 10"),
        send("ACK", new_branch=False, to_tag=True, contact=False),
    )
    await sipp.call(ours.endpoint.port, *steps)
    closing = await make_endpoint()
    closing.endpoint.draining = True
    await sipp.call(closing.endpoint.port, *steps)
    assert ours.calls == closing.calls == []


async def test_a_busy_answer_reaches_the_caller(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    ours.take = lambda leg: leg.reject(486, "Busy Here")
    ack = send("ACK", new_branch=False, to_tag=True, contact=False)
    await sipp.call(ours.endpoint.port, send("INVITE", body=sdp()), expect(100, optional=True), expect(486), ack)
    assert [ended.sip_code for ended in ours.calls[0].endings] == [486]


async def test_two_hundred_calls_at_once_all_end_clean(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint(max_calls=250)

    def answer_all_together(leg: CallLeg) -> None:
        leg.ring()
        if len(ours.calls) == 200:
            for call in ours.calls:
                ours.answer(call.leg)

    ours.take = answer_all_together
    await sipp.call(ours.endpoint.port, *CALL_UP, pause(1000), *bye(), calls=200, rate=200)
    await wait_for(lambda: all(call.endings for call in ours.calls))
    assert (len(ours.calls), ours.most_at_once) == (200, 200)
    assert all([ended.reason for ended in call.endings] == [EndReason.REMOTE_HANGUP] for call in ours.calls)
    assert ours.endpoint.active_calls == 0


async def test_we_hang_up_and_the_callee_agrees(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    (port,) = free_ports(1)
    steps = (
        receive("INVITE"),
        reply(180, "Ringing"),
        reply(200, body=sdp()),
        receive("ACK"),
        receive("BYE"),
        confirm(),
    )
    async with sipp.callee(port, *steps) as callee:
        leg = await ours.endpoint.dial(f"sip:1000@127.0.0.1:{port}", from_number="4008001000")
        await leg.answered(5)
        leg.hang_up()
        assert await callee.wait() == 0
    assert leg.ended is not None
    assert leg.ended.reason is EndReason.LOCAL_HANGUP


async def test_giving_up_a_ringing_outbound_call_cancels_it(make_endpoint: MakeEndpoint, sipp: Sipp) -> None:
    ours = await make_endpoint()
    (port,) = free_ports(1)
    steps = (receive("INVITE"), reply(180, "Ringing"), receive("CANCEL"), confirm())
    async with sipp.callee(port, *steps) as callee:
        leg = await ours.endpoint.dial(f"sip:1000@127.0.0.1:{port}", from_number="4008001000")
        with pytest.raises(Exception, match="not answered within"):
            await leg.answered(0.7)
        assert await callee.wait() == 0
