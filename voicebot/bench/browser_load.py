"""Load for `voicebot bench browsers`: browsers' sides of phones, by aiortc, in a process of their own.

It writes one JSON list of offers, reads an answer a line, and stays until its input is closed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

START_S: Final = 60.0
"""Longest wait for the second process."""
_LONGEST_LINE: Final = 16 * 2**20


@asynccontextmanager
async def browsers(count: int) -> AsyncIterator[tuple[list[str], Callable[[str], None]]]:
    """Their offers, and what takes the answers, in the same order."""
    far = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(count)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    assert far.stdin is not None and far.stdout is not None
    answers = far.stdin
    try:
        offers = json.loads(await asyncio.wait_for(far.stdout.readline(), START_S))
        yield offers, lambda answer: answers.write(json.dumps(answer).encode() + b"\n")
    finally:
        answers.close()
        await asyncio.wait_for(far.wait(), START_S)


async def _far_ends(count: int) -> None:
    import aioice.ice
    from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
    from aiortc.mediastreams import AudioStreamTrack

    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]  # it leaves this one out by itself
    peers = []
    for _ in range(count):
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.addTrack(AudioStreamTrack())
        await peer.setLocalDescription(await peer.createOffer())
        peers.append(peer)
    print(json.dumps([peer.localDescription.sdp for peer in peers]), flush=True)
    for peer in peers:
        answer = await asyncio.to_thread(sys.stdin.readline)
        await peer.setRemoteDescription(RTCSessionDescription(json.loads(answer), "answer"))
    await asyncio.to_thread(sys.stdin.read)
    await asyncio.gather(*(peer.close() for peer in peers))


if __name__ == "__main__":
    asyncio.run(_far_ends(int(sys.argv[1])))
