"""The torture messages of RFC 4475 break nothing, least of all a call that goes on beside them."""

import asyncio
import logging

import pytest

from tests.telephony.sip.conftest import TORTURE, MakeEndpoint, MakePeer, call_up, wait_for
from tests.telephony.sip.messages import request


@pytest.mark.skipif(not TORTURE.is_dir(), reason="RFC 4475 messages (shared/data) are not here")
async def test_torture_messages_leave_no_traceback_and_the_other_call_unharmed(
    make_endpoint: MakeEndpoint, raw_peer: MakePeer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    ours = await make_endpoint()
    healthy = await call_up(await make_endpoint(), ours)
    ours.take = lambda leg: leg.reject(486, "Busy Here")
    peer = raw_peer(ours.endpoint.port)
    with caplog.at_level(logging.INFO):
        for path in sorted(TORTURE.glob("*.dat")):
            peer.send(path.read_bytes())
            await asyncio.sleep(0.005)
        frames = healthy.frames
        await wait_for(lambda: healthy.frames - frames >= 10)
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""
    assert not any(record.exc_info for record in caplog.records)
    assert healthy.endings == []
    peer.send(request(peer, "OPTIONS", call_id="after", body=""))
    while "Call-ID: after" not in (answer := await peer.final()):
        pass
    assert answer.startswith("SIP/2.0 200 ")
