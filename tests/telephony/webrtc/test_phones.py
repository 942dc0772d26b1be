"""A phone in a browser is a phone: it rings, is heard and hears; it may be lost and found again in mid-call."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from telephony.audio import Frame, Samples
from telephony.leg import EndReason, LegEnded, LegError
from telephony.webrtc import leg as legs
from telephony.webrtc import line as lines
from telephony.webrtc import phones as all_phones
from telephony.webrtc.errors import NoSuchLine, NothingRings
from telephony.webrtc.leg import BrowserLeg
from tests.telephony.webrtc.conftest import Switchboard, until
from tests.telephony.webrtc.peer import Peer, pitch_hz, tone


class Listener:
    """Keeps what the browser said."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.ended: list[LegEnded] = []
        self.held: list[bool] = []

    @property
    def heard(self) -> Samples:
        """The last half second."""
        return np.concatenate([np.zeros(0, np.int16), *self.frames[-25:]])

    def hears(self, hz: float) -> bool:
        return len(self.frames) > 25 and abs(pitch_hz(self.heard) - hz) < 5 and int(self.heard.max()) > 6000

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        self.frames.append(inbound)

    def on_dtmf(self, digit: str) -> None: ...

    def on_hold(self, held: bool) -> None:
        self.held.append(held)

    def on_ended(self, ended: LegEnded) -> None:
        self.ended.append(ended)


async def in_call(switchboard: Switchboard, user: str = "8001") -> tuple[BrowserLeg, Listener]:
    leg, listener = switchboard.phones.ring(user), Listener()
    leg.listen(listener)
    switchboard.phones.pick_up(user)
    await leg.answered(30.0)
    return leg, listener


def peer_hears(peer: Peer, hz: float) -> bool:
    heard = peer.heard[-4000:]
    return heard.size == 4000 and abs(pitch_hz(heard) - hz) < 5 and int(heard.max()) > 6000


async def test_both_hear_each_other_and_the_next_call_needs_no_new_connection(switchboard: Switchboard) -> None:
    peer = await switchboard.connect("8001", "tab-1", hz=500)
    for hz in (800, 1200):
        leg, listener = await in_call(switchboard)
        leg.playout.write(tone(hz, 20))
        await until(lambda: listener.hears(500))  # noqa: B023
        await until(lambda: peer_hears(peer, hz))  # noqa: B023
        assert leg.stats.packets_received > 20 and leg.stats.rejected == 0
        leg.hang_up()
        assert [ended.reason for ended in listener.ended] == [EndReason.LOCAL_HANGUP]
    assert switchboard.told == [("8001", "tab-1")]


async def test_a_call_rings_until_it_is_declined_or_nobody_takes_it(switchboard: Switchboard) -> None:
    await switchboard.connect("8001", "tab-1")
    leg = switchboard.phones.ring("8001")
    with pytest.raises(LegError, match="in a call"):
        switchboard.phones.ring("8001")
    switchboard.phones.decline("8001")
    with pytest.raises(LegError) as refused:
        await leg.answered(5.0)
    assert (refused.value.ended.reason, refused.value.sip_code) == (EndReason.REJECTED, 486)
    with pytest.raises(LegError) as missed:
        await switchboard.phones.ring("8001").answered(0.05)
    assert (missed.value.ended.reason, missed.value.sip_code) == (EndReason.TIMEOUT, None)
    with pytest.raises(NothingRings):
        switchboard.phones.pick_up("8001")


async def test_the_newest_browser_takes_the_call_over(switchboard: Switchboard) -> None:
    first = await switchboard.connect("8001", "tab-1", hz=500)
    leg, listener = await in_call(switchboard)
    leg.playout.write(tone(900, 60))
    await until(lambda: listener.hears(500))
    second = await switchboard.connect("8001", "tab-2", hz=700)
    await until(lambda: listener.hears(700))
    await until(lambda: peer_hears(second, 900))
    await until(lambda: first.connection.connectionState in ("closed", "failed"))
    assert switchboard.told == [("8001", "tab-1"), ("8001", "tab-2")] and not listener.ended
    with pytest.raises(NoSuchLine):
        switchboard.phones.disconnect("8001", "tab-1")


async def test_a_page_that_is_loaded_again_in_mid_call_goes_on_with_it(switchboard: Switchboard) -> None:
    first = await switchboard.connect("8001", "tab-1", hz=500)
    _, listener = await in_call(switchboard)
    await until(lambda: listener.hears(500))
    await first.close()
    await until(lambda: listener.held == [True])  # whom the agent talks to hears music meanwhile
    await switchboard.connect("8001", "tab-2", hz=700)
    await until(lambda: listener.hears(700))
    await until(lambda: listener.held == [True, False])
    assert ("8001", "") not in switchboard.told and not listener.ended


async def test_who_is_connected_and_sends_nothing_is_not_waited_for_without_end(
    switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legs, "PATIENCE_IN_CALL_S", 2.0)
    peer = await switchboard.connect("8001", "tab-1")
    _, listener = await in_call(switchboard)
    peer.connection.getSenders()[0].replaceTrack(None)  # a headset that was pulled out
    await until(lambda: listener.ended)
    assert listener.ended[0].reason is EndReason.MEDIA_TIMEOUT and listener.held == [True]
    assert switchboard.phones.has("8001")


async def test_who_does_not_come_back_is_gone(switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_phones, "PATIENCE_S", 0.3)
    monkeypatch.setattr(all_phones, "PATIENCE_IN_CALL_S", 1.0)
    idle = await switchboard.connect("8002", "tab-2")
    peer = await switchboard.connect("8001", "tab-1")
    _, listener = await in_call(switchboard)
    await idle.close()
    await until(lambda: switchboard.told[-1] == ("8002", ""))
    assert not listener.ended
    await peer.close()
    await until(lambda: switchboard.told[-1] == ("8001", ""))
    assert [ended.reason for ended in listener.ended] == [EndReason.MEDIA_TIMEOUT]
    assert not switchboard.phones.has("8001")
    with pytest.raises(LegError, match="not connected"):
        switchboard.phones.ring("8001")


async def test_a_page_that_is_closed_while_a_call_rings_holds_it_up_no_longer_than_another(
    switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_phones, "PATIENCE_S", 0.3)
    peer = await switchboard.connect("8001", "tab-1")
    leg = switchboard.phones.ring("8001")
    await peer.close()
    with pytest.raises(LegError) as gone:
        await leg.answered(10.0)
    assert (gone.value.ended.reason, gone.value.sip_code) == (EndReason.REJECTED, 480)


async def test_a_lost_network_is_noticed_without_a_goodbye(
    switchboard: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = await switchboard.connect("8001", "tab-1")
    await in_call(switchboard)
    monkeypatch.setattr(lines, "SILENT_S", 0.5)
    peer.vanish()
    await until(lambda: switchboard.told[-1] == ("8001", ""))


async def test_putting_the_phone_away_hangs_up(switchboard: Switchboard) -> None:
    await switchboard.connect("8001", "tab-1")
    _, listener = await in_call(switchboard)
    switchboard.phones.disconnect("8001", "tab-1")
    assert [ended.reason for ended in listener.ended] == [EndReason.REMOTE_HANGUP]
    await until(lambda: switchboard.told[-1] == ("8001", ""))


async def test_a_browser_with_another_certificate_than_it_offered_is_refused(switchboard: Switchboard) -> None:
    peer = Peer()
    switchboard.peers.append(peer)
    offer = await peer.offer()
    forged = "\r\n".join(
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) if line.startswith("a=fingerprint:") else line
        for line in offer.split("\r\n")
    )
    await peer.accept(switchboard.phones.connect("8001", "tab-1", forged))
    await until(lambda: switchboard.told == [("8001", "")])
    assert not switchboard.phones.has("8001")


async def test_only_some_connections_of_one_person_are_made_at_a_time(switchboard: Switchboard) -> None:
    peer = Peer()
    switchboard.peers.append(peer)
    offer = await peer.offer()
    with pytest.raises(all_phones.OfferRefused, match="too many"):
        for number in range(9):
            switchboard.phones.connect("8001", f"tab-{number}", offer)
    await asyncio.sleep(0)
