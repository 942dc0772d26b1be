"""Invariant: an endpoint answers odd and hostile peers as the RFC asks, no traceback, and its calls live on."""

import asyncio
import hashlib
import re

import numpy as np
import pytest

from telephony.clock import MediaClock
from telephony.leg import CallLeg, EndReason, LegError
from telephony.sip import BadAddress, Credentials, PortInUse, SipEndpoint, SipSettings
from telephony.sip.reactor import LoopTimer
from tests.telephony.sip.conftest import MakeEndpoint, MakePeer, Notes, call_up, wait_for
from tests.telephony.sip.messages import SDP, answer_to, request, to_tag_of


async def test_two_endpoints_of_one_process_talk_to_each_other(make_endpoint: MakeEndpoint) -> None:
    ours, theirs = await make_endpoint(), await make_endpoint()
    leg = await theirs.endpoint.dial(
        f"sip:4008001000@127.0.0.1:{ours.endpoint.port}", from_number="+8613800138000", display_name='王 "女" 士'
    )
    notes = Notes(leg)
    leg.listen(notes)
    await leg.answered(30)
    [call] = ours.calls
    assert (call.leg.remote.number, call.leg.remote.display_name) == ("+8613800138000", "王 女 士")
    leg.playout.write(np.full(1600, 9000, np.int16))
    await wait_for(lambda: call.loudest_heard > 8000)
    leg.send_dtmf("20#")
    await wait_for(lambda: call.digits == "20#")
    call.leg.hold()
    await wait_for(lambda: notes.holds == [True])
    call.leg.resume()
    await wait_for(lambda: notes.holds == [True, False])
    leg.hang_up()
    await asyncio.wait_for(call.over.wait(), 30)
    assert [ended.reason for ended in call.endings] == [EndReason.REMOTE_HANGUP]
    assert ours.endpoint.active_calls == theirs.endpoint.active_calls == 0


def md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()


async def test_an_outbound_call_authenticates_by_digest(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> None:
    ours = await make_endpoint()
    pbx = raw_peer(ours.endpoint.port)
    credentials = Credentials("bot", "secret")
    leg = await ours.endpoint.dial(f"sip:1@127.0.0.1:{pbx.port}", from_number="1", credentials=credentials)
    challenge = 'Proxy-Authenticate: Digest realm="pbx",nonce="n0",qop="auth",algorithm=MD5'
    pbx.send(answer_to(await pbx.receive(), "407 Proxy Authentication Required", challenge))
    assert (await pbx.receive()).startswith("ACK ")
    invite = await pbx.receive()
    authorization = re.search("Proxy-Authorization: Digest (.*)", invite, re.IGNORECASE)
    assert authorization is not None
    given = dict(re.findall(r'(\w+)="?([^",\r]+)', authorization[1]))
    key = md5(md5("bot", "pbx", "secret"), "n0", given["nc"], given["cnonce"], "auth", md5("INVITE", given["uri"]))
    assert (given["username"], given["response"]) == ("bot", key)
    contact = f"Contact: <sip:1@127.0.0.1:{pbx.port}>"
    pbx.send(answer_to(invite, "200 OK", contact, "Content-Type: application/sdp", body=SDP))
    await leg.answered(30)
    assert (await pbx.receive()).startswith("ACK ")
    assert "secret" not in repr(credentials)


async def test_two_holds_that_cross_both_take_effect_in_the_end(make_endpoint: MakeEndpoint) -> None:
    ours = await make_endpoint()
    theirs = await call_up(await make_endpoint(), ours)
    [call] = ours.calls
    await wait_for(lambda: call.frames > 0 and theirs.frames > 0)
    call.leg.hold()
    theirs.leg.hold()
    await wait_for(lambda: call.holds == theirs.holds == [True])
    assert call.endings == theirs.endings == []


async def test_a_wrong_network_in_the_peers_is_named(clock: MediaClock) -> None:
    with pytest.raises(BadAddress, match=r"sip\.peers: .*192\.0\.2\.0/24"):
        SipEndpoint(SipSettings(peers=("my-pbx",)), clock, lambda leg: None)


async def test_a_refused_outbound_call_says_with_which_code(make_endpoint: MakeEndpoint) -> None:
    ours, theirs = await make_endpoint(), await make_endpoint()
    ours.take = lambda leg: leg.reject(486, "Busy Here")
    leg = await theirs.endpoint.dial(f"sip:1@127.0.0.1:{ours.endpoint.port}", from_number="1")
    with pytest.raises(LegError) as error:
        await leg.answered(30)
    assert (error.value.sip_code, error.value.ended.reason) == (486, EndReason.REJECTED)


async def test_an_invite_without_contact_is_a_bad_request(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> None:
    ours = await make_endpoint()
    peer = raw_peer(ours.endpoint.port)
    peer.send(request(peer, contact=False))
    assert (await peer.final()).startswith("SIP/2.0 400 ")
    assert ours.calls == []


@pytest.mark.parametrize(
    ("extra", "body", "code"),
    [
        ("Content-Type: text/plain", "hello", 415),
        ("", "v=0\r\nnonsense", 488),
        ("", SDP.replace("39990", "0"), 488),
        ("Expires: soon", SDP, None),
        ("Record-Route: nonsense", SDP, 500),
        ("P-Asserted-Identity: <<<", SDP, 200),
        ("Content-Type: multipart/mixed", SDP, 415),
    ],
)
async def test_odd_invites_get_a_clean_answer_or_none(
    make_endpoint: MakeEndpoint,
    raw_peer: MakePeer,
    capfd: pytest.CaptureFixture[str],
    extra: str,
    body: str,
    code: int | None,
) -> None:
    ours = await make_endpoint()
    peer = raw_peer(ours.endpoint.port)
    peer.send(request(peer, extra=extra, body=body))
    if code is None:
        with pytest.raises(TimeoutError):
            await peer.final(0.3)
    else:
        assert (await peer.final()).startswith(f"SIP/2.0 {code} ")
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""
    assert ours.endpoint.active_calls == len(ours.calls), "a call that never was takes nobody's place"


async def test_a_retransmitted_invite_is_one_call_and_a_merged_one_a_loop(
    make_endpoint: MakeEndpoint, raw_peer: MakePeer
) -> None:
    ours = await make_endpoint()
    ours.take = lambda leg: leg.ring()
    peer = raw_peer(ours.endpoint.port)
    for _ in range(3):
        peer.send(request(peer))
    peer.send(request(peer, branch="b2"))
    assert (await peer.final()).startswith("SIP/2.0 482 ")
    assert len(ours.calls) == 1


async def test_every_request_inside_a_dialog_is_answered(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> None:
    ours = await make_endpoint()
    peer = raw_peer(ours.endpoint.port)
    peer.send(request(peer))
    tag = to_tag_of(await peer.final())
    peer.send(request(peer, "ACK", branch="ack", to_tag=tag, body=""))

    async def code_of(method: str, cseq: int, extra: str = "", body: str = "") -> str:
        peer.send(request(peer, method, cseq=cseq, branch=f"{method}{cseq}", to_tag=tag, extra=extra, body=body))
        while not (answer := await peer.final()).count(f"CSeq: {cseq} "):
            pass
        return answer[8:11]

    assert await code_of("OPTIONS", 2) == "200"
    assert await code_of("INFO", 3) == "200"
    assert await code_of("REFER", 4, "Refer-To: <sip:evil@192.0.2.1>") == "603"
    assert await code_of("UPDATE", 5) == "405"
    assert await code_of("INVITE", 6, body=SDP.replace(" 8 101", " 18")) == "488"
    assert ours.calls[0].endings == [], "a refused re-INVITE leaves the call as it was"
    assert await code_of("INVITE", 7, "Require: timer", body=SDP) == "420"
    assert await code_of("BYE", 8) == "200"
    assert await code_of("INFO", 9) == "481"
    assert [ended.reason for ended in ours.calls[0].endings] == [EndReason.REMOTE_HANGUP]


async def test_an_identical_re_invite_gets_an_answer_of_a_new_version(
    make_endpoint: MakeEndpoint, raw_peer: MakePeer
) -> None:
    ours = await make_endpoint()
    peer = raw_peer(ours.endpoint.port)
    peer.send(request(peer))
    first = await peer.final()
    peer.send(request(peer, "ACK", branch="ack", to_tag=to_tag_of(first), body=""))
    peer.send(request(peer, cseq=2, branch="re", to_tag=to_tag_of(first)))
    while "CSeq: 2" not in (second := await peer.final()):
        pass

    def version(message: str) -> int:
        return int(message.partition("o=- ")[2].split()[1])

    assert second.startswith("SIP/2.0 200 ")
    assert version(second) == version(first) + 1


async def test_a_200_that_nobody_acknowledges_ends_the_call(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> None:
    ours = await make_endpoint()
    peer = raw_peer(ours.endpoint.port)
    peer.send(request(peer))
    await peer.final()
    [deadline] = [timer for timer in LoopTimer.live if timer._callback.__name__ == "timerD"]
    deadline._fire()  # as 32 s later
    assert [ended.reason for ended in ours.calls[0].endings] == [EndReason.TIMEOUT]
    while not (await peer.receive()).startswith("BYE "):
        pass


async def test_a_call_without_rtp_is_hung_up_unless_it_is_on_hold(
    make_endpoint: MakeEndpoint, raw_peer: MakePeer
) -> None:
    ours = await make_endpoint(media_timeout_s=0.5)
    silent, held = raw_peer(ours.endpoint.port), raw_peer(ours.endpoint.port)
    for peer, call_id, body in ((silent, "silent", SDP), (held, "held", SDP + "a=inactive\r\n")):
        peer.send(request(peer, call_id=call_id, body=body))
        tag = to_tag_of(await peer.final())
        peer.send(request(peer, "ACK", call_id=call_id, branch="ack", to_tag=tag, body=""))
    await wait_for(lambda: len(ours.calls[0].endings) == 1)
    assert ours.calls[0].endings[0].reason is EndReason.MEDIA_TIMEOUT
    assert ours.calls[1].endings == []


async def test_a_caller_that_is_hung_up_on_before_its_ack_gets_the_bye_after_it(
    make_endpoint: MakeEndpoint, raw_peer: MakePeer
) -> None:
    ours = await make_endpoint()
    peer = raw_peer(ours.endpoint.port)
    peer.send(request(peer))
    tag = to_tag_of(await peer.final())
    ours.calls[0].leg.hang_up()
    with pytest.raises(TimeoutError):
        await peer.receive(0.2)
    peer.send(request(peer, "ACK", branch="ack", to_tag=tag, body=""))
    while not (await peer.receive()).startswith("BYE "):
        pass


async def test_an_asserted_identity_needs_a_named_peer(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> None:
    asserted = "P-Asserted-Identity: <tel:+8675512345678>"
    for peers, number in ((("127.0.0.0/8",), "+8675512345678"), ((), "13800138000")):
        ours = await make_endpoint(peers=peers)
        peer = raw_peer(ours.endpoint.port)
        peer.send(request(peer, extra=asserted))
        await peer.final()
        assert ours.calls[0].leg.remote.number == number


@pytest.mark.parametrize(
    ("asked", "to", "dialled"),
    [
        ("acme", "+8628123456", "+8628123456"),
        ("95500", "+8628123456", "95500"),
        ("acme", "acme", "acme"),
        ("service", "x", "service"),
    ],
)
async def test_the_number_that_was_dialled_is_in_to_where_a_trunk_asks_for_our_account(
    make_endpoint: MakeEndpoint, raw_peer: MakePeer, asked: str, to: str, dialled: str
) -> None:
    ours = await make_endpoint()
    peer = raw_peer(ours.endpoint.port)
    message = re.sub(r"(?m)^(INVITE sip:)[^@]*@", rf"\g<1>{asked}@", request(peer))
    peer.send(re.sub(r"(?m)^(To: <sip:)[^@]*@", rf"\g<1>{to}@", message))
    await peer.final()
    assert ours.calls[0].leg.local.number == dialled


async def test_a_contact_elsewhere_redirects_nothing(make_endpoint: MakeEndpoint, raw_peer: MakePeer) -> None:
    ours = await make_endpoint()
    peer, victim = raw_peer(ours.endpoint.port), raw_peer(ours.endpoint.port)
    message = request(peer).replace(
        f"Contact: <sip:13800138000@127.0.0.1:{peer.port}>", f"Contact: <sip:x@127.0.0.1:{victim.port}>"
    )
    peer.send(message)
    tag = to_tag_of(await peer.final())
    peer.send(request(peer, "ACK", branch="ack", to_tag=tag, body=""))
    await wait_for(lambda: ours.calls[0].frames > 0)
    ours.calls[0].leg.hang_up()
    assert (await peer.receive()).startswith(f"BYE sip:x@127.0.0.1:{victim.port} ")


async def test_a_fault_in_the_taking_of_a_call_refuses_only_that_call(
    make_endpoint: MakeEndpoint, raw_peer: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    ours = await make_endpoint()
    healthy = await call_up(await make_endpoint(), ours)

    def fail(_: CallLeg) -> None:
        raise RuntimeError("broken")

    ours.take = fail
    peer = raw_peer(ours.endpoint.port)
    peer.send(request(peer))
    assert (await peer.final()).startswith("SIP/2.0 500 ")
    assert ours.endpoint.active_calls == 1
    assert healthy.endings == []


async def test_a_port_in_use_and_a_foreign_address_are_named_with_the_remedy(
    make_endpoint: MakeEndpoint, clock: MediaClock
) -> None:
    taken = (await make_endpoint()).endpoint.port
    with pytest.raises(PortInUse, match=rf"sip\.port {taken} .*set sip\.port"):
        await SipEndpoint(SipSettings(port=taken), clock, lambda leg: None).start()
    with pytest.raises(BadAddress, match=r"sip\.bind 192\.0\.2\.1"):
        await SipEndpoint(SipSettings(bind_ip="192.0.2.1", port=0), clock, lambda leg: None).start()


@pytest.mark.parametrize(
    "uri", ["", "4008001000", "tel:110", "sip:a@b c", "sip:a@127.0.0.1:99999", "sip:a@x\r\nEvil: y"]
)
async def test_an_address_that_cannot_be_called_says_how_to_write_it(make_endpoint: MakeEndpoint, uri: str) -> None:
    ours = await make_endpoint()
    with pytest.raises(BadAddress, match="sip:NUMBER@HOST"):
        await ours.endpoint.dial(uri, from_number="1")


async def test_stopping_hangs_up_all_calls_and_leaves_no_timer(make_endpoint: MakeEndpoint) -> None:
    before = len(LoopTimer.live)
    ours = await make_endpoint()
    theirs = await make_endpoint()
    calls = [await call_up(theirs, ours) for _ in range(3)]
    await ours.endpoint.stop()
    await wait_for(lambda: all(call.endings for call in calls))
    assert {call.endings[0].reason for call in calls} == {EndReason.REMOTE_HANGUP}
    assert {call.endings[0].reason for call in ours.calls} == {EndReason.SHUTDOWN}
    await theirs.endpoint.stop()
    assert len(LoopTimer.live) == before


async def test_no_media_port_left_refuses_the_call(make_endpoint: MakeEndpoint) -> None:
    ours, theirs = await make_endpoint(rtp_ports=range(33100, 33101)), await make_endpoint()
    leg = await theirs.endpoint.dial(f"sip:1@127.0.0.1:{ours.endpoint.port}", from_number="1")
    with pytest.raises(LegError) as error:
        await leg.answered(30)
    assert error.value.sip_code == 503
