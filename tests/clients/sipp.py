"""sipp as caller or callee: scenarios are written in Python, run in a child process, judged by its exit status."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.processes import stop, until_it_listens
from voicebot.free_ports import free_ports

TONE = '<nop><action><exec rtp_stream="{path},{loops},{payload_type}"/></action></nop>'


def sdp(*, codec: int = 8, direction: str = "sendrecv", address: str = "[media_ip]") -> str:
    name = {0: "PCMU/8000", 8: "PCMA/8000", 18: "G729/8000"}[codec]
    return (
        "v=0\no=sipp 1 [cseq] IN IP[local_ip_type] [local_ip]\ns=-\n"
        f"c=IN IP[media_ip_type] {address}\nt=0 0\nm=audio [auto_media_port] RTP/AVP {codec} 101\n"
        f"a=rtpmap:{codec} {name}\na=rtpmap:101 telephone-event/8000\na={direction}\n"
    )


def send(
    method: str,
    *,
    cseq: int = 1,
    to_tag: bool = False,
    new_branch: bool = True,
    headers: str = "",
    contact: bool = True,
    body: str = "",
) -> str:
    """One request of the caller. `to_tag`: inside the dialog that the last response made.

    `new_branch` false: of the INVITE's transaction, as CANCEL and the ACK of a refusal are.
    """
    branch = f"{cseq}-{method}" if new_branch else f"{cseq}-INVITE"
    lines = [
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=z9hG4bK-[pid]-[call_number]-{branch}",
        'From: "sipp" <sip:[caller]@[local_ip]:[local_port]>;tag=[pid]t[call_number]',
        "To: <sip:[service]@[remote_ip]:[remote_port]>" + ("[peer_tag_param]" if to_tag else ""),
        "Call-ID: [call_id]",
        f"CSeq: {cseq} {method}",
        "Max-Forwards: 70",
    ]
    if contact:
        lines.append("Contact: <sip:[caller]@[local_ip]:[local_port]>")
    if headers:
        lines.append(headers)
    if body:
        lines.append("Content-Type: application/sdp")
    lines.append("Content-Length: [len]")
    text = "\n".join(lines) + "\n\n" + body
    lost = ' retrans="500"' if method not in ("ACK", "CANCEL") else ""
    return f"<send{lost}><![CDATA[\n{text}\n]]></send>"


def expect(code: int, *, optional: bool = False, header: str = "") -> str:
    """A response; `header` is a regular expression that must match somewhere in the message."""
    attributes = ' optional="true"' if optional else ""
    check = ""
    if header:
        check = f'<action><ereg regexp="{header}" search_in="msg" check_it="true" assign_to="1"/></action>'
    reference = '<Reference variables="1"/>' if header else ""
    return f'<recv response="{code}"{attributes}>{check}</recv>{reference}'


def receive(method: str, *, action: str = "") -> str:
    return f'<recv request="{method}">{f"<action>{action}</action>" if action else ""}</recv>'


def reply(code: int, reason: str = "OK", *, headers: str = "", body: str = "") -> str:
    """A callee's response to the last request."""
    content = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n\n"
    text = (
        f"SIP/2.0 {code} {reason}\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]u[call_number]\n[last_Call-ID:]\n"
        f"[last_CSeq:]\nContact: <sip:[local_ip]:[local_port]>\n{headers}{content}"
    )
    return f"<send><![CDATA[\n{text}\n]]></send>"


def confirm(code: int = 200, reason: str = "OK", *, body: str = "") -> str:
    """A response to a request inside the dialog, whose To has its tag already."""
    text = f"SIP/2.0 {code} {reason}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n"
    text += f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n\n"
    return f"<send><![CDATA[\n{text}\n]]></send>"


def pause(ms: int) -> str:
    return f'<pause milliseconds="{ms}"/>'


CALL_UP = (
    send("INVITE", body=sdp()),
    expect(100, optional=True),
    expect(180, optional=True),
    expect(200),
    send("ACK", to_tag=True),
)
"""A caller's steps until the call is up."""


def bye(cseq: int = 2) -> tuple[str, str]:
    """The end of a call, a named transaction: sipp would take a retransmitted 200 of the INVITE for its answer."""
    return (
        send("BYE", cseq=cseq, to_tag=True).replace("<send ", '<send start_txn="bye" '),
        expect(200).replace("<recv ", '<recv response_txn="bye" '),
    )


@dataclass(frozen=True)
class Sipp:
    """`program`: path of sipp. Everything it writes goes to `directory`."""

    program: str
    directory: Path
    address: str = "127.0.0.1"
    """Where it stands: any of 127.0.0.0/8."""

    async def call(
        self,
        port: int,
        *steps: str,
        number: str = "4008001000",
        caller: str = "13800138000",
        calls: int = 1,
        rate: int = 10,
        timeout_s: float = 60.0,
    ) -> None:
        """Run the steps as a caller against a port on loopback; AssertionError with sipp's words if one fails."""
        process, log = await self._start(
            steps,
            f"127.0.0.1:{port}",
            *("-s", number, "-key", "caller", caller, "-m", str(calls), "-r", str(rate), "-l", str(calls)),
            *("-timeout", f"{timeout_s:.0f}s", "-timeout_error"),
        )
        try:
            output, _ = await process.communicate()
        finally:
            await stop(process)
        assert process.returncode == 0, f"sipp failed ({process.returncode}): {_tail(log)}\n{output.decode()[-1500:]}"

    @asynccontextmanager
    async def callee(self, port: int, *steps: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Wait for one call on `port` and run the steps; `await process.wait()` inside gives the exit status."""
        process, _ = await self._start(steps, "-p", str(port), "-m", "1", "-timeout", "90s")
        await until_it_listens(port, process)
        try:
            yield process
        finally:
            await stop(process)

    async def _start(self, steps: tuple[str, ...], *arguments: str) -> tuple[asyncio.subprocess.Process, Path]:
        (port,) = free_ports(1)
        scenario = self.directory / f"scenario-{port}.xml"
        log = scenario.with_suffix(".log")
        scenario.write_text(f'<?xml version="1.0" encoding="UTF-8"?><scenario name="test">{"".join(steps)}</scenario>')
        local = () if "-p" in arguments else ("-p", str(port))
        process = await asyncio.create_subprocess_exec(
            self.program,
            *arguments,
            *local,
            *("-sf", str(scenario), "-i", self.address, "-nostdin", "-trace_err", "-error_file", str(log)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self.directory,
        )
        return process, log


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""
