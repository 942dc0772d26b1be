"""The probe says yes to what speaks SIP and no to silence, and always comes back."""

import asyncio

from voicebot.free_ports import free_ports
from voicebot.sip_probe import answers


class Answering(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert data.startswith(b"OPTIONS sip:")
        self.transport.sendto(b"SIP/2.0 200 OK\r\n\r\n", addr)


async def test_a_sip_server_answers() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Answering, local_addr=("127.0.0.1", 0))
    try:
        assert await answers(*transport.get_extra_info("sockname"), timeout_s=30)
    finally:
        transport.close()


async def test_nobody_answers_on_a_free_port() -> None:
    (port,) = free_ports(1)
    assert not await answers("127.0.0.1", port, timeout_s=0.2)
