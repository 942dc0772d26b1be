"""Asks a SIP server whether it is there: one OPTIONS request (RFC 3261 section 11) over UDP."""

import asyncio
import secrets
import socket


async def answers(host: str, port: int, *, timeout_s: float = 0.5) -> bool:
    """True when anything that speaks SIP answers."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        probe.connect((host, port))
        own_host, own_port = probe.getsockname()
        await loop.sock_sendall(probe, _options(host, port, own_host, own_port))
        try:
            async with asyncio.timeout(timeout_s):
                return (await loop.sock_recv(probe, 4096)).startswith(b"SIP/2.0 ")
        except (TimeoutError, ConnectionRefusedError):
            return False


def _options(host: str, port: int, own_host: str, own_port: int) -> bytes:
    token = secrets.token_hex(8)
    lines = (
        f"OPTIONS sip:{host}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {own_host}:{own_port};branch=z9hG4bK{token};rport",
        "Max-Forwards: 1",
        f"From: <sip:probe@{own_host}>;tag={token[:8]}",
        f"To: <sip:{host}:{port}>",
        f"Call-ID: {token}@{own_host}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:probe@{own_host}:{own_port}>",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
