"""baresip as a telephone without a head: plays a WAV file, records what it hears, is controlled over TCP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.clients.processes import stop
from voicebot.free_ports import free_ports, reserve

MODULES = Path("/usr/lib/baresip/modules")
CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip_port}
net_interface 127.0.0.1
rtp_ports 33000-34998
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app ctrl_tcp.so
module_app menu.so
audio_source aufile,{wav}
audio_player aubridge,null
audio_alert aubridge,null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
snd_path {directory}
ctrl_tcp_listen 127.0.0.1:{control_port}
"""


@dataclass
class Baresip:
    """A running telephone. `events` are its own words, such as CALL_ESTABLISHED."""

    directory: Path
    sip_port: int
    events: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _writer: asyncio.StreamWriter | None = None
    _process: asyncio.subprocess.Process | None = None

    async def command(self, command: str, params: str = "") -> None:
        """dial URI | hangup | hold | resume | accept | sndcode DIGIT"""
        assert self._writer is not None
        text = json.dumps({"command": command, "params": params, "token": command})
        self._writer.write(f"{len(text)}:{text},".encode())
        await self._writer.drain()

    async def event(self, kind: str, *, count: int = 1, timeout_s: float = 60.0) -> None:
        """Wait until it has been said `count` times since the start."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self.events.count(kind) >= count)
        except TimeoutError:
            raise AssertionError(f"baresip never said {kind}; it said {self.events}") from None

    def lose_power(self) -> None:
        """It is gone from one moment to the next, without a word to anybody."""
        assert self._process is not None
        self._process.kill()

    def heard(self) -> Path:
        """What it heard in its last call, decoded."""
        return max(self.directory.glob("*-dec.wav"), key=lambda path: path.stat().st_mtime)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # it has ended
            while size := await reader.readuntil(b":"):
                message = json.loads(await reader.readexactly(int(size[:-1])))
                await reader.readexactly(1)
                if message.get("event"):
                    async with self._changed:
                        self.events.append(message["type"])
                        self._changed.notify_all()

    async def _connect(self, port: int) -> asyncio.StreamReader:
        for _ in range(600):
            try:
                reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                return reader
        raise AssertionError("baresip did not come up: " + (self.directory / "baresip.log").read_text())


def _sip_port() -> int:
    """One whose successor is free as well: baresip listens there for TLS, wanted or not, and ends where it cannot."""
    while True:
        (port,) = free_ports(1)
        if reserve(port + 1):
            return port


@asynccontextmanager
async def baresip(
    program: str,
    directory: Path,
    wav: Path,
    *,
    number: str = "13800138000",
    answer: bool = False,
    registrar_port: int = 0,
    password: str = "",
    again_after_percent: int = 90,
) -> AsyncIterator[Baresip]:
    """A telephone with this number that plays `wav` (8 kHz mono, 16 bits) into its calls.

    With a `registrar_port` on loopback it registers there, by digest with the password, and again whenever so much of
    the granted time is over.
    """
    sip_port, (control_port,) = _sip_port(), free_ports(1)
    config = CONFIG.format(
        sip_port=sip_port,
        control_port=control_port,
        modules=MODULES,
        wav=wav,
        directory=directory,
    )
    mode = "auto" if answer else "manual"
    (directory / "config").write_text(config)
    account = f"<sip:{number}@127.0.0.1:{registrar_port or sip_port};transport=udp>;answermode={mode}"
    registration = "regint=0"
    if registrar_port:
        registration = f"regint=60;rwait={again_after_percent};auth_user={number};auth_pass={password}"
    (directory / "accounts").write_text(f"{account};{registration}\n")
    (directory / "contacts").touch()
    with (directory / "baresip.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-f", str(directory), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
    phone = Baresip(directory, sip_port, _process=process)
    listening: asyncio.Task[None] | None = None
    try:
        listening = asyncio.create_task(phone._listen(await phone._connect(control_port)))
        yield phone
    finally:
        if listening is not None:
            listening.cancel()
        if phone._writer is not None:
            phone._writer.close()
        await stop(process, grace_s=10.0)  # it signs off
